// The journey of a message as a tree: what was sent, each attempt at it with logs and error, and what came of that.

import { get } from "./api.js";
import { clock, h, pill, pretty, span } from "./dom.js";

const dialog = document.getElementById("panel");
let open = null;

/** Show a journey, from the server where that still has it, else what the page itself knows. */
export async function show(store, id) {
  open = { store, id, last: 0, back: document.activeElement };
  dialog.replaceChildren(frame());
  if (!dialog.open) dialog.showModal();
  const known = store.journey(id);
  draw(known, store);
  const found = await get(`journeys/${encodeURIComponent(id)}`).catch(() => []);
  if (open?.id === id && found.length >= known.length) draw(found, store);
}

dialog.addEventListener("close", () => {
  open?.back?.focus?.();
  open = null;
});
dialog.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close();
});

/** Draw what has been added to the open journey. */
export function refresh(store) {
  if (!open) return;
  const known = store.journey(open.id);
  const last = known.at(-1)?.number ?? 0;
  if (last > open.last && open.last) show(store, open.id);
}

function frame() {
  return h(
    "div", {},
    h("div", { className: "bar" }, h("h2", { id: "panel-title" }, "Journey"), h("div", { className: "rest" }, h("button", { type: "button", onclick: () => dialog.close() }, "Close"))),
    h("div", { className: "inside", id: "panel-inside" }),
  );
}

function draw(entries) {
  const inside = document.getElementById("panel-inside");
  open.last = entries.at(-1)?.number ?? 0;
  const states = new Set([...inside.querySelectorAll("details[open]")].map((one) => one.dataset.key));
  const [first] = entries;
  if (!first) {
    inside.replaceChildren(h("p", { className: "dim" }, "This journey is no longer kept."));
    return;
  }
  const began = first.at_ms;
  inside.replaceChildren(
    h("p", { className: "dim" }, `Began at ${clock(began)}; ${entries.length} events. Id `, h("code", {}, open.id)),
    h("ol", { className: "tree" }, tree(entries, began)),
  );
  for (const one of inside.querySelectorAll("details")) if (states.has(one.dataset.key)) one.open = true;
}

const RUN = new Set(["deliver", "dead", "end"]);

/** Entries as nested items: runs below the message that they are of, messages below the one that caused them. */
function tree(entries, began) {
  const sends = new Map();
  const roots = [];
  for (const entry of entries) {
    if (RUN.has(entry.kind) && sends.has(entry.message)) {
      sends.get(entry.message).runs.push(entry);
      continue;
    }
    const node = { entry, runs: [], below: [] };
    const parent = entry.cause && entry.cause !== entry.message ? sends.get(entry.cause) : sends.get(entry.message);
    (parent ? parent.below : roots).push(node);
    if (entry.message && !sends.has(entry.message)) sends.set(entry.message, node);
  }
  return roots.map((one) => item(one, began));
}

function item({ entry, runs, below }, began) {
  return h(
    "li", {},
    line(entry, began), facts(entry), said(entry), trouble(entry), payload(entry, entry.at_ms === began && !entry.cause),
    runs.length > 0 && h("ol", { className: "runs" }, runs.map((one) => h("li", {}, line(one, began), said(one), trouble(one)))),
    below.length > 0 && h("ol", { className: "tree" }, below.map((one) => item(one, began))),
  );
}

const WORDS = { deliver: "call", dead: "dead letter", end: "end", invoke: "call", fire: "schedule" };
const GOOD = new Set(["done", "completed", "skipped"]);

function line(entry, began) {
  const isCall = entry.kind === "deliver";
  const attempt = entry.attempt ?? 1;
  const failed = entry.error || ["crash", "time-out", "failed"].includes(entry.outcome);
  const told = [];
  if (isCall && (attempt > 1 || failed)) told.push(`attempt ${attempt}`);
  if (entry.took_ms) told.push(`took ${span(entry.took_ms)}`);
  if (entry.again_s !== undefined && entry.again_s !== null) told.push(`again in ${span(entry.again_s * 1000)}`);
  return h(
    "p", { className: "what" },
    pill(entry.kind, WORDS[entry.kind] ?? entry.kind),
    h("span", { className: "name" }, isCall ? entry.handler || entry.name : entry.name),
    entry.outcome && h("span", { className: failed ? "bad" : GOOD.has(entry.outcome) ? "good" : "dim" }, entry.outcome),
    told.length > 0 && h("span", { className: "dim" }, told.join(" · ")),
    h("time", {}, entry.at_ms === began ? clock(entry.at_ms) : `+${span(entry.at_ms - began)}`),
  );
}

function facts(entry) {
  const found = (entry.attributes ?? []).map(([name, value]) => `${name}=${value}`);
  if (entry.group) found.unshift(`group ${entry.group}`);
  return found.length > 0 && h("p", { className: "dim mono" }, found.join("  "));
}

function said(entry) {
  if (!entry.lines?.length) return null;
  const text = entry.lines.flatMap(({ level, text: words }) => [
    level !== "print" && h("span", { className: `level ${level}` }, `${level} `), `${words}\n`,
  ]);
  return h("pre", { className: "lines", "aria-label": "Log" }, text);
}

function trouble(entry) {
  const { error } = entry;
  if (!error) return null;
  return h("p", { className: "trouble" }, `${error.type}: ${error.text}`, error.place && h("code", { className: "dim" }, `  ${error.place}`));
}

function payload(entry, isFirst) {
  if (!entry.body) return null;
  const cut = entry.size ? ` (the first ${entry.body.length.toLocaleString()} of ${entry.size.toLocaleString()} characters)` : "";
  const details = h("details", { open: isFirst && entry.body.length < 800 }, h("summary", {}, `Payload${cut}`), h("pre", {}, entry.size ? entry.body : pretty(entry.body)));
  details.dataset.key = `${entry.number}`;
  return details;
}
