// What moves at a step, in Chromium: positions of what moves, sampled every 16 ms of its time.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { start } from "./harness.mjs";

let site;
before(async () => (site = await start()));
after(() => site.stop());

/**
 * Opens the correct ordering after so many steps. Whatever is put onto the layer of motion from then on is noted at once in
 * `motions`: each thing that moves with its middle every 16 ms while it can be seen, and the whole time it takes.
 */
async function open(steps, options = {}) {
  const opened = await site.open("#baseline-five-step", options);
  const { page } = opened;
  await seek(page, steps);
  await page.evaluate(() => {
    window.motions = [];
    const layer = document.querySelector(".motion");
    const middle = (element) => {
      const box = element.getBoundingClientRect();
      return [Math.round(box.x + box.width / 2), Math.round(box.y + box.height / 2)];
    };
    new MutationObserver(() => {
      const all = document.getAnimations().filter((it) => layer.contains(it.effect.target));
      const ends = Math.max(...all.map((it) => it.effect.getComputedTiming().endTime));
      const things = all.map(({ effect: { target } }) => ({ target, kind: target.className, text: target.textContent, path: [] }));
      for (const it of all) it.pause();
      for (let time = 0; time < ends; time += 16) {
        for (const it of all) it.currentTime = time;
        for (const { target, path } of things) {
          if (getComputedStyle(target).opacity > 0) path.push(middle(target));
        }
      }
      for (const it of all) {
        it.currentTime = 0;
        it.play();
      }
      if (things.length > 0) window.motions.push({ ends, things: things.map(({ target, ...thing }) => thing) });
    }).observe(layer, { childList: true });
  });
  // A step that comes soon after another moves nothing.
  await page.waitForTimeout(400);
  return opened;
}

/** Goes to a moment by the slider. */
async function seek(page, steps) {
  await page.locator("input[type=range]").evaluate((slider, steps) => {
    slider.value = steps;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
  }, steps);
  await page.waitForFunction((steps) => {
    const words = document.querySelector("input[type=range]").getAttribute("aria-valuetext");
    return Number(/(\d+) of/.exec(words)?.[1]) === steps;
  }, steps);
}

/** What one press moves. */
async function press(page, key) {
  await page.evaluate(() => (window.motions.length = 0));
  await page.keyboard.press(key);
  // As long as a press may take to begin its motion, with room for a busy machine.
  await page.waitForTimeout(500);
  const motions = await page.evaluate(() => window.motions);
  assert.ok(motions.length <= 1, JSON.stringify(motions));
  return motions[0] ?? { ends: 0, things: [] };
}

const different = (path) => new Set(path.map(String)).size;
const loads = ({ things }) => things.filter((it) => /^load (?!still)/.test(it.kind));

/** The middle of an element, rounded as the places of paths are. */
const place = (page, selector) =>
  page.locator(selector).first().evaluate((element) => {
    const box = element.getBoundingClientRect();
    return [box.x + box.width / 2, box.y + box.height / 2];
  });

const near = ([x, y], [left, top], most = 3) => Math.hypot(x - left, y - top) <= most;

test("DMA glides the bytes down their column, with at least eight positions on the way", async () => {
  const { page, problems, close } = await open(29);
  const motion = await press(page, "Shift+ArrowRight");
  assert.ok(motion.ends >= 250 && motion.ends <= 500, `${motion.ends} ms`);
  const [tag, bytes] = loads(motion);
  assert.equal(bytes.text, "4444");
  assert.ok(different(bytes.path) >= 8, JSON.stringify(bytes.path));
  assert.ok(bytes.path.every(([x], at, all) => x === all[0][0]), "straight down");
  assert.ok(bytes.path.every(([, y], at, all) => at === 0 || y >= all[at - 1][1]), "never back");
  assert.ok(near(bytes.path[0], await place(page, '[data-cell="memory-4"] .bytes')));
  assert.ok(near(bytes.path.at(-1), await place(page, '[data-cell="HBA-4"] .bytes')));
  // The guard travels with the command, as its own tag.
  assert.equal(tag.text, "a3a0");
  assert.ok(near(tag.path[0], await place(page, '[data-cell="bio-4"] .bytes')));
  assert.ok(different(tag.path) >= 8, JSON.stringify(tag.path));
  // The layer is left empty.
  assert.equal(await page.locator(".motion > *").count(), 0);
  assert.deepEqual(problems(), []);
  await close();
});

