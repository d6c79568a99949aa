
// Comfort for the overview of a report, which shows everything without it: filters,
// whose state is in the fragment of the address, and keys.
"use strict";

(() => {
  const form = document.getElementById("filters");
  if (!form) return; // no case has been played
  const matrix = document.getElementById("matrix");
  const shown = document.getElementById("shown");
  const words = form.elements.namedItem("text");
  const keys = document.getElementById("keys");

  // What the page says of the cases.
  const groups = [...matrix.querySelectorAll("tbody")].map((body) => ({
    body,
    chapter: body.rows[0].id.startsWith("chapter-"),
    cases: [...body.rows].slice(1).map((row) => ({
      row,
      chapter: row.id.slice("row-".length).split(".")[0],
      text: row.cells[0].textContent.toLowerCase(),
      clauses: row.dataset.clauses.split(", "),
      verdicts: [...row.cells].slice(1).map((cell) => cell.className.slice("case_".length)),
      closed: row.querySelector(".close_bad") !== null,
    })),
  }));
  const cases = groups.flatMap((group) => group.cases);

  // ---- filters ----

  // matcher returns what is asked for as a function of a case.
  function matcher(data) {
    const wanted = data.get("text").toLowerCase().split(/\s+/).filter(Boolean);
    const chapter = data.get("chapter");
    const clause = data.get("clause");
    const verdicts = data.getAll("verdict");
    const closed = data.has("closed");
    return (one) =>
      wanted.every((word) => one.text.includes(word)) &&
      (!chapter || one.chapter === chapter) &&
      (!clause || one.clauses.includes(clause)) &&
      (!data.has("differs") || one.row.classList.contains("differs")) &&
      (!data.has("flawed") || one.row.classList.contains("flawed")) &&
      (verdicts.length === 0 && !closed ||
        verdicts.some((verdict) => one.verdicts.includes(verdict)) || closed && one.closed);
  }

  // filter hides the cases that are not asked for, and the headings above none.
  function filter() {
    const matches = matcher(new FormData(form));
    let count = 0;
    let heading = null; // of the chapter
    for (const { body, chapter, cases } of groups) {
      let some = false;
      for (const one of cases) {
        const match = matches(one);
        one.row.hidden = !match;
        some ||= match;
        count += match;
      }
      body.hidden = !some;
      if (chapter) heading = body;
      if (some) heading.hidden = false;
    }
    shown.textContent = count === cases.length
      ? `All ${count} cases are shown.`
      : `${count} of ${cases.length} cases are shown.`;
  }

  // ---- their state in the address ----

  // save replaces the fragment, so that going back leaves the page.
  function save() {
    const state = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (value) state.append(name, value);
    }
    const [address] = location.href.split("#");
    history.replaceState(null, "", state.size > 0 ? `${address}#${state}` : address);
  }

  // restore is the reverse of save. A fragment that is a place in the page, which
  // has no "=", asks for all cases.
  function restore() {
    form.reset();
    const fragment = location.hash.slice(1);
    if (fragment.includes("=")) {
      const state = new URLSearchParams(fragment);
      for (const control of form.elements) {
        if (control.type === "checkbox") {
          control.checked = state.getAll(control.name).includes(control.value);
        } else if (control.name && state.has(control.name)) {
          control.value = state.get(control.name);
          if (control.selectedIndex === -1) control.value = "";
        }
      }
    }
    filter();
  }

  form.addEventListener("input", filter);
  form.addEventListener("change", save);
  form.addEventListener("submit", (event) => event.preventDefault());
  document.getElementById("all").addEventListener("click", () => {
    form.reset();
    filter();
    save();
  });
  window.addEventListener("hashchange", restore);

  // ---- keys ----

  const moves = {
    ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1],
    j: [1, 0], k: [-1, 0], l: [0, 1], h: [0, -1],
  };

  // move goes so many rows down and cells to the right from the cell that has the
  // focus, or else to the one that the address names, or the first.
  function move(down, right) {
    const rows = cases.map((one) => one.row).filter((row) => !row.hidden);
    if (rows.length === 0) return;
    const current = document.activeElement.closest("#matrix td");
    const row = rows.indexOf(current?.parentElement);
    if (row < 0) {
      const target = matrix.querySelector("td:target");
      focus(target && !target.parentElement.hidden ? target : rows[0].cells[1]);
      return;
    }
    const near = rows[Math.min(Math.max(row + down, 0), rows.length - 1)];
    focus(near.cells[Math.min(Math.max(current.cellIndex + right, 1), near.cells.length - 1)]);
  }

  function focus(cell) {
    const target = cell.querySelector("a") ?? cell; // there is none to what was not played
    if (target === cell) cell.tabIndex = -1;
    target.focus({ preventScroll: true });
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.matches("input, select")) {
      if (event.key !== "Escape" || event.target !== words) return;
      words.blur();
      move(0, 0);
    } else if (event.key === "/") {
      words.focus();
      words.select();
    } else if (event.key === "?") {
      keys.open = !keys.open;
      if (keys.open) keys.scrollIntoView({ block: "nearest" });
    } else if (event.key in moves && (event.key.length === 1 || matrix.contains(event.target))) {
      move(...moves[event.key]);
    } else {
      return;
    }
    event.preventDefault();
  });

  form.hidden = false;
  restore();
})();
