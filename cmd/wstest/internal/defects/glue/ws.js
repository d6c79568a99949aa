// Echo server on npm ws, whose versions from 8 on say what is binary.
'use strict';

const WebSocket = require('ws');

const server = new WebSocket.Server({
  host: '127.0.0.1',
  port: Number(process.argv[2]),
  perMessageDeflate: { threshold: 0 },
  maxPayload: 64 * 1024 * 1024,
});

server.on('connection', (socket) => {
  socket.on('error', () => {}); // the tester's faults
  socket.on('message', (data, binary) => socket.send(data, binary === undefined ? {} : { binary }));
});
