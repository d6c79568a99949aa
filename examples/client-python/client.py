"""Has python-websockets tested by a fuzzing server:

    pip install websockets
    wstest test-client -- python3 client.py {url} {agent}
"""

import asyncio
import sys
import urllib.parse

import websockets


async def visit(url):
    """Echoes until the connection ends, and returns the last message."""
    last = None
    try:
        async with websockets.connect(url, max_size=2**26) as socket:
            async for last in socket:
                await socket.send(last)
    except (websockets.WebSocketException, OSError):
        pass
    return last


async def main(base, agent):
    agent = urllib.parse.quote(agent)
    for n in range(1, int(await visit(base + "/getCaseCount")) + 1):
        await visit(f"{base}/runCase?case={n}&agent={agent}")
    await visit(f"{base}/updateReports?agent={agent}")


asyncio.run(main(*sys.argv[1:]))
