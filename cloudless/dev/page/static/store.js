// What the page knows: the newest entries, the journeys that they make, and how it stands. Bounded, as on the server.

export const ENTRIES_MOST = 8000;
export const JOURNEYS_MOST = 3000;

const RUNS = new Set(["deliver", "step", "invoke"]);

/** A request or message with all that came of it. */
class Journey {
  constructor(entry) {
    this.id = entry.journey || `${entry.kind} ${entry.number}`;
    this.first = entry;
    this.last = entry;
    this.runs = 0;
    this.failures = 0;
    this.letters = 0;
    this.again = false;
    this.text = "";
  }

  add(entry) {
    this.last = entry;
    if (RUNS.has(entry.kind)) this.runs += 1;
    if (entry.kind === "dead") this.letters += 1;
    else if (entry.error || entry.outcome === "crash" || entry.outcome === "time-out") this.failures += 1;
    if (entry.kind === "deliver") this.again = entry.outcome === "again" || entry.outcome === "crash" || entry.outcome === "time-out";
    if (this.text.length < 2000) this.text += ` ${entry.name} ${entry.handler ?? ""} ${entry.body ?? ""}`.toLowerCase();
  }

  get state() {
    if (this.letters) return "dead letter";
    if (this.again) return "retrying";
    return this.failures ? "failed" : "";
  }
}

export class Store {
  constructor() {
    this.listeners = new Set();
    this.reset("");
  }

  reset(run) {
    this.run = run;
    this.last = 0;
    this.seen = 0;
    this.missed = 0;
    this.status = null;
    this.entries = [];
    this.journeys = new Map();
    this.changes = new Set();
  }

  /** Take a frame of the stream in. */
  apply(frame) {
    this.status = frame.status;
    this.missed += frame.missed;
    this.changes = new Set();
    for (const entry of frame.entries) this.add(entry);
    if (this.entries.length > ENTRIES_MOST) this.entries.splice(0, this.entries.length - ENTRIES_MOST);
    while (this.journeys.size > JOURNEYS_MOST) this.journeys.delete(this.journeys.keys().next().value);
    for (const listen of this.listeners) listen(this);
  }

  add(entry) {
    if (entry.number <= this.last) return;
    this.last = entry.number;
    this.seen += 1;
    this.entries.push(entry);
    this.changes.add(entry.kind).add(entry.name);
    if (entry.handler) this.changes.add(entry.handler);
    const id = entry.journey || `${entry.kind} ${entry.number}`;
    let journey = this.journeys.get(id);
    if (!journey) this.journeys.set(id, (journey = new Journey(entry)));
    journey.add(entry);
  }

  /** Entries of a journey that are still known. */
  journey(id) {
    return this.entries.filter((one) => (one.journey || `${one.kind} ${one.number}`) === id);
  }
}
