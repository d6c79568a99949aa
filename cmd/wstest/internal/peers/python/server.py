"""Echo server on python3-websockets.

It listens on a free port of 127.0.0.1, prints it on one line, and ends when its
standard input does.
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
        echo, "127.0.0.1", 0, max_size=64 * 1024 * 1024, ping_interval=None
    ) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.Future()


def end_with_stdin():
    sys.stdin.read()
    os._exit(0)


threading.Thread(target=end_with_stdin, daemon=True).start()
asyncio.run(main())
