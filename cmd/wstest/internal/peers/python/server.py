"""Echo server on python3-websockets: server.py [PORT].

It listens on that port of 127.0.0.1, or a free one, prints it on one line, and ends
when its standard input does. What wstest has started, it ends itself.
"""

import asyncio
import logging
import os
import sys
import threading

import websockets


async def echo(socket):
    try:
        async for message in socket:
            await socket.send(message)
    except websockets.ConnectionClosed:
        pass  # as the fuzzer wants it


async def main():
    logging.getLogger("websockets").setLevel(logging.CRITICAL)
    async with websockets.serve(
        echo, "127.0.0.1", int((sys.argv[1:] or [0])[0]), max_size=64 * 1024 * 1024, ping_interval=None
    ) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.Future()


def end_with_stdin():
    sys.stdin.read()
    os._exit(0)


if "WSTEST_URL" not in os.environ:
    threading.Thread(target=end_with_stdin, daemon=True).start()
asyncio.run(main())
