// Drives the visiting browser through the cases of the fuzzing server: asks for
// them one by one, echoes what comes, and shows the verdicts. In the address,
// ?agent=NAME and ?cases=PATTERNS fill in the form, and ?run=1 or #run starts.

const CONTROL_LIMIT = 5000; // milliseconds, for an answer that is ready
const REPORT_LIMIT = 60000; // milliseconds, for the reports to be written
const MOST_REFUSALS = 5; // cases in a row that got no connection

const $ = (id) => document.getElementById(id);
const { scheme, port, reports, caseLimit } = $("test").dataset;
const presets = new URLSearchParams(location.search);

// What the server has put into the page.
const cells = [...document.querySelectorAll("[data-case]")].map((cell) => ({
  cell,
  number: Number(cell.dataset.case),
  id: cell.dataset.id,
  hint: cell.title,
  letter: cell.querySelector("b"),
}));
const verdicts = new Map([...document.querySelectorAll("[data-verdict]")].map((counter) => [
  counter.dataset.verdict,
  { ...counter.dataset, counter },
]));

// The run, if there is one.
let connection = null; // the open conversation
let stopping = false;

// ---- conversations ----

// converse opens a WebSocket and waits until it has ended, whatever has ended it,
// or for limit milliseconds.
function converse(resource, limit, onMessage) {
  return new Promise((resolve) => {
    let opened = false;
    let socket;
    try {
      socket = new WebSocket(`${base()}${resource}`);
    } catch {
      resolve(opened); // an address that the browser refuses
      return;
    }
    const end = () => {
      clearTimeout(timer);
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
      connection = null;
      resolve(opened);
    };
    const timer = setTimeout(end, limit);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => { opened = true; };
    socket.onmessage = (event) => onMessage(event.data, socket);
    socket.onclose = end;
    connection = { end };
  });
}

// ask returns the last text of a conversation, or undefined.
async function ask(resource) {
  let answer;
  await converse(resource, CONTROL_LIMIT, (data) => { answer = data; });
  return answer;
}

// base is the address of the fuzzing server: where this page is from, but for the port.
function base() {
  return `${scheme}://${location.hostname}:${$("port").value}`;
}

function query(agent, number) {
  return `?case=${number}&agent=${encodeURIComponent(agent)}`;
}

async function verdictOf(agent, number) {
  const answer = await ask(`/getCaseStatus${query(agent, number)}`);
  try {
    return JSON.parse(answer).behavior;
  } catch {
    return undefined; // there was no answer, or another one
  }
}

// ---- a run ----

async function run() {
  const agent = wellFormed($("agent").value.trim());
  const list = chosen();
  begin(agent, list);
  let problem = await checkServer();
  if (problem === "") {
    problem = await play(agent, list);
    await finish(agent, list);
  }
  end(list, problem);
}

// checkServer says why there can be no run; empty: there can.
async function checkServer() {
  const count = await ask("/getCaseCount");
  if (count === undefined) {
    const hint = scheme === "wss"
      ? `Open https://${location.hostname}:${$("port").value}/ in this browser once and accept its certificate.`
      : "Is it running, and is this its port?";
    return `No answer from the fuzzing server at ${base()}. ${hint}`;
  }
  if (Number(count) !== cells.length) {
    return `The fuzzing server has ${count} cases, this page ${cells.length}. Load the page again.`;
  }
  return "";
}

// play runs the cases of list until the end, or until there is no point in going on,
// and then says why.
async function play(agent, list) {
  const clock = startClock(list.length);
  let refused = 0;
  for (const entry of list) {
    clock.show(entry);
    entry.cell.classList.add("running");
    const opened = await converse(`/runCase${query(agent, entry.number)}`, Number(caseLimit),
      (data, socket) => socket.send(data));
    show(entry, opened ? await verdictOf(agent, entry.number) : undefined);
    clock.count();
    refused = opened ? 0 : refused + 1;
    if (refused === MOST_REFUSALS || stopping) {
      break;
    }
  }
  clock.stop();
  return refused === MOST_REFUSALS ? `The fuzzing server refused ${refused} connections in a row.` : "";
}

