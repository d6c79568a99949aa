"""Echo server on tornado: server_tornado.py PORT."""

import asyncio
import sys

from tornado import web, websocket


class Echo(websocket.WebSocketHandler):
    def check_origin(self, origin):
        return True

    def get_compression_options(self):
        return {}

    async def on_message(self, message):
        try:
            await self.write_message(message, isinstance(message, bytes))
        except websocket.WebSocketClosedError:
            pass  # as the fuzzer wants it


async def main():
    app = web.Application([("/", Echo)], websocket_max_message_size=64 * 1024 * 1024)
    app.listen(int(sys.argv[1]), "127.0.0.1")
    await asyncio.Future()


asyncio.run(main())
