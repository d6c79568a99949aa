"""Echo client on python3-websockets: client.py ws://host:port agent.

It runs every case of a fuzzing server, has the reports written, and ends; early if
its standard input ends, unless wstest has started it.
"""

import asyncio
import os
import sys
import threading
import urllib.parse

import websockets


async def visit(url, on_message):
    """Opens a WebSocket and passes its messages to on_message until it ends."""
    try:
        async with websockets.connect(
            url, max_size=64 * 1024 * 1024, ping_interval=None
        ) as socket:
            async for message in socket:
                await on_message(socket, message)
    except ConnectionRefusedError:
        raise
    except (websockets.WebSocketException, OSError, asyncio.TimeoutError):
        pass  # as the fuzzer wants it


async def echo(socket, message):
    await socket.send(message)


async def main(base, agent):
    name = urllib.parse.quote(agent, safe="")
    count = []

    async def remember(_, message):
        count.append(int(message))

    await visit(base + "/getCaseCount", remember)
    for n in range(1, count[0] + 1):
        await visit(f"{base}/runCase?case={n}&agent={name}", echo)
    await visit(f"{base}/updateReports?agent={name}", echo)


def end_with_stdin():
    sys.stdin.read()
    os._exit(1)


if "WSTEST_URL" not in os.environ:
    threading.Thread(target=end_with_stdin, daemon=True).start()
asyncio.run(main(*sys.argv[1:]))
