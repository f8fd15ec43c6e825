// Dead letters: each with its error and payload; sent back or discarded, one or all.

import { act, get } from "./api.js";
import { calmly, day, h, pretty, say } from "./dom.js";
import { show } from "./panel.js";

export function letters(store) {
  const place = h("div", { className: "stack" });
  let seen = "";

  const depths = () => (store.status?.letters ?? []).filter((one) => one.ready);

  const load = calmly(async () => {
    const found = await Promise.all(depths().map(async ({ name, ready }) => ({ name, ready, list: await get(`letters/${encodeURIComponent(name)}`).catch(() => []) })));
    const hadFocus = place.contains(document.activeElement);
    place.replaceChildren(...(found.length ? found.map(queue) : [h("p", { className: "empty card" }, "No dead letters: everything that was sent was handled.")]));
    if (hadFocus) (place.querySelector("button") ?? document.getElementById("main")).focus();
  });

  /** Load again where their number has changed; that of those which came and went alike does not matter here. */
  function draw(anew = false) {
    const now = `${store.run} ${depths().map((one) => `${one.name} ${one.ready}`).join()}`;
    if (!anew && now === seen) return;
    seen = now;
    load();
  }

  const settle = (action, given, word) => act(action, given, ({ count }) => `${count} ${count === 1 ? "letter" : "letters"} ${word}`);

  function queue({ name, ready, list }) {
    return h(
      "section", { className: "card", "aria-label": name },
      h("div", { className: "bar" }, h("h3", {}, name), h("span", { className: "dim" }, `${ready.toLocaleString()}`),
        h("div", { className: "rest" },
          h("button", { type: "button", className: "main", onclick: () => settle("redrive", { queue: name }, "sent back") }, "Send all back"),
          sure("Discard all", () => settle("discard", { queue: name }, "discarded")))),
      h("ol", {}, list.map((one) => letter(name, one))),
      list.length < ready && h("p", { className: "bar dim" }, `The oldest ${list.length} are shown.`),
    );
  }

  function letter(queue, { message, error, body, size, attempt, sent_ms: sent, group }) {
    const given = { queue, messages: [message] };
    return h(
      "li", { className: "letter" },
      error && h("p", { className: "trouble" }, `${error.type}: ${error.text}`),
      h("p", { className: "dim" }, [`sent ${day(sent)}`, attempt && `given up at attempt ${attempt}`, group && `group ${group}`].filter(Boolean).join(" · ")),
      h("pre", {}, size ? `${body}…` : pretty(body)),
      h("p", { className: "bar" },
        h("button", { type: "button", onclick: () => settle("redrive", given, "sent back") }, "Send back"),
        h("button", { type: "button", onclick: () => journey(message) }, "Journey"),
        sure("Discard", () => settle("discard", given, "discarded"))),
    );
  }

  function journey(message) {
    const found = store.entries.find((one) => one.message === message);
    if (found) show(store, found.journey);
    else say("Its journey is no longer kept.");
  }

  const section = h("section", { "aria-labelledby": "letters-title" }, h("div", { className: "head" }, h("h2", { id: "letters-title" }, "Dead letters")), place);
  return { section, draw };
}

/** A button that wants to be pressed twice: what it does cannot be undone. */
export function sure(word, deed) {
  const button = h("button", { type: "button", className: "risk" }, word);
  let asked = false;
  const calm = () => {
    asked = false;
    button.textContent = word;
  };
  button.onclick = () => {
    if (asked) {
      calm();
      deed();
    } else {
      asked = true;
      button.textContent = "Sure?";
    }
  };
  button.onblur = calm;
  return button;
}
