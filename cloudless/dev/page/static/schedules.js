// Schedules: when each runs next; run one now, or travel to where it is due.

import { act } from "./api.js";
import { day, h, put, span } from "./dom.js";

export function schedules(store, catalogue) {
  const body = h("tbody");
  const empty = h("p", { className: "empty" }, "This application has no schedules.");
  const rows = new Map();
  let known = null;

  const due = (name) => store.status?.schedules.find((one) => one.name === name)?.at_ms ?? null;

  function fill() {
    known = catalogue();
    rows.clear();
    body.replaceChildren();
    for (const one of known?.schedules ?? []) {
      const next = h("td");
      rows.set(one.name, next);
      body.append(h("tr", {}, h("th", { scope: "row" }, one.name), h("td", { className: "mono" }, one.timing), h("td", { className: "dim" }, one.timezone), next,
        h("td", {}, h("div", { className: "bar" },
          h("button", { type: "button", className: "main", onclick: () => act("fire", { schedule: one.name }, `${one.name} runs`) }, "Run now"),
          h("button", { type: "button", onclick: () => travel(due(one.name), store) }, "Travel there")))));
    }
    empty.hidden = rows.size > 0;
  }

  function draw() {
    if (known !== catalogue()) fill();
    for (const [name, cell] of rows) {
      const at = due(name);
      put(cell, at === null ? "never" : `${day(at)}, in ${span(Math.max(0, at - store.status.now_ms))}`);
    }
  }

  const titles = ["Name", "When", "Zone", "Next", "Do"].map((one) => h("th", { scope: "col" }, one));
  const section = h("section", { "aria-labelledby": "schedules-title" }, h("div", { className: "head" }, h("h2", { id: "schedules-title" }, "Schedules")),
    h("div", { className: "card table" }, h("table", {}, h("thead", {}, h("tr", {}, titles)), body), empty));
  return { section, draw };
}

/** Go ahead to a moment, virtual and in milliseconds. */
export function travel(at, store) {
  if (at === null || !store.status) return undefined;
  return act("travel", { by_s: Math.max(0.001, (at - store.status.now_ms) / 1000) }, `It is ${day(at)}`);
}
