// Echo client on a WebSocket like that of browsers: that of undici, if it is installed,
// else that of the runtime. It plays all cases and has the reports written.
'use strict';

const WebSocket = globalThis.Bun ? globalThis.WebSocket : require('undici').WebSocket;
const [base, agent] = process.argv.slice(2);
const name = encodeURIComponent(agent);

// visit opens a WebSocket and resolves when it has ended, however it did.
function visit(path, onMessage) {
  return new Promise((resolve) => {
    const socket = new WebSocket(base + path);
    socket.binaryType = 'arraybuffer';
    socket.addEventListener('message', (event) => onMessage(socket, event.data));
    socket.addEventListener('error', () => {}); // the tester's faults
    socket.addEventListener('close', resolve);
  });
}

(async () => {
  let count = 0;
  await visit('/getCaseCount', (_, text) => { count = Number(text); });
  for (let n = 1; n <= count; n++) {
    await visit(`/runCase?case=${n}&agent=${name}`, (socket, data) => socket.send(data));
  }
  await visit(`/updateReports?agent=${name}`, () => {});
  process.exit(0);
})();
