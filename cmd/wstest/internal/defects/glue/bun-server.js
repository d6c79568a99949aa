// Echo server of Bun.
Bun.serve({
  hostname: '127.0.0.1',
  port: Number(process.argv[2]),
  fetch: (request, server) => server.upgrade(request) ? undefined : new Response('want a WebSocket', { status: 400 }),
  websocket: {
    perMessageDeflate: true,
    maxPayloadLength: 64 * 1024 * 1024,
    message: (socket, data) => { socket.send(data, true); },
  },
});