// finish has the reports written and links to them.
async function finish(agent, list) {
  announce("Writing the reports.");
  await converse(`/updateReports?agent=${encodeURIComponent(agent)}`, REPORT_LIMIT, () => {});
  try {
    const response = await fetch(`${reports}index.json`, { cache: "no-store" });
    link(list, (await response.json())[agent] ?? {});
  } catch {
    return; // there are no links without reports
  }
  $("report").href = `${reports}index.html`;
  $("outcome").hidden = false;
}

// link has the cells lead to their reports, which also know how the connections ended.
// A report on a case that was not played is one of an earlier run.
function link(list, results) {
  for (const entry of list.filter(({ id, verdict }) => verdict !== undefined && Object.hasOwn(results, id))) {
    const { behavior, behaviorClose, reportfile } = results[entry.id];
    show(entry, behavior);
    const closedWell = behaviorClose === "OK" || behaviorClose === "INFORMATIONAL";
    entry.cell.classList.toggle("badly_closed", !closedWell);
    entry.cell.href = reports + encodeURIComponent(reportfile.replace(/\.json$/, ".html"));
    entry.cell.title += closedWell ? "" : `, closing ${behaviorClose}`;
    entry.cell.setAttribute("aria-label", entry.cell.title);
  }
}

// ---- what is shown ----

function begin(agent, list) {
  stopping = false;
  document.body.dataset.state = "running";
  enable(false);
  $("outcome").hidden = true;
  const all = new Set(list);
  for (const entry of cells) {
    entry.verdict = undefined;
    entry.letter.textContent = "·";
    entry.cell.className = all.has(entry) ? "" : "left_out";
    entry.cell.removeAttribute("href");
    entry.cell.removeAttribute("aria-label");
    entry.cell.title = entry.hint;
  }
  count();
  announce(`Testing ${agent} in ${plural(list.length, "case")}.`);
}

function end(list, problem) {
  enable(true);
  const played = list.filter((entry) => entry.verdict !== undefined);
  const failed = played.filter((entry) => entry.verdict === "FAILED").length;
  const outcome = `${played.length} of ${plural(list.length, "case")} played, ${failed} failed.`;
  $("what").textContent = "";
  announce(problem === "" ? outcome : problem, problem !== "");
  document.title = problem === "" ? `${failed} failed, ${played.length} played` : "No result";
  document.body.dataset.state = problem === "" ? "done" : "failed";
}

function show(entry, verdict) {
  const known = verdicts.get(verdict);
  entry.verdict = verdict ?? "";
  entry.letter.textContent = known?.letter ?? "?";
  entry.cell.className = known?.class ?? "case_unknown";
  entry.cell.title = `${entry.hint} ${known?.word ?? "No verdict"}`;
  count();
}

function count() {
  for (const [verdict, { counter }] of verdicts) {
    counter.textContent = cells.filter((entry) => entry.verdict === verdict).length;
  }
}

// announce says what people who do not see the bar should hear, too.
function announce(text, wrong = false) {
  $("status").textContent = text;
  $("status").classList.toggle("wrong", wrong);
}

function enable(idle) {
  for (const control of $("choice").elements) {
    control.disabled = !idle;
  }
  $("stop").disabled = idle;
  $("stop").textContent = "Stop";
  if (idle) {
    choose();
  }
  $(idle ? "start" : "stop").focus({ preventScroll: true }); // the other one has lost it
}

// startClock shows how far a run of total cases is, every second and with each case.
function startClock(total) {
  const started = performance.now();
  let played = 0;
  let current = null;
  $("bar").max = total;
  const tick = () => {
    const elapsed = performance.now() - started;
    const parts = [`${played} of ${total}`, `${minutes(elapsed)} elapsed`];
    if (current !== null) {
      parts.splice(1, 0, `case ${current.id}`);
    }
    if (played > 0 && played < total) {
      parts.push(`about ${minutes(elapsed / played * (total - played))} left`);
    }
    $("bar").value = played;
    $("line").textContent = parts.join(" · ");
    document.title = `${played}/${total} · WebSocket test`;
  };
  const timer = setInterval(tick, 1000);
  return {
    show(entry) {
      current = entry;
      $("what").textContent = entry.hint;
      tick();
    },
    count() {
      played++;
      if (Math.floor(played * 10 / total) > Math.floor((played - 1) * 10 / total)) {
        announce(`${played} of ${plural(total, "case")} played.`);
      }
    },
    stop() {
      clearInterval(timer);
      current = null;
      tick();
    },
  };
}

