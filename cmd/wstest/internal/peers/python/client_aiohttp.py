"""Echo client on aiohttp: client_aiohttp.py URL AGENT."""

import asyncio
import sys
import urllib.parse

from aiohttp import ClientError, ClientSession, WSMsgType


async def visit(session, url, echo):
    """Opens a WebSocket until it ends, and returns the last text that came."""
    text = ""
    try:
        async with session.ws_connect(
            url, max_msg_size=64 * 1024 * 1024, compress=15
        ) as socket:
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    text = message.data
                    if echo:
                        await socket.send_str(message.data)
                elif message.type == WSMsgType.BINARY:
                    await socket.send_bytes(message.data)
    except ConnectionRefusedError:
        raise
    except (ClientError, OSError, asyncio.TimeoutError, RuntimeError, ValueError):
        pass  # as the fuzzer wants it
    return text


async def main(base, agent):
    name = urllib.parse.quote(agent, safe="")
    async with ClientSession() as session:
        for n in range(1, int(await visit(session, base + "/getCaseCount", False)) + 1):
            await visit(session, f"{base}/runCase?case={n}&agent={name}", True)
        await visit(session, f"{base}/updateReports?agent={name}", False)


asyncio.run(main(*sys.argv[1:]))
