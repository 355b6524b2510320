// One screen: at every moment of every opening run and of every shortest failure, everything that the page promises to show
// is in the window, uncovered, whole and, from step to step, in the same place. Shortest failures are walked at the sizes of
// `WALKED`, and looked at as they end at the others.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { dist, start } from "./harness.mjs";

let site;
let failures;
before(async () => {
  site = await start();
  failures = await shortestFailures();
});
after(() => site.stop());

const slugs = readdirSync(join(dist, "scenarios"))
  .filter((name) => name.endsWith(".bin"))
  .map((name) => name.replace(/\.bin$/, ""));

/** Links to a shortest run to each verdict of each ordering, as the checker finds them, with their lengths. */
async function shortestFailures() {
  const { page, close } = await site.open("", { reducedMotion: "reduce" });
  const found = [];
  for (const slug of slugs) {
    for (let at = 0, many = 1; at < many; at++) {
      // Showing a run closes the panel.
      await page.evaluate((slug) => (location.hash = `${slug}/see-verdicts`), slug);
      await page.waitForFunction((slug) => document.querySelector(`.orderings a[href="#${slug}"][aria-current="true"]`), slug);
      await page.locator('[data-part="result"]', { hasText: /transitions/ }).waitFor({ state: "attached" });
      await page.locator('[data-part="odds"]').waitFor({ state: "attached" });
      const ends = page.getByRole("button", { name: "Show its end" });
      many = await ends.count();
      if (many === 0) break;
      await ends.nth(at).click();
      const link = await page.waitForFunction((slug) => {
        const parts = location.hash.slice(1).split("/");
        return parts.length === 3 && parts[1] === slug && { link: parts.join("/"), steps: document.querySelector("input[type=range]").value };
      }, slug);
      const value = await link.jsonValue();
      // One run can come to several verdicts.
      if (!found.some((it) => it.link === value.link)) found.push({ slug, ...value });
    }
  }
  await close();
  return found;
}

// Runs in the page: looks at the moment shown, goes on by a press of the arrow, and so to the end; returns what is not as
// it should be, each fault once.
async function walk({ slug, inView, inPlace, whole, said }) {
  const faults = new Map();
  const frame = () => new Promise((resume) => requestAnimationFrame(() => setTimeout(resume)));
  const name = (it) => it.dataset.cell ?? it.dataset.bit ?? it.dataset.actor ?? it.dataset.part ?? `${it.className || it.tagName} "${it.textContent.trim().slice(0, 24)}"`;
  const fault = (words) => faults.has(words) || faults.set(words, document.querySelector(".count").textContent);

  // Whether all of an element is inside the window and inside whatever scrolls around it, and nothing lies over it.
  function seen(it, what) {
    const at = it.getBoundingClientRect();
    if (at.width === 0 || at.height === 0) return fault(`${what} ${name(it)} has no size`);
    let [left, top, right, bottom] = [0, 0, innerWidth, innerHeight];
    for (let over = it.parentElement; over; over = over.parentElement) {
      const style = getComputedStyle(over);
      if (style.display === "contents" || style.overflow === "visible") continue;
      const room = over.getBoundingClientRect();
      [left, top] = [Math.max(left, room.left), Math.max(top, room.top)];
      [right, bottom] = [Math.min(right, room.right), Math.min(bottom, room.bottom)];
    }
    if (at.left < left - 1 || at.top < top - 1 || at.right > right + 1 || at.bottom > bottom + 1) return fault(`${what} ${name(it)} is cut`);
    const middle = document.elementFromPoint((at.left + at.right) / 2, (at.top + at.bottom) / 2);
    if (middle && !it.contains(middle) && !middle.contains(it)) fault(`${what} ${name(it)} is covered by ${name(middle)}`);
  }

  const within = (it, room) => {
    const [inner, outer] = [it.getBoundingClientRect(), room.getBoundingClientRect()];
    return inner.top >= outer.top - 1 && inner.bottom <= outer.bottom + 1;
  };

  const places = new Map();
  function still(it, key) {
    const { x, y, width, height } = it.getBoundingClientRect();
    const place = [x, y, width, height].map(Math.round).join(" ");
    const first = places.get(key) ?? place;
    places.set(key, first);
    if (first !== place) fault(`${key} moves from ${first} to ${place}`);
  }

  let last = "";
  for (let press = 0; press < 200; press++) {
    const count = document.querySelector(".now .count").textContent;
    if (count === last) break;
    last = count;
    const say = document.querySelector(".say");
    const crowded = () => said && say.scrollHeight > say.clientHeight + 1;
    // What lies ahead comes a moment later, and the sentence is fitted in the frame after that.
    const fitted = async () => {
      for (let wait = 0; wait < 12 && crowded(); wait++) await new Promise((resume) => setTimeout(resume, 25));
    };
    await fitted();
    for (const [what, selector] of inView) {
      const all = [...document.querySelectorAll(selector)];
      if (all.length === 0) fault(`no ${what}`);
      all.forEach((it) => seen(it, what));
    }
    for (const selector of inPlace) document.querySelectorAll(selector).forEach((it, at) => still(it, `${selector} ${at}`));
    // Where an actor stands: its status where it cannot move, else the line that comes next.
    for (const card of whole ? document.querySelectorAll(".actor") : []) {
      const line = card.querySelector(".program > .current:not(:has(~ .current))");
      const stand = card.matches(".ready, .asleep") && line ? [line] : [];
      // The programs are scrolled after the frame.
      for (let wait = 0; wait < 12 && line && !within(line, line.parentElement); wait++) await new Promise((resume) => setTimeout(resume, 25));
      for (const it of [card.querySelector("h2"), card.querySelector(".status"), ...card.querySelectorAll(".step"), ...stand]) {
        if (it && getComputedStyle(it).display !== "none") seen(it, `actor ${card.dataset.actor}:`);
      }
    }
    // It may have come while the programs were waited for.
    await fitted();
    if (crowded()) fault(`the sentence needs ${say.scrollHeight - say.clientHeight} pixels more`);
    for (const label of document.querySelectorAll(".lanes li, .controls button, .tabs button, .bit")) {
      if (label.offsetParent && label.scrollWidth > label.clientWidth + 1 && getComputedStyle(label).overflow !== "visible") fault(`label "${label.textContent}" is cut`);
    }
    window.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
    await frame();
  }
  return [...faults].map(([words, at]) => `${slug}, ${at}: ${words}`);
}

