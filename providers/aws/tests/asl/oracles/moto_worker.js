// npm's jsonata, with what Step Functions adds to it: an expression a line, as JSON; {"value"}, {} for undefined, or {"error"}.

const { createHash, randomUUID } = require("node:crypto");
const { createInterface } = require("node:readline");

const jsonata = require("jsonata");

const ADDED = {
  hash: (value, algorithm) => createHash(algorithm.replace("-", "")).update(String(value)).digest("hex"),
  parse: (text) => JSON.parse(text),
  partition: (list, size) => list.flatMap((_, at) => (at % size ? [] : [list.slice(at, at + size)])),
  random: (seed) => (seed === undefined ? Math.random() : 0.5),
  range: (first, last, step) => {
    const found = [];
    for (let at = first; step > 0 ? at <= last : at >= last; at += step) found.push(at);
    return found;
  },
  uuid: () => randomUUID(),
};

async function evaluated(text) {
  const expression = jsonata(text);
  for (const [name, added] of Object.entries(ADDED)) expression.registerFunction(name, added);
  const value = await expression.evaluate(undefined);
  return value === undefined ? {} : { value };
}

let last = Promise.resolve();
createInterface({ input: process.stdin }).on("line", (line) => {
  last = last
    .then(() => evaluated(JSON.parse(line)))
    .catch((error) => ({ error: `${error.code ?? ""} ${error.message}` }))
    .then((told) => process.stdout.write(`${JSON.stringify(told)}\n`));
});
