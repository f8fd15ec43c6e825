// Journeys: one line for each request or message that began something, newest first.

import { clock, h, pill, put } from "./dom.js";
import { show } from "./panel.js";

const SHOWN = 100;
const WORDS = { request: "request", send: "send", publish: "publish", fire: "schedule", start: "start", invoke: "call", error: "error" };

export function journeys(store) {
  const filter = h("input", { type: "search", placeholder: "Filter by name or payload", "aria-label": "Filter" });
  const failing = h("button", { type: "button", "aria-pressed": "false" }, "Only failures");
  const hold = h("button", { type: "button", "aria-pressed": "false" }, "Hold still");
  const rate = h("span", { className: "dim", role: "status" });
  const list = h("ol", { className: "journeys" });
  const empty = h("p", { className: "empty" }, "Nothing has happened yet. Call an endpoint, or send a message.");
  const rows = [];
  let shown = [];

  for (const button of [failing, hold]) {
    button.onclick = () => {
      button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
      draw(true);
    };
  }
  filter.oninput = () => draw(true);
  list.onkeydown = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const at = rows.findIndex((row) => row.button === document.activeElement);
    if (!step || at < 0) return;
    rows[at + step]?.button.focus();
    event.preventDefault();
  };

  const pressed = (button) => button.getAttribute("aria-pressed") === "true";

  function wanted() {
    const text = filter.value.trim().toLowerCase();
    const found = [];
    for (const one of [...store.journeys.values()].reverse()) {
      if (text && !one.text.includes(text)) continue;
      if (pressed(failing) && !one.failures && !one.letters) continue;
      if (found.push(one) === SHOWN) break;
    }
    return found;
  }

  function row(at) {
    const one = { kind: pill("send"), name: h("span", { className: "name" }), body: h("span", { className: "body" }) };
    one.state = h("span", { className: "state" });
    one.time = h("time");
    one.button = h("button", { type: "button" }, one.time, one.kind, one.name, one.body, one.state);
    one.button.onclick = () => show(store, rows[at].journey.id);
    one.item = h("li", {}, one.button);
    return one;
  }

  function fill(one, journey) {
    const { first, state } = journey;
    one.journey = journey;
    put(one.time, clock(first.at_ms));
    if (one.kind.className !== `pill ${first.kind}`) one.kind.className = `pill ${first.kind}`;
    put(one.kind, WORDS[first.kind] ?? first.kind);
    put(one.name, first.name);
    put(one.body, (first.body || first.error?.text || "").slice(0, 200));
    const told = first.kind === "request" ? [first.outcome] : [];
    if (journey.runs) told.push(`${journey.runs} ${journey.runs === 1 ? "call" : "calls"}`);
    if (state) told.push(state);
    put(one.state, told.join(" · "));
    const look = state === "dead letter" || state === "failed" || first.error ? "bad" : state ? "warn" : "dim";
    if (one.state.className !== `state ${look}`) one.state.className = `state ${look}`;
  }

  function draw(anew = false) {
    put(rate, `${store.status?.last.toLocaleString() ?? 0} events${store.missed ? `, ${store.missed.toLocaleString()} of them not shown` : ""}`);
    if (!pressed(hold) || anew) shown = wanted();
    while (rows.length < shown.length) rows.push(row(rows.length));
    shown.forEach((journey, at) => fill(rows[at], journey));
    const items = rows.slice(0, shown.length).map((one) => one.item);
    if (list.children.length !== items.length) list.replaceChildren(...items);
    empty.hidden = shown.length > 0;
    list.hidden = !shown.length;
  }

  const section = h(
    "section", { "aria-labelledby": "journeys-title" },
    h("div", { className: "head" }, h("h2", { id: "journeys-title" }, "Journeys"), rate, h("div", { className: "rest" }, filter, failing, hold)),
    h("div", { className: "card" }, list, empty),
  );
  return { section, draw, find: (text) => ((filter.value = text), draw(true)) };
}