test("A check moves nothing and pulses the two numbers it compares", async () => {
  const { page, close } = await open(30);
  const motion = await press(page, "Shift+ArrowRight");
  assert.deepEqual(loads(motion), []);
  const rings = motion.things;
  assert.deepEqual(rings.map((it) => it.kind), ["ring equal", "ring equal"]);
  for (const ring of rings) assert.equal(different(ring.path), 1, JSON.stringify(ring.path));
  assert.ok(near(rings[0].path[0], await place(page, '[data-cell="bio-4"] .bytes')));
  assert.ok(near(rings[1].path[0], await place(page, '[data-cell="HBA-4"] .crc')));
  await close();
});

test("A store bounces off the read-only PTE and comes back as a fault", async () => {
  const { page, close } = await open(17);
  const motion = await press(page, "Shift+ArrowRight");
  const [store, fault] = loads(motion);
  assert.deepEqual([store.text, fault.text], ["new!", "page fault"]);
  for (const { path } of [store, fault]) assert.ok(different(path) >= 8, JSON.stringify(path));
  const pte = await place(page, '[data-thing="pte-0-0"] [data-bit="write"]');
  assert.ok(near(store.path.at(-1), pte, 40) && near(fault.path[0], pte, 40));
  assert.ok(near(fault.path.at(-1), store.path[0], 40));
  await close();
});

test("A store that is let pass lands in its sector, past the PTE", async () => {
  const { page, close } = await open(53);
  const [store, ...more] = loads(await press(page, "Shift+ArrowRight"));
  assert.deepEqual([store.text, more.length], ["new!", 0]);
  assert.ok(near(store.path.at(-1), await place(page, '[data-cell="memory-3"]'), 12));
  const pte = await place(page, '[data-thing="pte-0-0"]');
  assert.ok(store.path.some((it) => near(it, pte, 20)), JSON.stringify(store.path));
  await close();
});

test("A lock passes to the actor that takes it", async () => {
  const { page, close } = await open(18);
  const [lock] = loads(await press(page, "Shift+ArrowRight"));
  assert.equal(lock.text, "PG_locked");
  assert.ok(different(lock.path) >= 8);
  assert.ok(near(lock.path[0], await place(page, '[data-bit="PG_locked"]'), 40));
  assert.ok(near(lock.path.at(-1), await place(page, '[data-thing="actor-1"] [data-token="PageLock-0"]'), 40));
  await close();
});

test("A bit flips in its place", async () => {
  const { page, close } = await open(5);
  await page.evaluate(() => {
    window.flips = [];
    const real = Element.prototype.animate;
    Element.prototype.animate = function (frames, options) {
      window.flips.push([this.getAttribute("data-bit"), frames[0].transform, options.duration]);
      return real.call(this, frames, options);
    };
  });
  assert.deepEqual(loads(await press(page, "Shift+ArrowRight")), []);
  assert.deepEqual(await page.evaluate(() => window.flips), [["PG_writeback", "rotateX(90deg)", 250]]);
  await close();
});

test("Back and jumps move nothing, nor do quick steps", async () => {
  const { page, close } = await open(30);
  assert.deepEqual((await press(page, "ArrowLeft")).things, []);
  assert.deepEqual((await press(page, "Home")).things, []);
  assert.deepEqual((await press(page, "End")).things, []);
  await seek(page, 28);
  await page.evaluate(() => (window.motions.length = 0));
  await page.evaluate(() => {
    for (let times = 0; times < 2; times++) window.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
  });
  await page.waitForTimeout(500);
  const things = await page.evaluate(() => window.motions.flatMap((it) => it.things));
  assert.deepEqual(things, []);
  await close();
});

test("Where no motion is wanted, nothing moves, and what changed is marked", async () => {
  const { page, close } = await open(29, { reducedMotion: "reduce" });
  const motion = await press(page, "Shift+ArrowRight");
  assert.deepEqual(motion.things, []);
  assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
  assert.equal(await page.locator('.fresh[data-cell="HBA-4"]').count(), 1);
  await close();
});
