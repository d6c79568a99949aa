// Engine.IO, which has packets of its own on WebSockets: it greets everyone, and
// echoes messages that begin with the digit 4.
'use strict';

const server = require('http').createServer();
require('engine.io').attach(server).on('connection', (socket) => {
  socket.on('message', (data) => socket.send(data));
});
server.listen(Number(process.argv[2]), '127.0.0.1');
