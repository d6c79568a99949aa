// Echo client on undici: node client-undici.js URL AGENT.
'use strict';

const { WebSocket } = require('undici');

require('./drive')((url, echo, onText) => new Promise((resolve) => {
  const ws = new WebSocket(url);
  ws.binaryType = 'arraybuffer';
  ws.addEventListener('message', (event) => {
    if (echo) ws.send(event.data);
    else onText(String(event.data));
  });
  ws.addEventListener('error', () => {}); // the fuzzer's faults
  ws.addEventListener('close', resolve);
}));
