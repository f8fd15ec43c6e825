// JSONata for the model of Step Functions: one request a line on stdin, one answer a line on stdout.
//
// What Step Functions adds and forbids:
// https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
// https://states-language.net/#jsonata-restrictions
//
// {"op": "parse", "texts"} -> [{"names": [...], "states": [...], "problems": [...]}, ...]
// {"op": "evaluate", "texts", "variables", "now_ms", "seed"} -> {"results": [one of
//     {"value"}, {"nothing": true}, {"unsupported": true}, {"unspecified": text}, {"error": text}]}

const crypto = require("node:crypto");
const path = require("node:path");
const readline = require("node:readline");

const jsonata = require(path.join(process.argv[2], "jsonata"));

const ALGORITHMS = { MD5: "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512" };
const FROM_INPUT = new Set(["name", "wildcard", "descendant", "parent"]);
const compiled = new Map();
let nowMs = 0;
let random = () => 0;

function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function refuse(text) {
  throw Object.assign(new Error(text), { code: "", message: text });
}

function partition(items, size) {
  if (!Number.isInteger(size) || size < 1) refuse("$partition: the size must be a positive integer");
  const chunks = items.length === 0 ? undefined : [];
  for (let at = 0; at < items.length; at += size) chunks.push(items.slice(at, at + size));
  return chunks;
}

function range(first, last, step) {
  if (![first, last, step].every(Number.isInteger) || step === 0) refuse("$range: three integers, the last not 0");
  const items = [];
  for (let value = first; step > 0 ? value <= last : value >= last; value += step) items.push(value);
  Object.defineProperty(items, "sequence", { enumerable: false, value: true });
  return items;
}

function hash(text, algorithm) {
  if (!(algorithm in ALGORITHMS)) refuse("$hash: no such algorithm: " + algorithm);
  return crypto.createHash(ALGORITHMS[algorithm]).update(text, "utf8").digest("hex");
}

function uuid() {
  const digits = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16));
  digits[12] = "4";
  digits[16] = "89ab"[Math.floor(random() * 4)];
  const hex = digits.join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    return refuse("$parse: " + error.message);
  }
}

const formatted = jsonata("$fromMillis($ms, $picture, $zone)");

function compile(text) {
  let expression = compiled.get(text);
  if (expression === undefined) {
    expression = jsonata(text);
    expression.registerFunction("partition", partition, "<an:a>");
    expression.registerFunction("range", range, "<nnn:a>");
    expression.registerFunction("hash", hash, "<ss:s>");
    expression.registerFunction("random", (seed) => (seed === undefined ? random() : seeded(seed)()), "<n?:n>");
    expression.registerFunction("uuid", uuid, "<:s>");
    expression.registerFunction("parse", parse, "<s:x>");
    expression.registerFunction("millis", () => nowMs, "<:n>");
    expression.registerFunction("now", (picture, zone) => formatted.evaluate(null, { ms: nowMs, picture, zone }), "<s?s?:s>");
    expression.registerFunction("eval", () => refuse("$eval is not supported"), "<sx?:x>");
    compiled.set(text, expression);
  }
  return expression;
}

// What an expression says: names of variables, members of $states, and what the States Language forbids.
function describe(text) {
  const names = new Set();
  const states = new Set();
  const problems = new Set();

  function variable(node, nested) {
    if (node.value === "" && !nested) problems.add("'$' stands for an input document, which there is not");
    else if (node.value === "$") problems.add("'$$' stands for an input document, which there is not");
    else if (node.value === "eval") problems.add("$eval is not supported: use $parse");
    else if (node.value !== "") names.add(node.value);
  }

  function steps(node, nested) {
    node.steps.forEach((step, at) => walk(step, nested || at > 0));
    const [head, member] = node.steps;
    if (head.type === "variable" && head.value === "states") {
      states.delete("*" + head.position);
      states.add(member !== undefined && member.type === "name" ? member.value : "*");
    }
  }

  function walk(node, nested) {
    if (node === null || typeof node !== "object") return;
    if (Array.isArray(node)) {
      node.forEach((one) => walk(one, nested));
      return;
    }
    if (!nested && FROM_INPUT.has(node.type)) {
      problems.add("'" + node.value + "' stands for a field of an input document, which there is not");
    }
    if (node.type === "variable") {
      variable(node, nested);
      if (node.value === "states") states.add("*" + node.position);
    }
    if (node.type === "path") steps(node, nested);
    for (const [key, value] of Object.entries(node)) {
      if (key === "steps" && node.type === "path") continue;
      const inside = ["predicate", "stages", "group", "terms", "pattern", "update", "delete"].includes(key);
      walk(value, nested || inside);
    }
  }

  walk(compile(text).ast(), false);
  return {
    names: [...names],
    states: [...new Set([...states].map((one) => (one.startsWith("*") ? "*" : one)))],
    problems: [...problems],
  };
}

// A result as JSON, or why it is none.
function encoded(result) {
  if (result === undefined) return { nothing: true };
  let flaw;
  const text = JSON.stringify(result, (_, value) => {
    if (typeof value === "function" || value instanceof RegExp) flaw = { unsupported: true };
    else if (value && (value._jsonata_lambda || value._jsonata_function)) flaw = { unsupported: true };
    else if (typeof value === "number" && !Number.isFinite(value)) flaw = { unspecified: "the number " + value };
    return flaw === undefined ? value : null;
  });
  if (flaw !== undefined) return flaw;
  return text === undefined ? { unsupported: true } : { value: JSON.parse(text) };
}

async function evaluated(text, variables) {
  try {
    return encoded(await compile(text).evaluate(undefined, variables));
  } catch (error) {
    return { error: (error.code ? error.code + ": " : "") + error.message };
  }
}

function described(text) {
  try {
    return describe(text);
  } catch (error) {
    return { names: [], states: [], problems: [(error.code ? error.code + ": " : "") + error.message] };
  }
}

async function answer(request) {
  if (request.op === "parse") return request.texts.map(described);
  nowMs = request.now_ms;
  random = seeded(request.seed);
  const results = [];
  for (const text of request.texts) results.push(await evaluated(text, request.variables));
  return { results };
}

let before = Promise.resolve();
readline.createInterface({ input: process.stdin, crlfDelay: Infinity }).on("line", (line) => {
  before = before.then(async () => process.stdout.write(JSON.stringify(await answer(JSON.parse(line))) + "\n"));
});
