// Static opinions of node about state machines: asl-validator, and the parser of jsonata. One line of JSON in, one out.
//
//   in:   {"document": {…}} or {"expressions": ["$x + 1", …]}
//   out:  {"errors": [text, …]} or {"expressions": [{"error": text} or {"free", "context", "root", "paths"}, …]}
//
// free: variables that the expression neither binds nor takes as a parameter; functions are variables, too.
// context, root: whether it says $ or $$. paths: what it reads of $states by name, "input", "result" …

const { createInterface } = require("node:readline");

// asl-validator's schema of templates refuses what templates may say: lists in lists, and texts that are empty or have
// several lines. https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
const { definitions } = require("asl-validator/dist/src/schemas/jsonata.json");
definitions.jsonata_template.oneOf[1].items = { $ref: "#/definitions/jsonata_template" };
definitions.not_jsonata.pattern = "^(?!\\{% )[\\s\\S]*$";

// It makes an Ajv, and compiles all schemas, for each document: a tenth of a second. One is enough.
const ajv = require("ajv");
const Ajv = ajv.default;
let made;
ajv.default = function (options) {
  if (made) made.addKeyword = () => made; // ajv-formats adds it each time
  made ??= new Ajv(options);
  return made;
};

// It parses an expression wherever it stands, as `read` does: once is enough.
const MANY = 20_000;
const parser = require("jsonata");
const parsed = new Map();
function jsonata(text) {
  const key = text.trim();
  if (parsed.size > MANY) parsed.clear();
  if (!parsed.has(key)) parsed.set(key, parser(key));
  return parsed.get(key);
}
require.cache[require.resolve("jsonata")].exports = jsonata;

const validate = require("asl-validator");

function told(error) {
  return `${error["Error code"]} ${error.schemaError ? JSON.stringify(error.schemaError) : error.Message ?? ""} ${error.path ?? ""}`.trim();
}

class Reading {
  constructor() {
    this.free = new Set();
    this.paths = new Set();
    this.context = false;
    this.root = false;
  }

  node(node, scope) {
    if (Array.isArray(node)) {
      for (const one of node) this.node(one, scope);
    } else if (node && typeof node === "object") {
      (this[`on_${node.type}`] ?? this.parts).call(this, node, scope);
    }
  }

  parts(node, scope) {
    for (const [key, part] of Object.entries(node)) {
      if (part && typeof part === "object" && key !== "position") this.node(part, scope);
    }
  }

  on_variable(node, scope) {
    if (node.value === "") this.context = true;
    else if (node.value === "$") this.root = true;
    else if (!scope.has(node.value)) this.free.add(node.value);
    this.parts(node, scope);
  }

  on_path(node, scope) {
    const [first, second] = node.steps;
    if (first.type === "variable" && first.value === "states") this.paths.add(second?.type === "name" ? second.value : "");
    this.parts(node, scope);
  }

  on_block(node, scope) {
    const inner = new Set(scope);
    for (const one of node.expressions) this.node(one, inner);
  }

  on_bind(node, scope) {
    this.node(node.rhs, scope);
    scope.add(node.lhs.value);
  }

  on_lambda(node, scope) {
    this.node(node.body, new Set([...scope, ...node.arguments.map((one) => one.value)]));
  }
}

function read(expression) {
  let ast;
  try {
    ast = jsonata(expression).ast();
  } catch (error) {
    return { error: `${error.code} ${error.message}` };
  }
  const reading = new Reading();
  reading.node(ast, new Set());
  const { context, root } = reading;
  return { free: [...reading.free], paths: [...reading.paths], context, root };
}

function answer(asked) {
  if (asked.expressions) return { expressions: asked.expressions.map(read) };
  const { errors } = validate(asked.document, { checkPaths: true, checkArn: true });
  return { errors: errors.map(told) };
}

createInterface({ input: process.stdin }).on("line", (line) => {
  process.stdout.write(`${JSON.stringify(answer(JSON.parse(line)))}\n`);
});
