// Gives what the page's program imports from its script short names, in both: wasm-bindgen's are long, end in checksums, and
// each stands beside the name of the script. `node tools/imports.mjs PROGRAM.wat SCRIPT.js`
import { readFileSync, writeFileSync } from "node:fs";

const [program, script] = process.argv.slice(2);
let wat = readFileSync(program, "utf8");
let js = readFileSync(script, "utf8");

const imports = [...wat.matchAll(/\(import "([^"]*)" "([^"]*)"/g)];
const modules = new Set(imports.map(([, module]) => module));
if (modules.size !== 1) throw new Error(`imports from ${[...modules].join(", ") || "nowhere"}`);
const [module] = modules;
/** How often the script has a word, and the word itself. */
const word = (name) => new RegExp(`(?<![\\w$])${name.replace(/\$/g, "\\$&")}(?![\\w$])`, "g");

const short = new Map();
for (const [, , name] of imports) {
  // A name that the script uses for something else too stays as it is.
  if (short.has(name) || js.match(word(name))?.length !== 1) continue;
  const next = `_${short.size.toString(36)}`;
  if (word(next).test(js)) throw new Error(`${next} is taken`);
  short.set(name, next);
}
for (const [name, next] of short) js = js.replace(word(name), () => next);
const key = JSON.stringify(module);
if (js.split(key).length !== 2) throw new Error(`${key} stands in the script more than once`);
js = js.replace(key, () => '"_"');
wat = wat.replace(/\(import "[^"]*" "([^"]*)"/g, (_, name) => `(import "_" "${short.get(name) ?? name}"`);
writeFileSync(program, wat);
writeFileSync(script, js);
