"""Echo client on the reference's own library: client_autobahn.py URL AGENT."""

import asyncio
import sys
import urllib.parse

from autobahn.asyncio.websocket import WebSocketClientFactory, WebSocketClientProtocol
from autobahn.websocket.compress import (
    PerMessageDeflateOffer,
    PerMessageDeflateResponse,
    PerMessageDeflateResponseAccept,
)


class Visit(WebSocketClientProtocol):
    def onMessage(self, payload, isBinary):
        if self.factory.echo:
            self.sendMessage(payload, isBinary)
        else:
            self.factory.text = payload.decode()

    def onClose(self, wasClean, code, reason):
        if not self.factory.ended.done():
            self.factory.ended.set_result(None)


def accept(response):
    if isinstance(response, PerMessageDeflateResponse):
        return PerMessageDeflateResponseAccept(response)


async def visit(url, echo):
    """Opens a WebSocket until it ends, and returns the last text that came."""
    parts = urllib.parse.urlsplit(url)
    loop = asyncio.get_running_loop()
    factory = WebSocketClientFactory(url)
    factory.protocol = Visit
    factory.echo, factory.text, factory.ended = echo, "", loop.create_future()
    factory.setProtocolOptions(
        perMessageCompressionOffers=[PerMessageDeflateOffer()],
        perMessageCompressionAccept=accept,
    )
    await loop.create_connection(factory, parts.hostname, parts.port)
    await factory.ended
    return factory.text


async def main(base, agent):
    name = urllib.parse.quote(agent, safe="")
    for n in range(1, int(await visit(base + "/getCaseCount", False)) + 1):
        await visit(f"{base}/runCase?case={n}&agent={name}", True)
    await visit(f"{base}/updateReports?agent={name}", False)


asyncio.run(main(*sys.argv[1:]))