function minutes(milliseconds) {
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function plural(n, noun) {
  return n === 1 ? `1 ${noun}` : `${n} ${noun}s`;
}

// wellFormed is text without halves of characters, which no URL can hold.
function wellFormed(text) {
  return text.replace(/\p{Surrogate}/gu, "\uFFFD");
}

// ---- the form ----

const boxes = [...$("chapters").querySelectorAll("input")];

// patterns are those typed in, or else those of the chapters that are ticked.
function patterns() {
  const typed = $("patterns").value.split(/[\s,]+/).filter((pattern) => pattern !== "");
  return typed.length > 0 ? typed : boxes.filter((box) => box.checked).map((box) => box.value);
}

// matcher understands a pattern as spec files do: an id, or with a * in it the
// beginning of ids, where * is anything.
function matcher(pattern) {
  if (!pattern.includes("*")) {
    return (id) => id === pattern;
  }
  const expression = new RegExp(`^(?:${pattern.replaceAll(".", "\\.").replaceAll("*", ".*")})`);
  return (id) => expression.test(id);
}

function chosen() {
  const matchers = patterns().map(matcher);
  return cells.filter(({ id }) => matchers.some((matches) => matches(id)));
}

// choose shows what is chosen, and whether there can be a run of it.
function choose() {
  let problem = "";
  let list = [];
  try {
    list = chosen();
    problem = list.length === 0 ? "No case is chosen." : "";
  } catch {
    problem = "This is not a pattern.";
  }
  const typed = $("patterns").value.trim() !== "";
  $("patterns").setCustomValidity(typed ? problem : "");
  $("chapters").classList.toggle("off", typed);
  $("start").disabled = problem !== "";
  $("chosen").textContent = problem === "" ? `${plural(list.length, "case")} chosen` : problem;
  $("address").textContent = `The fuzzing server is expected at ${base()}.`;
}

// The page may connect to one port only. For another it has to be loaded again.
function reload() {
  const next = new URLSearchParams({ port: $("port").value, agent: $("agent").value, cases: patterns().join(","), run: 1 });
  location.search = next.toString();
}

// browserName is a short name for the browser, such as "Firefox 140".
function browserName() {
  const known = [
    ["Ladybird"], ["Servo"], ["Edg", "Edge"], ["OPR", "Opera"], ["FxiOS", "Firefox"], ["Firefox"],
    ["CriOS", "Chrome"], ["HeadlessChrome", "Chrome"], ["Chrome"], ["Version", "Safari"],
  ];
  for (const [token, name = token] of known) {
    const found = navigator.userAgent.match(new RegExp(`\\b${token}/(\\d+)`));
    if (found) {
      return `${name} ${found[1]}`;
    }
  }
  return navigator.userAgent.slice(0, 40) || "Browser";
}

function setAll(checked) {
  for (const box of boxes) {
    box.checked = checked;
  }
  choose();
}

$("agent").value = presets.get("agent") || browserName();
$("patterns").value = presets.get("cases") ?? "";
$("choice").addEventListener("input", choose);
$("all").addEventListener("click", () => setAll(true));
$("none").addEventListener("click", () => setAll(false));
$("choice").addEventListener("submit", (event) => {
  event.preventDefault();
  if ($("port").value === port) {
    run();
  } else {
    reload();
  }
});
$("stop").addEventListener("click", () => {
  if (stopping) {
    connection?.end();
    return;
  }
  stopping = true;
  $("stop").textContent = "Stop now";
  announce("Stopping after this case.");
});

document.body.dataset.state = "ready";
choose();
if (presets.get("run") === "1" || location.hash === "#run") {
  $("choice").requestSubmit();
}
