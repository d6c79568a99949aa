// Echo client on faye-websocket: node client-faye.js URL AGENT.
'use strict';

const { Client } = require('faye-websocket');
const deflate = require('permessage-deflate');

require('./drive')((url, echo, onText) => new Promise((resolve) => {
  const ws = new Client(url, [], { extensions: [deflate], maxLength: 64 * 1024 * 1024 });
  ws.on('message', (event) => {
    if (echo) ws.send(event.data);
    else onText(String(event.data));
  });
  ws.on('error', () => {}); // the fuzzer's faults
  ws.on('close', resolve);
}));
