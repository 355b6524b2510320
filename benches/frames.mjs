// How soon a step of a long run is on the screen, and whether scrubbing through it keeps the frame rate, in headless
// Chromium: prints figures beside their goals and judges nothing.
//
//   node benches/frames.mjs [ROUNDS]      (make bench; needs dist/)
//
// A step is an arrow key, sent as input to the browser; its time ends with the frame presented that shows it, as
// Chromium's tracing has it (EventLatency; trace.mjs says what the parts are). Steps are so far apart that each comes
// to a page at rest. The usual 60 frames a second would add up to 16.7 ms of waiting for the next tick, which says
// nothing about the page, so steps are measured with --disable-frame-rate-limit, where a frame begins when it is
// wanted; one round is made at 60 frames beside. Nothing here uses a GPU: raster and draw are the processor's, and
// take longer than in a visitor's browser. The throttling of 4x slows the page's own thread down, not the
// compositor's.
//
// Scrubbing is a drag of the slider's thumb from step 0 to 500 in 4 s, at 60 frames a second, with two moves of the
// pointer for each frame, so that every frame has something new to show. Expected are as many frames as ticks of
// 1/60 s between the first and the last one presented.

import { start } from "../tests/browser/harness.mjs";
import { STEPS, expect, longTasks, longWords, openRun, pause, seek, settle, shown } from "./long-run.mjs";
import { keyLatencies, presentations, traced } from "./trace.mjs";

const ROUNDS = Number(process.argv[2] ?? 3);
/** Steps back and as many forward again, at the middle and at the end of the run. */
const LEG = 80;
const PLACES = [STEPS / 2, STEPS];
const TICK = 1000 / 60;
/** Milliseconds between steps that show their motion, which is over by then; the page takes what comes within 250 for quick. */
const MOVING = 900;

const rank = (values, share) => values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];
const middle = (sorted) => sorted[Math.floor((sorted.length - 1) / 2)];
const ms = (value) => (value === Infinity ? "never" : value.toFixed(1)).padStart(7);

/** Presses keys, `pace` ms apart. */
async function press(page, keys, pace) {
  for (const key of keys) {
    await page.keyboard.down(key);
    await pause(pace);
    await page.keyboard.up(key);
    await pause(10);
  }
}

/** The step that a page at rest shows. */
async function settled(page) {
  await settle(page);
  return (await shown(page)).at;
}

/**
 * One round of presses, with the page's thread slowed down `rate` times: the time of each. A press is a line of a program, or a
 * single step where `single` says so, which is what Shift does.
 */
async function round({ page, session }, pace, rate, single = false) {
  const all = [];
  if (single) await page.keyboard.down("Shift");
  for (const place of PLACES) {
    await seek(page, place);
    await session.send("Emulation.setCPUThrottlingRate", { rate });
    // A few steps that are not measured, since caches are cold after a rest.
    await press(page, ["ArrowLeft", "ArrowRight", "ArrowLeft", "ArrowRight"], pace);
    // A press ends with a line of a program; the place may be inside of one.
    await pause(500);
    const from = (await shown(page)).at;
    const keys = [...Array(LEG).fill("ArrowLeft"), ...Array(LEG).fill("ArrowRight")];
    all.push(...keyLatencies(await traced(page, () => press(page, keys, pace)), keys.length));
    await session.send("Emulation.setCPUThrottlingRate", { rate: 1 });
    await expect(page, from);
  }
  if (single) await page.keyboard.up("Shift");
  return all;
}

/** One round of steps forward, with time between them for what moves: the time of each step. */
async function moving({ page }, pace) {
  const all = [];
  for (const place of PLACES) {
    await seek(page, place);
    await press(page, ["ArrowLeft", "ArrowRight"], 30);
    const end = await settled(page);
    await press(page, Array(LEG).fill("ArrowLeft"), 30);
    await settle(page);
    await page.evaluate(() => {
      window.moved = 0;
      window.moves ??= new MutationObserver((list) => (window.moved += list.some((it) => it.addedNodes.length > 0) ? 1 : 0));
      window.moves.observe(document.querySelector(".motion"), { childList: true });
    });
    const keys = Array(LEG).fill("ArrowRight");
    all.push(...keyLatencies(await traced(page, () => press(page, keys, pace)), keys.length));
    await expect(page, end);
    // Steps that come too soon after each other move nothing, and would be measured for nothing.
    const moved = await page.evaluate(() => (window.moves.disconnect(), window.moved));
    if (moved < LEG / 2) throw new Error(`of ${LEG} steps only ${moved} moved something`);
  }
  return all;
}

function tell(name, times, goal = "") {
  const whole = times.map((it) => it.whole);
  const figures = [0.5, 0.95, 0.99, 1].map((share) => ms(rank(whole, share))).join("");
  console.log(`  ${name.padEnd(34)}${figures}  ${goal}`);
}

/**
 * Prints the rounds with the lowest and with the median 95th percentile; and, since every round makes the same steps, the
 * percentiles over the best time of each step, which leaves out what other programs on the machine cost.
 */
