// Echo server on npm ws. It listens on a free port of 127.0.0.1, prints it on one
// line, and ends when its standard input does.
'use strict';

const { WebSocketServer } = require('ws');

const server = new WebSocketServer({
  host: '127.0.0.1',
  port: 0,
  perMessageDeflate: { threshold: 0 },
  maxPayload: 64 * 1024 * 1024,
});

server.on('listening', () => console.log(server.address().port));

server.on('connection', (socket) => {
  socket.on('error', () => {}); // the fuzzer's faults; ws closes the connection by itself
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
});

process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
