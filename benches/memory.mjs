// Whether steps leak memory: the page's memory after 2,000 and after 12,000 steps forward, back and by
// jumps through a run of 500, in headless Chromium. Prints figures beside their goal and judges nothing.
//
//   node benches/memory.mjs      (make bench; needs dist/)
//
// Figures are taken at the same step each time, at rest and after garbage collection. wasm's memory only ever grows,
// by 64 KiB at least: what leaks less in 10,000 steps than its allocator has spare does not show there.

import { start } from "../tests/browser/harness.mjs";
import { STEPS, longTasks, longWords, openRun, seek, settle } from "./long-run.mjs";

const [WARM, FURTHER] = [2_000, 10_000];

/** Runs in the page: makes `count` steps, each in a task of its own; returns the mean ms of the last 1,000. */
async function walk([count, steps]) {
  const key = (key) => document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  const jump = (step) => {
    const range = document.querySelector("input[type=range]");
    range.value = String(step);
    range.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const { port1, port2 } = new MessageChannel();
  const task = () => new Promise((done) => ((port1.onmessage = done), port2.postMessage(0)));
  let last = 0;
  for (let made = 0; made < count; made++) {
    if (made === count - 1_000) last = performance.now();
    const at = made % 100;
    if (at === 0) jump((made * 7919) % steps);
    else if (at === 98) key("Home");
    else if (at === 99) key("End");
    else key(at < 60 ? "ArrowRight" : "ArrowLeft");
    await task();
  }
  return (performance.now() - last) / 1_000;
}

/** The page's memory, at rest. */
async function take(page, session) {
  await seek(page, STEPS / 2);
  await settle(page);
  for (let time = 0; time < 3; time++) await session.send("HeapProfiler.collectGarbage");
  const heap = await session.send("Runtime.getHeapUsage");
  const { metrics } = await session.send("Performance.getMetrics");
  const metric = (name) => metrics.find((it) => it.name === name)?.value ?? Number.NaN;
  // All WebAssembly.Memory objects on the heap of the page's thread.
  const { result: prototype } = await session.send("Runtime.evaluate", { expression: "WebAssembly.Memory.prototype" });
  const { objects } = await session.send("Runtime.queryObjects", { prototypeObjectId: prototype.objectId });
  const { result: wasm } = await session.send("Runtime.callFunctionOn", {
    objectId: objects.objectId,
    functionDeclaration: "function () { return this.reduce((sum, it) => sum + it.buffer.byteLength, 0); }",
    returnByValue: true,
  });
  for (const { objectId } of [prototype, objects]) await session.send("Runtime.releaseObject", { objectId });
  return {
    "JS heap, bytes": heap.usedSize,
    "DOM's own heap, bytes": heap.embedderHeapUsedSize,
    "wasm memory, bytes": wasm.value,
    "DOM nodes": metric("Nodes"),
    "event listeners": metric("JSEventListeners"),
  };
}

const site = await start();
try {
  const { page, session } = await openRun(site);
  await session.send("Performance.enable");
  await longTasks(page);
  const taken = [await take(page, session)];
  const each = [];
  for (const count of [WARM, FURTHER]) {
    each.push(await page.evaluate(walk, [count, STEPS]));
    taken.push(await take(page, session));
  }
  const number = (value) => String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",").padStart(12);
  const heads = ["at first", ...[WARM, WARM + FURTHER].map((it) => `${it} steps`)];
  console.log(`memory in a run of ${STEPS} steps, headless Chromium`);
  console.log(`  ${"".padEnd(24)}${heads.map((it) => it.padStart(12)).join("")}   growth a step between the last two (goal: 0)`);
  for (const name of Object.keys(taken[0])) {
    const values = taken.map((it) => it[name]);
    const growth = (values[2] - values[1]) / FURTHER;
    console.log(`  ${name.padEnd(24)}${values.map(number).join("")}   ${growth.toFixed(3)}`);
  }
  const [before, after] = each.map((it) => it.toFixed(1));
  console.log(`  a step without waiting for its frame: ${before} ms around step ${WARM}, ${after} ms around step ${WARM + FURTHER}`);
  console.log(`  ${longWords(await longTasks(page))}`);
} finally {
  await site.stop();
}
