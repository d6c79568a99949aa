// Runs every case of a fuzzing server and has the reports written. visit(url, echo,
// onText) opens a WebSocket, sends back what comes if echo is true, and resolves when
// it has ended, however it did.
'use strict';

module.exports = async function drive(visit) {
  const [base, agent] = process.argv.slice(2);
  const name = encodeURIComponent(agent);
  let count = 0;
  await visit(`${base}/getCaseCount`, false, (text) => { count = parseInt(text, 10); });
  for (let n = 1; n <= count; n++) {
    await visit(`${base}/runCase?case=${n}&agent=${name}`, true, () => {});
  }
  await visit(`${base}/updateReports?agent=${name}`, false, () => {});
};