const STAGE = [
  ["bit", ".stage .bit"],
  ["row", ".columns tbody tr"],
  ["cell", ".columns [data-cell]"],
  ["timeline", ".track"],
];
// Not the runs tried so far, which scroll beside them.
const CONTROLS = ["time controls", '.times [aria-label="Time"] button'];
const PLACES = [".stage .columns", ".stage .entry", ".track", CONTROLS[1], ".top"];

const WALKED = ["1366x768", "1024x768", "390x844"];

for (const [width, height, embed] of [
  [1920, 1080],
  [1440, 900],
  [1366, 768],
  [1280, 720],
  [1024, 768],
  [390, 844],
  [900, 500, true],
  [700, 420, true],
]) {
  test(`everything is in one screen of ${width}x${height}${embed ? " in a frame" : ""}`, async () => {
    const options = { width, height, reducedMotion: "reduce" };
    const { page, problems, close } = await site.open(embed ? "?embed" : "", options);
    const phone = width < 860;
    const inView = [...STAGE, CONTROLS];
    // A frame promises the stage, time and the controls.
    if (!embed) inView.push(["sentence", ".now"], ["verdict", ".chosen .badge"]);
    if (!embed && phone) inView.push(["step button", ".quick button"]);
    const what = { inView, inPlace: PLACES, whole: !phone && !embed, said: !embed };
    const faults = [];
    for (const slug of slugs) {
      await page.evaluate((slug) => (location.hash = slug), slug);
      await page.waitForFunction((slug) => document.querySelector(`.orderings a[href="#${slug}"][aria-current="true"]`), slug);
      await page.keyboard.press("Home");
      faults.push(...(await page.evaluate(walk, { slug, ...what })));
    }
    for (const { slug, link, steps } of failures) {
      await page.keyboard.press("Home");
      await page.evaluate((link) => (location.hash = link), link);
      await page.waitForFunction(([slug, steps]) => {
        const slider = document.querySelector("input[type=range]");
        const current = document.querySelector(`.orderings a[href="#${slug}"][aria-current="true"]`);
        return current && slider.value === steps;
      }, [slug, steps]);
      if (WALKED.includes(`${width}x${height}`)) await page.keyboard.press("Home");
      faults.push(...(await page.evaluate(walk, { slug: `${slug} (${link})`, ...what })));
    }
    assert.deepEqual(faults.slice(0, 40), [], `${faults.length} faults`);
    assert.deepEqual(problems(), []);
    await close();
  });
}
