// How fast the checker is in headless Chromium: prints figures and judges nothing.
//
//   make bench       (cargo bench first: it leaves models and native rates in target/bench)
//
// It talks to the built worker as the page does, in postcard's bytes.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { dist, start } from "../tests/browser/harness.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (name) => {
  const path = `${root}target/bench/${name}`;
  return existsSync(path) ? readFileSync(path, "utf8") : null;
};
const loader = readdirSync(dist).find((name) => /^checker.*_loader\.js$/.test(name));
const scenarios = readdirSync(`${root}assets/scenarios`)
  .filter((name) => name.endsWith(".toml"))
  .map((name) => [name.slice(0, -5), readFileSync(`${root}assets/scenarios/${name}`, "utf8")]);

/** Runs in the page: starts a worker of its own and measures its checks. */
function inPage([loader, models]) {
  const varint = (value) => {
    const bytes = [];
    let left = BigInt(value);
    do {
      const low = Number(left & 127n);
      left >>= 7n;
      bytes.push(left > 0n ? low | 128 : low);
    } while (left > 0n);
    return bytes;
  };
  const string = (text) => {
    const bytes = new TextEncoder().encode(text);
    return [...varint(bytes.length), ...bytes];
  };
  // Ask::Check { turn, subject: { slug, text, device, era, edits }, bytes }
  const check = (turn, slug, text) =>
    new Uint8Array([0, ...varint(turn), ...string(slug), ...string(text), 0, 0, 0, ...varint(2n ** 30n)]);
  const MUTANTS = new Uint8Array([5]);
  const STOP = new Uint8Array([8]);
  const decode = (bytes) => {
    let at = 0;
    const next = () => {
      let value = 0;
      for (let shift = 1; ; shift *= 128) {
        const byte = bytes[at++];
        value += (byte & 127) * shift;
        if (byte < 128) return value;
      }
    };
    const [turn, kind] = [next(), next()];
    const names = ["ready", "progress", "checked", "reduced", "odds", "outlook"];
    const answer = { turn, kind: names[kind] ?? kind };
    if (answer.kind === "progress" || answer.kind === "checked") {
      Object.assign(answer, { states: next(), frontier: next(), edges: next(), depth: next(), millis: next() });
      next();
      answer.complete = bytes[at];
      answer.stopped = bytes[at + 1];
    }
    return answer;
  };
  return new Promise((resolve) => {
    const worker = new Worker(`./${loader}`);
    const figures = { rates: {} };
    let turn = 0;
    let hear = () => {};
    const until = (what) => new Promise((done) => (hear = (answer) => what(answer) && done(answer)));
    worker.onmessage = ({ data }) => hear(decode(data));
    const run = async () => {
      const ask = (slug, text) => worker.postMessage(check(++turn, slug, text));
      const checked = (answer) => answer.turn === turn && answer.kind === "checked";
      for (const [name, text, times] of models.rates) {
        let best = Infinity;
        let states = 0;
        for (let time = 0; time < times; time++) {
          ask(name, text);
          const answer = await until(checked);
          best = Math.min(best, answer.millis);
          states = answer.states;
        }
        figures.rates[name] = { states, rate: (states / best) * 1e3, millis: best };
      }
      const begun = performance.now();
      for (const [slug, text] of models.catalogue) {
        ask(slug, text);
        await until(checked);
      }
      figures.catalogue = performance.now() - begun;
      ask("baseline-five-step", models.catalogue.find(([slug]) => slug === "baseline-five-step")[1]);
      await until((answer) => answer.kind === "odds");
      const mutated = performance.now();
      worker.postMessage(MUTANTS);
      // There is no response that says the last mutant is done; none for a while means it.
      let last = mutated;
      hear = () => (last = performance.now());
      while (performance.now() - last < 400) await new Promise((done) => setTimeout(done, 50));
      figures.mutants = last - mutated;
      const scaled = models.rates.find(([name]) => name === "scaled");
      if (scaled) {
        const gaps = [];
        let before = performance.now();
        ask(...scaled);
        hear = (answer) => {
          if (answer.kind !== "progress") return;
          gaps.push(performance.now() - before);
          before = performance.now();
        };
        await new Promise((done) => setTimeout(done, 1500));
        const stopped = performance.now();
        worker.postMessage(STOP);
        const answer = await until((it) => it.kind === "checked" && it.turn === turn);
        figures.stop = performance.now() - stopped;
        figures.stopped = answer.stopped;
        figures.gaps = gaps;
      }
      worker.terminate();
      resolve(figures);
    };
    hear = (answer) => answer.kind === "ready" && run();
  });
}

const site = await start();
try {
  const { page } = await site.open("", {});
  const largest = read("largest.toml");
  const scaled = read("scaled.toml");
  const rates = [
    ["largest", largest ?? scenarios.find(([slug]) => slug === "two-page-submitted")[1], 15],
    ...(scaled ? [["scaled", scaled, 2]] : []),
  ];
  const figures = await page.evaluate(inPage, [loader, { rates, catalogue: scenarios }]);
  console.log("in a worker of headless Chromium, with the graph");
  for (const [name, { states, rate, millis }] of Object.entries(figures.rates)) {
    const native = Number(read(`${name}.rate`));
    const share = native ? `, ${((100 * rate) / native).toFixed(0)} % of the native rate` : "";
    const [count, time] = [String(states).padStart(10), millis.toFixed(0).padStart(7)];
    console.log(`  ${name.padEnd(34)} ${count} states ${time} ms ${(rate / 1e6).toFixed(2)} M states/s${share}`);
  }
  console.log(`  the whole catalogue, verified: ${figures.catalogue.toFixed(0)} ms`);
  console.log(`  every single change of the baseline: ${figures.mutants.toFixed(0)} ms`);
  if (figures.gaps) {
    const worst = Math.max(...figures.gaps).toFixed(0);
    const mean = (figures.gaps.reduce((a, b) => a + b, 0) / figures.gaps.length).toFixed(0);
    console.log(`  progress every ${mean} ms, at worst ${worst}; stopped ${figures.stop.toFixed(0)} ms after the wish`);
  }

  // Tasks of more than 50 ms on the page's own thread during a check.
  const { page: busy } = await site.open("", {});
  await busy.evaluate(() => {
    window.long = [];
    const seen = (list) => window.long.push(...list.getEntries().map((it) => Math.round(it.duration)));
    new PerformanceObserver(seen).observe({ type: "longtask" });
  });
  for (const slug of ["two-page-submitted", "fault-vs-clear", "unlock-gap"]) {
    await busy.evaluate((slug) => (location.hash = slug), slug);
    await busy.waitForTimeout(600);
    for (const name of ["Race map", "Load-bearing steps", "Costs", "Coverage", "Verdicts and odds"]) {
      await busy.getByRole("button", { name, exact: true }).click();
      await busy.waitForTimeout(500);
    }
  }
  const long = await busy.evaluate(() => window.long);
  console.log(`  the page's own thread, all panels of three scenarios: ${long.length} tasks over 50 ms ${long.join(" ")}`);
} finally {
  await site.stop();
}
