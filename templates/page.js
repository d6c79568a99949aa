
"use strict";

// The comfort of the page of a case: filters for the log, buttons that copy, keys.
// All of it is made here, so that nothing is dead where scripts do not run.
(function () {
  const make = (tag, properties, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

  // Without a secure context there is no clipboard, but the old way of copying.
  async function write(text) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = make("textarea", { value: text });
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      if (!done) throw new Error("the browser does not copy");
    }
  }

  // What is to be copied is text of the page: of a section its parts, of a log its
  // rows that are shown, of anything else the whole.
  function textOf(element) {
    const parts = [...element.querySelectorAll(":scope > h2, :scope > pre")].filter((part) => !part.hidden);
    return (parts.length ? parts.map((part) => part.textContent).join("\n") : element.textContent).trimEnd();
  }

  function copyButton(element) {
    const what = element.dataset.copy;
    const button = make("button", { type: "button", className: "copy", textContent: "Copy" });
    button.setAttribute("aria-label", "Copy the " + what);
    button.addEventListener("click", async () => {
      let outcome = "Copied";
      try {
        await write(textOf(element));
      } catch {
        outcome = "Not copied";
      }
      button.textContent = outcome;
      said.textContent = outcome + ": " + what;
      setTimeout(() => { button.textContent = "Copy"; }, 1500);
    });
    if (element.previousElementSibling?.matches(".tools")) {
      element.previousElementSibling.append(button);
      return;
    }
    const around = make("div", { className: "copies" });
    element.replaceWith(around);
    around.append(button, element);
  }

  const said = make("p", { className: "aside" });
  said.setAttribute("role", "status");

  // A log that is filtered keeps the rows that all conditions are true of. A row is
  // described by its class and its words, which are the same for scripts as for readers.
  function filterLog(log) {
    const rows = [...log.querySelectorAll(":scope > pre")].map((pre) => ({
      pre,
      fields: pre.nextElementSibling?.matches("details") ? pre.nextElementSibling : null,
      way: pre.className.match(/_(rx|tx)_/)?.[1] ?? "",
      kind: pre.className.match(/_(octets|frame)$/)?.[1] ?? "other",
      opcode: pre.textContent.match(/^\d+ .X FRAME : OPCODE=(\d+)/)?.[1] ?? "",
      text: pre.textContent.toLowerCase(),
    }));
    const choice = (name, options) => make("select", { name },
      make("option", { value: "", textContent: "all" }),
      ...options.map(([value, textContent]) => make("option", { value, textContent })));
    const names = { 0: "continuation", 1: "text", 2: "binary", 8: "close", 9: "ping", 10: "pong" };
    const opcodes = [...new Set(rows.map((row) => row.opcode))].filter(Boolean).sort((a, b) => a - b);
    const way = choice("way", [["rx", "received"], ["tx", "sent"]]);
    const kind = choice("kind", [["frame", "frames"], ["octets", "octets"], ["other", "timers and others"]]);
    const opcode = choice("opcode", opcodes.map((op) => [op, op + " " + (names[op] ?? "reserved")]));
    const text = make("input", { type: "search", name: "text" });
    const count = make("span", {});
    count.setAttribute("role", "status");
    const every = make("button", { type: "button", textContent: "Open all fields" });

    function apply() {
      const wanted = text.value.toLowerCase();
      let shown = 0;
      for (const row of rows) {
        const hide = way.value && row.way !== way.value || kind.value && row.kind !== kind.value ||
          opcode.value && row.opcode !== opcode.value || !row.text.includes(wanted);
        row.pre.hidden = hide;
        if (row.fields) row.fields.hidden = hide;
        if (!hide) shown++;
      }
      count.textContent = shown + " of " + rows.length + " rows";
    }
    const tools = make("div", { className: "tools" },
      make("label", {}, "Direction", way), make("label", {}, "Kind", kind), make("label", {}, "Opcode", opcode),
      make("label", {}, "Text", text), count, every);
    tools.setAttribute("role", "search");
    tools.setAttribute("aria-label", "Filter of the wire log");
    tools.addEventListener("input", apply);
    every.addEventListener("click", () => {
      const open = every.textContent.startsWith("Open");
      for (const row of rows) if (row.fields) row.fields.open = open;
      every.textContent = (open ? "Close" : "Open") + " all fields";
    });
    every.hidden = !rows.some((row) => row.fields);
    log.before(tools);
    apply();
  }

  // The keys lead where the links of the head lead.
  const keys = { p: "prev", "[": "prev", n: "next", "]": "next" };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
    const to = keys[event.key] && document.querySelector('nav a[rel="' + keys[event.key] + '"]');
    if (to) to.click();
  });
  for (const link of document.querySelectorAll("nav a[rel]")) {
    link.setAttribute("aria-keyshortcuts", link.rel === "prev" ? "p" : "n");
    link.append(" ", make("kbd", { textContent: link.rel === "prev" ? "p" : "n" }));
  }

  // What is folded is to be on paper. Browsers that know how do it by the stylesheet.
  addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details:not([open])")) {
      details.open = true;
      addEventListener("afterprint", () => { details.open = false; }, { once: true });
    }
  });

  document.querySelectorAll(".log").forEach(filterLog);
  document.querySelectorAll("[data-copy]").forEach(copyButton);
  document.querySelector("footer")?.append(said);
})();
