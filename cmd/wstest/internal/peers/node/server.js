// Echo server on npm ws: node server.js [PORT]. It listens on that port of 127.0.0.1,
// or a free one, prints it on one line, and ends when its standard input does. What
// wstest has started, it ends itself.
'use strict';

const { WebSocketServer } = require('ws');

const server = new WebSocketServer({
  host: '127.0.0.1',
  port: Number(process.argv[2] || 0),
  perMessageDeflate: { threshold: 0 },
  maxPayload: 64 * 1024 * 1024,
});

server.on('listening', () => console.log(server.address().port));

server.on('connection', (socket) => {
  socket.on('error', () => {}); // the fuzzer's faults; ws closes the connection by itself
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
});

if (!process.env.WSTEST_URL) process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
