// Compares the TextMate grammar with the compiler: reads what tests/editors/tokens says of many files.
//
//   usage: NODE_PATH=editors/vscode/node_modules node tests/editors/check-scopes.cjs < TOKENS
const fs = require("fs");
const path = require("path");
const textmate = require("vscode-textmate");
const oniguruma = require("vscode-oniguruma");

const top = path.join(__dirname, "..", "..");
const wasm = fs.readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm")).buffer;

// What the innermost scopes of a token of this class must and must not be.
const expected = {
  comment: [/^comment\.line\.number-sign/],
  doc: [/^comment\.line\.documentation/],
  control: [/^keyword\.control\.mrp/],
  constant: [/^constant\.language/],
  word: [/^keyword\.(declaration|control\.import|other\.check)|^storage\.modifier/],
  name: [/^source\.mrp$|^variable|^entity|^support\.(function|type)|^string\.quoted\.double\.mrp$/],
  aws: [/^support\.class\.aws/],
  member: [/^punctuation\.accessor|^variable\.other\.member|^entity\.name/],
  meta: [/^entity\.other\.attribute-name/],
  number: [/^constant\.numeric/],
  string: [/^string\.|^punctuation\.definition\.string|^constant\.character\.escape/],
  interpolation: [/^punctuation\.section\.interpolation/],
  operator: [/^keyword\.operator|^punctuation|^source\.mrp$|^meta\./],
  any: [/./],
};

async function main() {
  await oniguruma.loadWASM(wasm);
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async () => {
      const file = path.join(top, "editors/vscode/syntaxes/mrp.tmLanguage.json");
      return textmate.parseRawGrammar(fs.readFileSync(file, "utf8"), file);
    },
  });
  const grammar = await registry.loadGrammar("source.mrp");
  let passed = 0, failed = 0, shown = 0, file, lines, bad;
  const fail = (line, what) => {
    bad = true;
    if (shown++ < 40) console.log(`FAILED ${file}:${line}: ${what}`);
  };
  const settle = () => {
    if (file) bad ? failed++ : passed++;
    bad = false;
  };
  const read = (name) => {
    settle();
    file = name;
    let state = textmate.INITIAL;
    lines = fs.readFileSync(name, "utf8").split(/\r?\n/).map((text) => {
      const result = grammar.tokenizeLine(text, state);
      state = result.ruleStack;
      return { text, bytes: Buffer.from(text), tokens: result.tokens, depth: state.depth, open: false };
    });
  };
  const bleeds = () =>
    lines && lines.forEach((line, i) => {
      if (!line.open && line.depth !== 1) fail(i + 1, "something bleeds into the next line");
    });
  for (const row of fs.readFileSync(0, "utf8").split("\n")) {
    const [a, b, length, kind] = row.split(" ");
    if (a === "file" || a === "mistakes") {
      bleeds();
      lines = undefined;
      if (a === "file") read(row.slice(5));
    } else if (b === "open") {
      lines[a - 1].open = true;
    } else if (kind) {
      const line = lines[a - 1];
      const start = line.bytes.subarray(0, b - 1).toString().length;
      const end = line.bytes.subarray(0, b - 1 + +length).toString().length;
      for (const token of line.tokens) {
        if (token.endIndex <= start || token.startIndex >= end) continue;
        const inner = token.scopes[token.scopes.length - 1];
        const scope = /^punctuation.definition.comment/.test(inner) ? token.scopes.at(-2) : inner;
        const piece = line.text.slice(Math.max(start, token.startIndex), Math.min(end, token.endIndex));
        if (piece.trim() && !expected[kind].some((pattern) => pattern.test(scope))) {
          fail(a, `"${piece}" is ${kind} and has ${scope}`);
        }
      }
    }
  }
  bleeds();
  settle();
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed ? 1 : 0);
}
main();
