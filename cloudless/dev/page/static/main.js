// The page: a store that the stream fills, one view at a time, and the time of the application.

import { act, get } from "./api.js";
import { day, put, say } from "./dom.js";
import { executions } from "./executions.js";
import { graph } from "./graph.js";
import { journeys } from "./journeys.js";
import { letters } from "./letters.js";
import { refresh } from "./panel.js";
import { schedules, travel } from "./schedules.js";
import { send } from "./send.js";
import { Store } from "./store.js";
import { follow } from "./stream.js";

const store = new Store();
let known = null;
const catalogue = () => known;
const by = (id) => document.getElementById(id);

const views = {
  graph: graph(store, leave),
  journeys: journeys(store),
  letters: letters(store),
  executions: executions(store, catalogue),
  schedules: schedules(store, catalogue),
  send: send(store, catalogue),
};
let shown = null;

/** From a box of the graph to where one can do something with it. */
function leave(kind, name) {
  const sendable = { queue: "queue", topic: "topic" }[kind];
  if (sendable) location.hash = `#/send/${sendable}/${encodeURIComponent(name)}`;
  else if (kind === "schedule") location.hash = "#/schedules";
  else if (kind === "dead-letter-queue") location.hash = "#/letters";
  else if (kind === "orchestration" || kind === "event") location.hash = "#/executions";
  else location.hash = `#/journeys/${encodeURIComponent(kind === "endpoint" ? name.split(" ").at(-1) : name)}`;
}

/** The parts of the address behind #/; none where somebody typed what cannot be read. */
function parts() {
  try {
    return location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  } catch {
    return [""];
  }
}

function route() {
  const [name, ...rest] = parts();
  const view = views[name] ? name : "graph";
  const main = by("main");
  if (shown !== view) main.replaceChildren(views[view].section);
  const isFirst = shown === null;
  shown = view;
  for (const link of document.querySelectorAll(".views a")) {
    if (link.hash === `#/${view}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  views[view].draw(true);
  if (view === "send" && rest.length) views.send.pick(...rest);
  if (view === "journeys") views.journeys.find(rest.join("/"));
  if (!isFirst) main.focus({ preventScroll: true });
}

/** What is always shown: time, and how much waits for a person. */
function draw() {
  const { status } = store;
  put(by("now"), day(status.now_ms));
  by("now").dateTime = new Date(status.now_ms).toISOString();
  const speed = by("speed");
  if (document.activeElement !== speed) {
    const value = String(status.speed);
    if (![...speed.options].some((one) => one.value === value)) speed.add(new Option(`${status.speed.toLocaleString()} ×`, value));
    speed.value = value;
  }
  count("letter-count", status.letters.reduce((sum, one) => sum + (one.ready ?? 0), 0), "dead letters");
  count("wait-count", status.orchestrations.reduce((sum, one) => sum + (one.running ?? 0), 0), "running");
  by("next").disabled = !status.schedules.some((one) => one.at_ms !== null);
  views[shown].draw();
  refresh(store);
}

function count(id, number, words) {
  const badge = by(id);
  badge.hidden = !number;
  put(badge, number > 999 ? "999+" : String(number));
  badge.setAttribute("aria-label", `${number} ${words}`);
}

async function fresh() {
  known = await get("app").catch(() => known);
  store.subscriptions = known?.subscriptions;
  put(by("app"), known?.name ?? "cloudless dev");
  document.title = `${known?.name ?? "app"}: cloudless dev`;
  await views.graph.load().catch((error) => say(error.message));
  views[shown].draw(true);
}

function told(state) {
  by("link").className = `link ${state}`;
  put(by("link"), state === "live" ? "live" : "reconnecting");
}

by("speed").onchange = (event) => act("speed", { speed: Number(event.target.value) }, "Speed set");
for (const button of document.querySelectorAll("[data-by]")) {
  button.onclick = () => act("travel", { by_s: Number(button.dataset.by) }, `Travelled: ${button.textContent}`);
}
by("next").onclick = () => {
  const due = store.status.schedules.map((one) => one.at_ms).filter((one) => one !== null);
  if (due.length) travel(Math.min(...due), store);
};
document.querySelector(".skip").onclick = (event) => {
  event.preventDefault();
  by("main").focus();
};

globalThis.addEventListener("hashchange", route);
store.listeners.add(draw);
route();
follow(store, told, fresh);
