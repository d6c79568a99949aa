// Echo client on npm ws: node client.js ws://host:port agent. It runs every case
// of a fuzzing server, has the reports written, and ends; early if its standard
// input ends, unless wstest has started it.
'use strict';

const WebSocket = require('ws');

const [base, agent] = process.argv.slice(2);
const name = encodeURIComponent(agent);

// visit opens a WebSocket, passes its messages to onMessage, and resolves when it
// has ended, however it did.
function visit(path, onMessage) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(base + path, {
      perMessageDeflate: { threshold: 0 },
      maxPayload: 64 * 1024 * 1024,
    });
    socket.on('error', (err) => {
      if (err.code === 'ECONNREFUSED') reject(err);
    });
    socket.on('message', (data, isBinary) => onMessage(socket, data, isBinary));
    socket.on('close', resolve);
  });
}

function echo(socket, data, isBinary) {
  socket.send(data, { binary: isBinary });
}

async function main() {
  let count = 0;
  await visit('/getCaseCount', (socket, data) => {
    count = parseInt(data.toString(), 10);
  });
  for (let n = 1; n <= count; n++) {
    await visit(`/runCase?case=${n}&agent=${name}`, echo);
  }
  await visit(`/updateReports?agent=${name}`, () => {});
}

if (!process.env.WSTEST_URL) process.stdin.resume();
process.stdin.on('end', () => process.exit(1));
main().then(
  () => process.exit(0),
  (err) => {
    console.error(err);
    process.exit(1);
  },
);
