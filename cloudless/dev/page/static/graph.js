// The graph of the application, as `cloudless graph` draws it, alive: depths, calls, failures, and what is at work.

import { picture } from "./api.js";
import { h, put } from "./dom.js";

const RIM = 16;
const TITLE = 52;
const NS = "http://www.w3.org/2000/svg";

function svg(tag, attributes, text = "") {
  const made = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.textContent = text;
  return made;
}

/** store: what is known. go: shows another view: (view, name). */
export function graph(store, go) {
  const figure = h("figure", { className: "graph card" });
  const body = h("tbody");
  const nodes = new Map();
  const rows = new Map();

  async function load() {
    const text = (await picture()).replace(/<style>[^]*?<\/style>/, ""); // style.css has its own, and the policy allows no other
    const root = document.importNode(new DOMParser().parseFromString(text, "image/svg+xml").documentElement, true);
    root.setAttribute("role", "group");
    crop(root);
    nodes.clear();
    for (const one of root.querySelectorAll("g.node")) prepare(one);
    figure.replaceChildren(root);
    rows.clear();
    body.replaceChildren();
    draw();
  }

  /** Leave out the rim and the title, which the page has itself; and let nobody need glasses. */
  function crop(root) {
    const box = root.viewBox.baseVal;
    const [width, height] = [box.width - 2 * RIM, box.height - TITLE - RIM];
    root.setAttribute("viewBox", `${RIM} ${TITLE} ${width} ${height}`);
    root.setAttribute("width", width);
    root.setAttribute("height", height);
    root.style.minWidth = `${0.55 * width}px`;
  }

  function prepare(one) {
    const caption = one.querySelector(".kind").textContent;
    const title = one.querySelector("title").textContent;
    const kind = one.classList[1];
    const name = title.slice(caption.length + 1);
    const box = one.querySelector(".box");
    const rect = ["x", "y", "width", "height"].map((side) => Number(box.getAttribute(side)));
    const badge = svg("g", { class: "badge", "aria-hidden": "true" });
    badge.append(svg("rect", { rx: 8, height: 16, y: rect[1] - 8 }), svg("text", { y: rect[1] + 4 }));
    badge.style.display = "none";
    one.append(badge);
    one.setAttribute("tabindex", "0");
    one.setAttribute("role", "link");
    one.setAttribute("aria-label", title);
    const follow = () => go(kind, name);
    one.onclick = follow;
    one.onkeydown = (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        follow();
      }
    };
    nodes.set(`${kind} ${name}`, { kind, name, caption, title, one, badge, right: rect[0] + rect[2], follow, lit: 0 });
  }

  /** What to write beside a node: [short, in words, whether it is bad]. */
  function told(node, facts) {
    const { kind, name } = node;
    const run = facts.runs.get(name);
    if (kind === "handler") {
      if (!run) return ["", "", false];
      const failed = run.failed ? `, ${run.failed.toLocaleString()} failed` : "";
      return [run.calls.toLocaleString(), `${run.calls.toLocaleString()} calls${failed}`, Boolean(run.failed)];
    }
    if (kind === "queue" || kind === "dead-letter-queue") {
      const depth = facts.depths.get(name) ?? {};
      const [ready, later] = [depth.ready ?? 0, depth.later ?? 0];
      const words = [ready && `${ready.toLocaleString()} ready`, later && `${later.toLocaleString()} later`].filter(Boolean);
      return [ready + later ? (ready + later).toLocaleString() : "", words.join(", "), kind !== "queue"];
    }
    if (kind === "orchestration") {
      const tally = facts.tallies.get(name) ?? {};
      const words = ["running", "completed", "failed", "cancelled"].filter((one) => tally[one]).map((one) => `${tally[one]} ${one}`);
      return [tally.running ? `${tally.running}` : "", words.join(", "), false];
    }
    const sent = facts.sends.get(name);
    return sent ? [sent.toLocaleString(), `${sent.toLocaleString()} sent`, false] : ["", "", false];
  }

  function draw() {
    const { status } = store;
    if (!status) return;
    const facts = {
      runs: new Map(status.runs.map((one) => [one.name, { calls: 0, failed: 0, ...one }])),
      depths: new Map([...status.channels, ...status.letters].map((one) => [one.name, one])),
      tallies: new Map(status.orchestrations.map((one) => [one.name, one])),
      sends: new Map(status.sends.map((one) => [one.name, one.count])),
    };
    for (const node of nodes.values()) {
      const [short, words, isBad] = told(node, facts);
      mark(node, short, words, isBad);
      list(node, words, isBad);
    }
    for (const [name, handler] of store.subscriptions ?? []) pending(name, handler, facts);
  }

  function mark(node, short, words, isBad) {
    const { badge, one } = node;
    badge.style.display = short ? "" : "none";
    if (short) {
      const [rect, text] = badge.children;
      put(text, short);
      const width = 10 + short.length * 7;
      rect.setAttribute("width", width);
      rect.setAttribute("x", node.right - width + 6);
      text.setAttribute("x", node.right - width / 2 + 6);
      badge.classList.toggle("bad", isBad);
    }
    const label = words ? `${node.title}: ${words}` : node.title;
    if (one.getAttribute("aria-label") !== label) one.setAttribute("aria-label", label);
    one.classList.toggle("lit", store.changes.has(node.name));
  }

  function list(node, words, isBad) {
    if (node.kind === "secret") return;
    let row = rows.get(node);
    if (!row) {
      const link = h("button", { type: "button", onclick: node.follow }, node.name);
      row = { now: h("td", {}) };
      row.line = h("tr", {}, h("td", { className: "dim" }, node.caption), h("td", {}, link), row.now);
      rows.set(node, row);
      body.append(row.line);
    }
    put(row.now, words || "–");
    row.now.className = isBad && words ? "bad" : "dim";
  }

  function pending(name, handler, facts) {
    const depth = facts.depths.get(name);
    const waiting = (depth?.ready ?? 0) + (depth?.later ?? 0);
    const row = rows.get(nodes.get(`handler ${handler}`));
    if (row && waiting) put(row.now, `${row.now.textContent}; ${waiting.toLocaleString()} waiting`);
  }

  const section = h(
    "section", { "aria-labelledby": "graph-title", className: "stack" },
    h("div", { className: "head" }, h("h2", { id: "graph-title" }, "Graph"), h("span", { className: "dim" }, "Choose a box to send to it, or to see what it did.")),
    figure,
    h("details", { className: "card" }, h("summary", { className: "bar" }, "As a table"),
      h("div", { className: "table" }, h("table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Kind"), h("th", { scope: "col" }, "Name"), h("th", { scope: "col" }, "Now"))), body))),
  );
  return { section, draw, load };
}
