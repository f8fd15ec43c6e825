// A form for everything that may be sent: queues, topics, functions, orchestrations, events.

import { act } from "./api.js";
import { h, pretty } from "./dom.js";

const TITLES = { queue: "Queues", topic: "Topics", function: "Functions", orchestration: "Orchestrations" };

export function send(store, catalogue) {
  const target = h("select", { required: true });
  const body = h("textarea", { rows: 10, spellcheck: false, required: true });
  const group = h("input", { placeholder: "customer-7", maxLength: 128 });
  const delay = h("input", { type: "number", min: 0, step: 1, placeholder: "0" });
  const id = h("input", { placeholder: "a new one", maxLength: 64 });
  const attributes = h("input", { placeholder: "region=eu, size=L" });
  const answer = h("p", { className: "answer", role: "status" });
  const fields = { group: field("Group", group), delay: field("Delay in seconds", delay), id: field("Id of the execution", id), attributes: field("Attributes", attributes) };
  const button = h("button", { className: "main" }, "Send");
  let known = null;

  function field(name, input) {
    input.id = `send-${name.split(" ")[0].toLowerCase().replace(",", "")}`;
    return h("div", { className: "field" }, h("label", { for: input.id }, name), input);
  }

  const chosen = () => known?.targets.find((one) => `${one.kind} ${one.name}` === target.value);

  function fill() {
    known = catalogue();
    const before = target.value;
    target.replaceChildren(...Object.entries(TITLES).map(([kind, title]) => {
      const found = (known?.targets ?? []).filter((one) => one.kind === kind);
      return found.length ? h("optgroup", { label: title }, found.map((one) => h("option", { value: `${kind} ${one.name}` }, one.name))) : "";
    }));
    if (before && [...target.options].some((one) => one.value === before)) target.value = before;
    else choose();
  }

  function choose() {
    const one = chosen();
    if (!one) return;
    body.value = one.sample;
    fields.group.hidden = !one.is_ordered;
    group.required = Boolean(one.is_ordered);
    fields.delay.hidden = one.kind !== "queue" || one.is_ordered;
    fields.id.hidden = one.kind !== "orchestration";
    fields.attributes.hidden = !["queue", "topic"].includes(one.kind);
    button.textContent = { queue: "Send", topic: "Publish", function: "Call", orchestration: "Start" }[one.kind];
    answer.textContent = "";
  }

  const words = () => Object.fromEntries(attributes.value.split(",").map((one) => one.split("=").map((part) => part.trim())).filter(([name]) => name).map(([name, value]) => [name, value ?? ""]));

  async function submit(event) {
    event.preventDefault();
    const one = chosen();
    if (!one) return;
    const [action, given] = {
      queue: ["send", { queue: one.name, ...(one.is_ordered ? { group: group.value } : { delay_s: Number(delay.value || 0) }), attributes: words() }],
      topic: ["publish", { topic: one.name, attributes: words() }],
      function: ["invoke", { function: one.name }],
      orchestration: ["start", { orchestration: one.name, id: id.value.trim() }],
    }[one.kind];
    button.disabled = true;
    const found = await act(action, { ...given, body: body.value }, `${button.textContent}: ${one.name}`);
    button.disabled = false;
    answer.className = `answer ${found?.error ? "bad" : "good"}`;
    if (found) answer.textContent = told(found);
    else answer.textContent = "";
  }

  function told({ message, execution, result, error }) {
    if (error) return `${error.type}: ${error.text}`;
    if (result !== undefined) return pretty(result);
    return message ? `Message ${message}` : `Execution ${execution}`;
  }

  target.onchange = choose;
  const form = h("form", { className: "fields card", onsubmit: submit },
    field("To", target), field("Payload, as JSON", body), h("div", { className: "row" }, fields.attributes, fields.group, fields.delay, fields.id),
    h("div", {}, button), answer);
  body.onkeydown = (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  };

  function draw() {
    if (known !== catalogue()) fill();
  }

  function pick(kind, name) {
    draw();
    target.value = `${kind} ${name}`;
    choose();
  }

  const section = h("section", { "aria-labelledby": "send-title" }, h("div", { className: "head" }, h("h2", { id: "send-title" }, "Send"),
    h("span", { className: "dim" }, "Ctrl-Enter in the payload sends it.")), form);
  return { section, draw, pick };
}
