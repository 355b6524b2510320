// The sizes of the files in dist/, and that their references to each other are right, without a browser.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { dist } from "./harness.mjs";

/** Files that the page fetches with the checker, after it has been mounted. */
const later = (name) => /^(checker|later)-.*\.(wasm|js|css)$/.test(name);
/** Files that are fetched only to read what a visitor brings: a lesson, a drawing, a log. */
const reader = (name) => /^reader-/.test(name);
/** Files that a browser fetches before the page can be used: not the plain pages and the service worker. */
const first = (name) =>
  (/^[^/]+\.(wasm|js|css|html|svg)$/.test(name) && name !== "sw.js" && !later(name) && !reader(name)) || /baseline-five-step\.bin$/.test(name);

for (const [what, budget, is] of [
  ["all that is fetched until the page can be used", 260, first],
  ["what is fetched with the checker", 960, later],
])
test(`${what} fit into ${budget} kB gzipped`, (t) => {
  const BUDGET = budget * 1000;
  // .stage is Trunk's own folder while it builds.
  const all = readdirSync(dist, { recursive: true }).filter((name) => !name.startsWith(".stage"));
  const names = all.filter(is);
  assert.ok(names.some((name) => name.endsWith(".wasm")), `no .wasm in ${dist}; run make dist`);
  let total = 0;
  for (const name of names.sort()) {
    const raw = readFileSync(join(dist, name));
    // As gzip packs them, and so a static host: Node's own zlib is a fork that is faster and packs half a percent less.
    const packed = execFileSync("gzip", ["-9", "-c"], { input: raw, maxBuffer: 1 << 26 }).length;
    total += packed;
    t.diagnostic(`${String(raw.length).padStart(8)} raw ${String(packed).padStart(7)} gzipped  ${name}`);
  }
  t.diagnostic(`${String(total).padStart(20)} gzipped of ${BUDGET} allowed`);
  assert.ok(total <= BUDGET, `${total} bytes gzipped, ${total - BUDGET} over the budget`);
});

test("index.html refers only to files beside it", () => {
  for (const { tag, name, value } of attributes(page())) {
    // A link may lead to any site, since nothing is loaded until a visitor follows it.
    if (tag === "a" && name === "href" && /^https?:/.test(value)) continue;
    if (value.startsWith("#") || value.startsWith("data:")) continue;
    assert.doesNotMatch(value, /^([a-z][a-z0-9+.-]*:|\/)/i, `<${tag} ${name}="${value}"> is not relative`);
    assert.ok(existsSync(join(dist, value.replace(/[?#].*/, ""))), `<${tag} ${name}="${value}"> names no file in dist/`);
  }
});

test("index.html has a strict policy and no inline script or handler", () => {
  const html = page();
  const policy = html.match(/<meta\b[^>]*http-equiv=["']?content-security-policy[^>]*>/i)?.[0];
  assert.ok(policy, "no Content-Security-Policy in index.html");
  assert.doesNotMatch(policy, /unsafe-inline|'unsafe-eval'|\*/);
  const scripts = html.match(/<script\b[^>]*>/gi) ?? [];
  assert.ok(scripts.length > 0, "no script at all");
  for (const script of scripts) assert.match(script, /\ssrc=/i, `${script} is inline`);
  assert.doesNotMatch(html, /<[^>]*\son[a-z]+\s*=/i);
  assert.doesNotMatch(html, /<base\b/i);
});

function page() {
  return readFileSync(join(dist, "index.html"), "utf8");
}

/** Every attribute of the page with a URL, in quotes or, as the minifier leaves it, without. */
function* attributes(html) {
  for (const [, tag, rest] of html.matchAll(/<([a-z][a-z0-9-]*)((?:\s+[^<>]*)?)>/gi)) {
    for (const [, name, quoted1, quoted2, bare] of rest.matchAll(/\s(src|href|poster|action|data)=(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/gi)) {
      yield { tag: tag.toLowerCase(), name: name.toLowerCase(), value: quoted1 ?? quoted2 ?? bare };
    }
  }
}
