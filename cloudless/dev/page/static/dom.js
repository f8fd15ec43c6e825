// Elements without a framework: text is always text, never markup, since payloads are anybody's.

/** An element. attributes: properties by name (`onclick`, `className`), or attributes with a dash or of `aria`/`role`. */
export function h(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.includes("-") || name === "role" || name === "for") made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children.flat().filter((one) => one !== null && one !== undefined && one !== false));
  return made;
}

/** Set a text only where it differs: what does not change costs nothing, and keeps its selection. */
export function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function pill(kind, text = kind) {
  return h("span", { className: `pill ${kind.replaceAll(" ", "-")}` }, text);
}

let clearing = 0;

/** Tell what was done, or why not; read out by screen readers. */
export function say(text) {
  const place = document.getElementById("toast");
  place.replaceChildren(h("p", {}, text));
  clearTimeout(clearing);
  clearing = setTimeout(() => place.replaceChildren(), 5000);
}

/** A function that asks its server something, called as often as one likes: one at a time, and two a second at most. */
export function calmly(ask, pause = 500) {
  let [isBusy, isWanted] = [false, false];
  return async function call() {
    isWanted = true;
    if (isBusy) return;
    isBusy = true;
    while (isWanted) {
      isWanted = false;
      await ask();
      await new Promise((done) => setTimeout(done, pause));
    }
    isBusy = false;
  };
}

/** JSON as people read it; text that is none as it is. */
export function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const DAY = new Intl.DateTimeFormat(undefined, {
  weekday: "short", year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit",
  hourCycle: "h23",
});

export const clock = (ms) => CLOCK.format(ms);
export const day = (ms) => DAY.format(ms);

const UNITS = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];

/** A time span in words, e.g. "3 ms", "2 s", "1.5 h". */
export function span(ms) {
  const seconds = ms / 1000;
  if (seconds < 1) return `${ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms)} ms`;
  const [size, unit] = UNITS.find(([one]) => seconds >= 2 * one || one === 1);
  return `${Number((seconds / size).toPrecision(3))} ${unit}`;
}
