// Has npm ws tested by a fuzzing server:
//   npm install ws
//   wstest test-client -- node client.js {url} {agent}
const WebSocket = require('ws');
const [base, agent] = process.argv.slice(2);

const visit = (path) => new Promise((resolve) => {
  let last;
  const socket = new WebSocket(base + path);
  socket.on('message', (data, binary) => { last = data; socket.send(data, { binary }); });
  socket.on('error', () => {});
  socket.on('close', () => resolve(last));
});

(async () => {
  const count = Number(await visit('/getCaseCount'));
  for (let n = 1; n <= count; n++) await visit(`/runCase?case=${n}&agent=${encodeURIComponent(agent)}`);
  await visit(`/updateReports?agent=${encodeURIComponent(agent)}`);
})();
