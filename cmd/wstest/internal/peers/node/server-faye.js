// Echo server on faye-websocket: node server-faye.js PORT.
'use strict';

const http = require('http');
const WebSocket = require('faye-websocket');
const deflate = require('permessage-deflate');

const server = http.createServer((request, response) => {
  response.writeHead(426, { Upgrade: 'websocket' });
  response.end();
});
server.on('upgrade', (request, socket, head) => {
  const ws = new WebSocket(request, socket, head, [], { extensions: [deflate], maxLength: 64 * 1024 * 1024 });
  ws.on('message', (event) => ws.send(event.data));
});
server.listen(Number(process.argv[2]), '127.0.0.1');
