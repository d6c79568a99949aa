"use strict";

// The page is asked for again every second, and the parts that differ are taken over.
const parts = ["heading", "state", "agents", "failures"];
const interval = 1000;
const patience = 5000; // for an answer

async function load() {
  const answer = await fetch("/live", { cache: "no-store", signal: AbortSignal.timeout(patience) });
  if (!answer.ok) throw new Error(String(answer.status));
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

function takeOver(page) {
  document.title = page.title;
  for (const id of parts) {
    const old = document.getElementById(id);
    const fresh = page.getElementById(id);
    if (!fresh || fresh.innerHTML === old.innerHTML) continue;
    const focused = old.contains(document.activeElement) && document.activeElement.getAttribute("href");
    old.replaceChildren(...fresh.childNodes);
    if (focused) [...old.querySelectorAll("a")].find((a) => a.getAttribute("href") === focused)?.focus({ preventScroll: true });
  }
}

async function update() {
  const lost = document.getElementById("lost");
  try {
    if (!document.hidden) takeOver(await load());
    lost.hidden = true;
  } catch {
    lost.hidden = false;
  }
  setTimeout(update, interval);
}

setTimeout(update, interval);
