// Executions of orchestrations: how they stand, their steps, and the events that they wait for.

import { act, get } from "./api.js";
import { calmly, clock, day, h, pill, pretty, span } from "./dom.js";
import { sure } from "./letters.js";
import { show } from "./panel.js";

export function executions(store, catalogue) {
  const list = h("div", { className: "stack" });
  let chosen = null;
  let seen = "";

  const KINDS = ["start", "end", "step", "event"];

  const isTyping = () => list.contains(document.activeElement) && document.activeElement.tagName === "TEXTAREA";

  const load = calmly(async () => {
    const names = catalogue()?.orchestrations ?? [];
    const found = await Promise.all(names.map(async (name) => ({ name, runs: await get(`runs/${encodeURIComponent(name)}`).catch(() => []) })));
    const detail = chosen && (await get(`runs/${encodeURIComponent(chosen.name)}/${encodeURIComponent(chosen.id)}`).catch(() => null));
    if (isTyping()) return;
    const key = document.activeElement?.dataset?.key;
    list.replaceChildren(...(names.length ? found.map((one) => orchestration(one, detail)) : [h("p", { className: "empty card" }, "This application has no orchestrations.")]));
    if (key) [...list.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key)?.focus();
  });

  function draw(anew = false) {
    const now = `${store.run} ${JSON.stringify(store.status?.orchestrations ?? [])}`;
    if (!anew && now === seen && !KINDS.some((kind) => store.changes.has(kind))) return;
    seen = now;
    load();
  }

  function orchestration({ name, runs }, detail) {
    const tally = (store.status?.orchestrations ?? []).find((one) => one.name === name) ?? {};
    const told = ["running", "completed", "failed", "cancelled"].filter((one) => tally[one]).map((one) => `${tally[one].toLocaleString()} ${one}`);
    return h(
      "section", { className: "card", "aria-label": name },
      h("div", { className: "bar" }, h("h3", {}, name), h("span", { className: "dim" }, told.join(", ") || "no executions yet"),
        h("div", { className: "rest" }, h("a", { href: `#/send/orchestration/${encodeURIComponent(name)}` }, "Start one"))),
      runs.length > 0 && h("div", { className: "table" }, h("table", {},
        h("thead", {}, h("tr", {}, ["Execution", "Status", "Started", "Waits for"].map((one) => h("th", { scope: "col" }, one)))),
        h("tbody", {}, runs.flatMap((run) => row(name, run, detail))))),
    );
  }

  function row(name, run, detail) {
    const isChosen = chosen?.name === name && chosen.id === run.id;
    const choose = () => {
      chosen = isChosen ? null : { name, id: run.id };
      draw(true);
    };
    const button = h("button", { type: "button", "aria-expanded": String(isChosen), onclick: choose }, run.id.length > 24 ? `${run.id.slice(0, 12)}…` : run.id);
    button.dataset.key = `${name} ${run.id}`;
    const line = h("tr", {}, h("td", {}, button), h("td", {}, pill(run.status)), h("td", { className: "dim" }, day(run.started_ms)),
      h("td", {}, (run.awaits ?? []).map((one) => pill("event", one))));
    return isChosen && detail ? [line, h("tr", {}, h("td", { colSpan: 4 }, inside(name, detail)))] : [line];
  }

  function inside(name, { run, steps }) {
    const given = { orchestration: name, execution: run.id };
    return h(
      "div", { className: "stack" },
      (run.awaits ?? []).map((event) => answer(given, event)),
      run.error && h("p", { className: "trouble" }, `${run.error.type}: ${run.error.text}`),
      run.output && h("div", {}, h("h3", {}, "Result"), h("pre", {}, pretty(run.output))),
      h("ol", { className: "runs" }, steps.map((step) => line(step, run.started_ms))),
      h("details", {}, h("summary", {}, "Arguments"), h("pre", {}, pretty(run.body))),
      h("p", { className: "bar" }, h("button", { type: "button", onclick: () => show(store, journey(run.message)) }, "Journey"),
        run.status === "running" && sure("Cancel", async () => {
          await act("cancel", given, "cancelled");
          draw(true);
        })),
    );
  }

  const journey = (message) => store.entries.find((one) => one.message === message)?.journey ?? message;

  function line(step, began) {
    return h("li", {}, h("p", { className: "what" },
      h("span", { className: step.error ? "bad" : "dim" }, step.kind), h("span", { className: "name" }, step.name || ""),
      (step.attempt ?? 1) > 1 && h("span", { className: "warn" }, `attempt ${step.attempt}`),
      step.value && h("code", { className: "dim" }, WAITS.has(step.kind) ? span(Number(step.value) * 1000) : step.value.slice(0, 120)),
      h("time", { title: clock(step.at_ms) }, `+${span(step.at_ms - began)}`)),
    step.error && h("p", { className: "trouble" }, `${step.error.type}: ${step.error.text}`));
  }

  /** The form that sends an awaited event; a single yes or no is a button each. */
  function answer(given, event) {
    const target = catalogue().targets.find((one) => one.kind === "event" && one.name === event);
    const text = h("textarea", { rows: 4, value: target?.sample ?? "null", "aria-label": `Payload of ${event}`, spellcheck: false });
    const send = async (body) => {
      await act("answer", { ...given, event, body }, `${event} sent`);
      draw(true);
    };
    return h("div", { className: "stack" }, h("h3", {}, "Waits for ", pill("event", event)),
      h("p", { className: "bar" }, choices(target?.sample).map(([word, body]) => h("button", { type: "button", onclick: () => send(body) }, word))),
      h("details", {}, h("summary", {}, "Write the payload"), text, h("p", {}, h("button", { type: "button", className: "main", onclick: () => send(text.value) }, "Send the event"))));
  }

  const section = h("section", { "aria-labelledby": "executions-title" }, h("div", { className: "head" }, h("h2", { id: "executions-title" }, "Executions")), list);
  return { section, draw };
}

/** Kinds of steps whose value is a time in seconds. */
const WAITS = new Set(["sleeping", "timed out", "waited", "waiting", "waiting to retry"]);

/** Words and payloads of a sample that is a yes or no, e.g. true, or {"granted": false}. */
export function choices(sample) {
  let value;
  try {
    value = JSON.parse(sample);
  } catch {
    return [];
  }
  if (typeof value === "boolean") return [["Yes", "true"], ["No", "false"]];
  const names = Object.keys(value ?? {});
  if (names.length !== 1 || typeof value[names[0]] !== "boolean") return [];
  return [true, false].map((one) => [`${names[0]}: ${one ? "yes" : "no"}`, JSON.stringify({ [names[0]]: one })]);
}
