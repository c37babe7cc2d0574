// Tries the extension for VS Code beyond its colours: lines that are only begun, texts with code in them,
// snippets, and the rules for brackets and new lines.
//
//   usage: NODE_PATH=editors/vscode/node_modules node tests/editors/check-extension.cjs MRP PROGRAM...
const fs = require("fs");
const os = require("os");
const path = require("path");
const { spawnSync } = require("child_process");
const textmate = require("vscode-textmate");
const oniguruma = require("vscode-oniguruma");

const [mrp, ...programs] = process.argv.slice(2);
const folder = path.join(__dirname, "..", "..", "editors", "vscode");
const read = (name) => fs.readFileSync(path.join(folder, name), "utf8");
let passed = 0, failed = 0;

function check(holds, what) {
  if (holds) return passed++;
  failed++;
  console.log(`FAILED ${what}`);
}

// A line that ends anywhere leaves the next one as it was, if it holds no quotes of a text over several lines.
function typing(grammar, file) {
  let state = textmate.INITIAL, wrong = "";
  fs.readFileSync(file, "utf8").split("\n").forEach((line, i) => {
    const before = state;
    state = grammar.tokenizeLine(line, before).ruleStack;
    if (/"""|'''/.test(line) || before.depth !== 1) return;
    for (let end = 0; end <= line.length; end++) {
      const rest = grammar.tokenizeLine(line.slice(0, end), before).ruleStack;
      if (rest.depth !== before.depth && !wrong) wrong = `${i + 1}: ${line.slice(0, end)}`;
    }
  });
  check(!wrong, `${file}:${wrong} bleeds into the next line`);
}

// Behind texts that are cut off: each line that says so at its end is code.
function cutOff(grammar, file) {
  let state = textmate.INITIAL, count = 0;
  fs.readFileSync(file, "utf8").split("\n").forEach((line, i) => {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, state);
    state = ruleStack;
    if (!line.endsWith("# code")) return;
    count++;
    check(tokens.at(-1).scopes.some((scope) => scope.startsWith("comment")), `${file}:${i + 1}: is no code`);
  });
  check(count, `${file} says nothing of code`);
}

// What VS Code takes a place for: 0 code, 1 comment, 2 text. Brackets count, and quotes close, in code alone.
function kindAt(grammar, line, at) {
  const { tokens } = grammar.tokenizeLine2(line, textmate.INITIAL);
  let kind;
  for (let i = 0; i < tokens.length && tokens[i] <= at; i += 2) kind = (tokens[i + 1] >>> 8) & 3;
  return kind;
}

function kinds(grammar) {
  const line = 'let a = "b ${f("c", [1])} d" # e';
  for (const [piece, kind] of [["let", 0], ["b ", 2], ["f(", 0], ["c", 2], ["[1", 0], [" d", 2], [" e", 1]]) {
    check(kindAt(grammar, line, line.indexOf(piece)) === kind, `"${piece}" of ${line} is not ${kind}`);
  }
}

function expand(snippet, last) {
  const text = snippet.body.join("\n");
  return text.replace(/\$\{\d+:((?:[^{}]|\{[^{}]*\})*)\}/g, "$1").replace(/\$0/g, last);
}

// Where a snippet stands, and what is written at its end, for those that need it.
const places = {
  "project": { before: "" },
  "stack": { before: 'region east "us-east-1" {', after: "}" },
  "resource": { before: 'region east "us-east-1" {', after: "}" },
  "resource for each": { before: 'region east "us-east-1" {', after: "}" },
  "text over several lines": { before: "let text =", last: "a" },
  "function": { last: "text" },
  "output": { last: '"a"' },
  "test": { last: "1 == 1" },
  "policy": { last: "true" },
  "value": { last: "1" },
  "pipeline": {
    before: `import std.deliver
      region east "us-east-1" { resource source: AWS::S3::Bucket { @existing = true, BucketName = "source" } }`,
    last: 'action build: deliver.Commands { input = source.artifact, commands = ["make"] }',
  },
};

function snippets() {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "snippets-"));
  const file = path.join(scratch, "pipeline.mrp");
  for (const [name, snippet] of Object.entries(JSON.parse(read("snippets/mrp.json")))) {
    const { before, after = "", last = "" } = places[name] || {};
    const start = before === "" ? "" : `project demo { suffix = "dev" }\n${before || ""}\n`;
    fs.writeFileSync(file, `${start}${expand(snippet, last)}\n${after}\n`);
    const run = spawnSync(mrp, ["check", file], { encoding: "utf8" });
    check(run.status === 0, `snippet ${name}: ${run.stderr}`);
  }
  fs.rmSync(scratch, { recursive: true });
}

function rules() {
  const { indentationRules, onEnterRules, wordPattern } = JSON.parse(read("language-configuration.json"));
  const deeper = new RegExp(indentationRules.increaseIndentPattern);
  const higher = new RegExp(indentationRules.decreaseIndentPattern);
  for (const line of ['region east "us-east-1" {', "let a = [ # b", 'resource a: T if b == "#" {', "f('#', {", 'x = "\\"#" + ('])
    check(deeper.test(line), `what follows ${line} is not indented`);
  for (const line of ["let a = 1", "# region {", 'let a = "{"', "}", "a = 1 # {", "f({}) {}", 'a = "# {'])
    check(!deeper.test(line), `what follows ${line} is indented`);
  for (const line of ["}", "  ]),", "  } else {"]) check(higher.test(line), `${line} is not taken back`);
  for (const line of ["a }", "# }", '"}"']) check(!higher.test(line), `${line} is taken back`);
  const [doc] = onEnterRules.map((rule) => new RegExp(rule.beforeText));
  check(doc.test("  ## What it is"), "a documentation comment does not go on");
  for (const line of ["##", "## ", "# a", "### a", "a ## b"]) check(!doc.test(line), `${line} goes on`);
  const words = [..."AWS::SQS::Queue queue_1 1_000.5 @id".matchAll(new RegExp(wordPattern, "g"))].map(String);
  check(words.join(" ") === "AWS::SQS::Queue queue_1 1_000.5 id", `words are ${words}`);
}

async function main() {
  await oniguruma.loadWASM(fs.readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm")).buffer);
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async () => textmate.parseRawGrammar(read("syntaxes/mrp.tmLanguage.json"), "mrp.json"),
  });
  const grammar = await registry.loadGrammar("source.mrp");
  for (const program of programs) typing(grammar, program);
  cutOff(grammar, path.join(__dirname, "cut.mrp"));
  kinds(grammar);
  snippets();
  rules();
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed ? 1 : 0);
}
main();