function tellRounds(name, rounds, goal) {
  const sorted = rounds.toSorted((a, b) => p95(a) - p95(b));
  const typical = middle(sorted);
  tell(`${name}, typical round`, typical, goal);
  tell(`${name}, best round`, sorted[0], goal);
  const least = rounds[0].map((_, at) => ({ whole: Math.min(...rounds.map((round) => round[at].whole)) }));
  tell(`${name}, each step's best`, least, goal);
  const parts = ["script", "layout", "raster", "draw"];
  const each = (share) => parts.map((part) => `${part} ${rank(typical.map((it) => it[part]), share).toFixed(1)}`).join(", ");
  console.log(`    of which, median: ${each(0.5)}; 95 %: ${each(0.95)}`);
}
const p95 = (times) => rank(times.map((it) => it.whole), 0.95);

/** Measures the same steps on a page that only counts keys, which is the browser's own share of the time. */
async function floor(site) {
  const { page, close } = await site.open("");
  await page.goto("about:blank");
  await page.setContent("<p>0</p>");
  await page.evaluate(() => {
    let count = 0;
    window.addEventListener("keydown", () => (document.querySelector("p").textContent = String(++count)));
  });
  await settle(page);
  const keys = Array(100).fill("ArrowRight");
  const times = keyLatencies(await traced(page, () => press(page, keys, 40)), keys.length);
  await close();
  return times;
}

/** Drags the thumb through the whole run; returns frames expected, frames presented, and the longest time without one. */
async function scrub({ page, session }, rate) {
  await seek(page, 0);
  const box = await page.locator("input[type=range]").boundingBox();
  const y = box.y + box.height / 2;
  // The thumb's middle at either end is half its width from the edge; the pointer may go beyond.
  const [left, right] = [box.x + 8, box.x + box.width - 2];
  const [moves, duration] = [480, 4000];
  await page.mouse.move(left, y);
  await page.mouse.down();
  await settle(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate });
  let late = 0;
  const events = await traced(page, async () => {
    const begun = performance.now();
    let before = begun;
    const sent = [];
    for (let move = 1; move <= moves; move++) {
      const wait = begun + (move * duration) / moves - performance.now();
      if (wait > 0) await pause(wait);
      const now = performance.now();
      if (now - before > TICK) late++;
      before = now;
      const x = left + ((right - left) * move) / moves;
      sent.push(session.send("Input.dispatchMouseEvent", { type: "mouseMoved", x, y, button: "left", buttons: 1 }));
    }
    await Promise.all(sent);
    await pause(200);
  });
  await session.send("Emulation.setCPUThrottlingRate", { rate: 1 });
  await page.mouse.up();
  await settle(page);
  await expect(page, STEPS);
  const times = presentations(events);
  if (times.length < 2) throw new Error("scrubbing brought no frames");
  const gaps = times.slice(1).map((time, at) => time - times[at]);
  const expected = Math.max(times.length, Math.round((times.at(-1) - times[0]) / TICK) + 1);
  return { expected, presented: times.length, dropped: expected - times.length, gap: Math.max(...gaps), late };
}

function tellScrub(name, found) {
  const sorted = found.toSorted((a, b) => a.dropped / a.expected - b.dropped / b.expected);
  for (const [which, it] of [["best", sorted[0]], ["typical", middle(sorted)]]) {
    const share = it.dropped > 0 ? `, 1 in ${(it.expected / it.dropped).toFixed(1)}` : "";
    const late = it.late > 0 ? `; moves sent late: ${it.late}` : "";
    console.log(
      `  ${`${name}, ${which}`.padEnd(34)} ${it.expected} frames expected, ${it.presented} presented, ` +
        `${it.dropped} dropped${share} (goal: at most 1 in 50); longest without one ${it.gap.toFixed(0)} ms${late}`,
    );
  }
}

/** Runs `what` once for each round. */
async function repeat(what, times = ROUNDS) {
  const found = [];
  for (let time = 0; time < times; time++) found.push(await what());
  return found;
}

const STEPPING = [
  ["single step", 1, 160, "(goal: 95 % <= 16)", true],
  ["press of a line", 1, 160, "(goal: 95 % <= 16)", false],
  ["single step, 4x slower", 4, 300, "(goal: 95 % <= 50)", true],
];

console.log(`step to painted frame: ${4 * LEG} steps in a run of ${STEPS}, headless Chromium without GPU, ms`);
console.log(`  ${"".padEnd(34)}${["median", "95 %", "99 %", "max"].map((it) => it.padStart(7)).join("")}`);
const unlimited = await start(["--disable-frame-rate-limit"]);
try {
  tell("a page that only counts the keys", await floor(unlimited));
  const opened = await openRun(unlimited);
  const opening = longWords(await longTasks(opened.page));
  for (const [name, rate, pace, goal, single] of STEPPING) {
    tellRounds(name, await repeat(() => round(opened, pace, rate, single)), goal);
    console.log(`    ${longWords(await longTasks(opened.page))}`);
  }
  tellRounds("press that moves something", await repeat(() => moving(opened, MOVING)), "(goal: 95 % <= 16)");
  console.log(`    ${longWords(await longTasks(opened.page))}`);
  console.log(`  opening the run: ${opening}`);
} finally {
  await unlimited.stop();
}
const site = await start();
try {
  const opened = await openRun(site);
  tell("step at 60 frames a second", await round(opened, 70, 1));
  console.log(`scrubbing through ${STEPS} steps in 4 s, at 60 frames a second`);
  for (const [name, rate] of [["scrub", 1], ["4x slower", 4]]) {
    await longTasks(opened.page);
    tellScrub(name, await repeat(() => scrub(opened, rate)));
    console.log(`    ${longWords(await longTasks(opened.page))}`);
  }
} finally {
  await site.stop();
}
