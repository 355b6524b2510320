// Steps worth taking: step size, own runs, the pace of playing, the timeline's words, the list that one writes in, keys.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe, settled, start } from "./harness.mjs";

let site;
before(async () => (site = await start()));
after(() => site?.stop());

const part = (page, name) => page.locator(`[data-part="${name}"]`);
const now = async (page) => (await part(page, "now").textContent()).replace(/\s+/g, " ");
const keys = async (page, ...all) => {
  for (const key of all) await page.keyboard.press(key);
};

test("a press is a line as it is folded, or a single step, as one chooses", async () => {
  const { page, problems, close } = await site.open("#baseline-five-step");
  const size = page.locator("button.size");
  assert.match(await size.textContent(), /call/);
  await keys(page, "ArrowRight", "ArrowRight");
  assert.match(await now(page), /Steps 2 to 5 of 54, just made · flusher/);
  assert.match(await now(page), /calls clear_page_dirty_for_io: it makes the PTE read-only and clean, .* and clears PG_dirty\./);
  // The other size with Shift; back goes to where the press began.
  await keys(page, "Shift+ArrowRight");
  assert.match(await now(page), /Step 6 of 54/);
  await keys(page, "ArrowLeft", "ArrowLeft");
  assert.match(await now(page), /Step 1 of 54/);
  // A loop over the sectors is one press, and all it changed is marked.
  await page.locator("input[type=range]").fill("37");
  assert.match(await now(page), /Steps 22 to 37 of 54/);
  assert.equal(await page.locator('tr.HBA .cell.fresh').count(), 8);
  // The slider has the focus; keys that it has no use for are the page's.
  await keys(page, "Home", "g");
  await page.locator("input[type=range]").evaluate((it) => it.blur());
  await keys(page, "ArrowRight", "ArrowRight");
  assert.match(await size.textContent(), /single/);
  assert.match(await now(page), /Step 2 of 54/);
  assert.equal(await page.locator('[data-actor="flusher"]').getByRole("button", { name: "to line end" }).count(), 1);
  await page.waitForFunction(() => location.hash.endsWith("/see-single-steps"));
  const other = await site.open(await page.evaluate(() => location.hash));
  await other.page.locator("button.size", { hasText: "single" }).waitFor();
  assert.deepEqual([...problems(), ...other.problems()], []);
  await other.close();
  await close();
});

test("an actor's own step goes to the end of its press, and what is unfolded by hand is stepped through", async () => {
  const { page, problems, close } = await site.open("#baseline-five-step");
  assert.equal(await page.getByRole("button", { name: "to line end" }).count(), 0);
  await keys(page, "1", "1");
  assert.match(await now(page), /Steps 2 to 5 of/);
  await keys(page, "1", "1");
  assert.match(await now(page), /Step 7 of/);
  assert.match(await page.locator('[data-actor="flusher"] button.step').textContent(), /^submit_bio/);
  await keys(page, "1");
  assert.match(await now(page), /Steps 8 to 17 of/);
  await keys(page, "ArrowLeft");
  await page.locator('[data-actor="flusher"] button.fold', { hasText: "submit_bio" }).click();
  await keys(page, "1");
  assert.match(await now(page), /Step 8 of/);
  assert.deepEqual(problems(), []);
  await close();
});

test("own steps leave the timeline's scale, and are an own run", async () => {
  const { page, problems, close } = await site.open("#mkwrite-no-wait");
  const numbers = () => page.locator(".writing text.number").allTextContents();
  const before = await numbers();
  await keys(page, "2");
  assert.match(await now(page), /Step 1 of your own run/);
  assert.doesNotMatch(await now(page), /of 1\b/);
  assert.deepEqual(await numbers(), before);
  const [tape, head] = await page.evaluate(() => [".tape", ".playhead"].map((it) => document.querySelector(it).getBoundingClientRect().toJSON()));
  assert.ok(Math.abs(head.left - tape.left - tape.width / 37) <= 1.5, `${head.left} ${tape.left} ${tape.width}`);
  assert.deepEqual(await page.locator(".branches button").allTextContents(), ["the opening run · 37 steps", "your own run · 1 step"]);
  await keys(page, "Home", "3", "1");
  await page.locator(".branches button", { hasText: "your own run" }).first().click();
  assert.deepEqual(problems(), []);
  await close();
});

test("waking up is told, and marked where the sleep ends", async () => {
  const { page, problems, close } = await site.open("#baseline-five-step");
  await page.locator("input[type=range]").fill("50");
  assert.match(await now(page), /The writer wakes after 29 steps asleep: PG_writeback is clear, and it goes on\./);
  assert.equal(await page.locator(".tape path.wakes").count(), 1);
  assert.equal(await page.locator(".writing .woken", { hasText: "wakes" }).count(), 1);
  assert.deepEqual(problems(), []);
  await close();
});

test("plays no faster than one reads", async () => {
  const { page, problems, close } = await site.open("#baseline-five-step");
  const at = (text) => part(page, "now").filter({ hasText: text }).waitFor({ timeout: 20_000 });
  await keys(page, " ");
  await at("Step 1 of");
  const begun = Date.now();
  await at("Steps 2 to 5 of");
  // "The flusher takes the page lock." has six words, which take 1.8 s.
  const first = Date.now() - begun;
  assert.ok(first > 1500 && first < 4000, `${first} ms`);
  await keys(page, " ");
  const speeds = [];
  for (let i = 0; i < 5; i++) {
    speeds.push(await page.getByRole("button", { name: /^Speed/ }).getAttribute("aria-label"));
    await keys(page, "s");
  }
  assert.deepEqual(speeds, ["Speed 1×", "Speed 2×", "Speed 4×", "Speed 0.25×", "Speed 0.5×"]);
  assert.deepEqual(problems(), []);
  await close();
});

test("where nothing can fail, nothing runs to a failure, and the button and its key say so", async () => {
  const { page, problems, close } = await site.open("#baseline-five-step");
  const button = page.getByRole("button", { name: "To failure" });
  await page.locator('button[aria-keyshortcuts="F"][aria-disabled="true"]').waitFor();
  assert.match(await button.getAttribute("title"), /No failure can be reached from here/);
  await keys(page, "f");
  await part(page, "now").filter({ hasText: /No failure can be reached from here: all \d+ states/ }).waitFor();
  await page.evaluate(() => (location.hash = "#unlock-gap"));
  await page.locator('button[aria-keyshortcuts="F"]:not([aria-disabled])').waitFor();
  assert.deepEqual(problems(), []);
  await close();
});

for (const width of [1366, 390]) {
  test(`${width} px: the timeline's words are whole, apart, and as low as they can be`, async () => {
    const { page, problems, close } = await site.open("", { width, height: 844 });
    for (const slug of ["unlock-gap", "mkwrite-no-wait", "two-page-inversion", "bio-of-three-pages", "mkwrite-waits-with-handle-open", "second-mapper-missed", "sleep-with-lock-held"]) {
      await page.evaluate((slug) => (location.hash = `#${slug}`), slug);
      await page.waitForFunction((slug) => document.querySelector(`.orderings a[href="#${slug}"][aria-current="true"]`), slug);
      await keys(page, "End");
      await settled(page);
      // The width of the tape is measured a moment after the frame.
      await page.waitForTimeout(150);
      const { collisions, words, height } = await page.evaluate(() => {
        const texts = [...document.querySelectorAll(".writing text:not(.number)")];
        const boxes = texts.map((it) => [it.textContent, it.getBoundingClientRect()]);
        const meet = ([, a], [, b]) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 4 && b.top < a.bottom - 4;
        const collisions = [];
        boxes.forEach((one, at) => boxes.slice(at + 1).forEach((other) => meet(one, other) && collisions.push(`${one[0]} | ${other[0]}`)));
        return { collisions, words: texts.map((it) => it.textContent), height: document.querySelector(".timeline").getBoundingClientRect().height };
      });
      assert.deepEqual(collisions, [], slug);
      for (const it of words) assert.doesNotMatch(it, /\bI\d|\bL\d/, slug);
      if (width > 859) assert.ok(height <= 165, `${slug}: ${height}`);
    }
    assert.deepEqual(problems(), []);
    await close();
  });
}

test("the list finds as one writes, and is gone through by keys", async () => {
  const { page, problems, close } = await site.open();
  await page.locator(".orderings a").first().waitFor({ state: "attached" });
  const shown = page.locator("#orderings li > a");
  const all = await shown.count();
  await keys(page, "/");
  const field = part(page, "find");
  assert.ok(await field.evaluate((it) => it === document.activeElement));
  assert.deepEqual(await axe(page), []);
  await page.keyboard.type("s02");
  await part(page, "found").filter({ hasText: "1 ordering has these words" }).waitFor();
  await page.waitForFunction(() => document.querySelectorAll("#orderings li > a").length === 1);
  await field.fill("deadlock");
  await page.waitForFunction((all) => ![1, all].includes(document.querySelectorAll("#orderings li > a").length), all);
  for (const badge of await shown.locator(".badge").allTextContents()) assert.match(badge, /deadlock/);
  await keys(page, "ArrowDown", "j", "k", "ArrowDown");
  assert.ok(await shown.nth(1).evaluate((it) => it === document.activeElement));
  await keys(page, "k", "k");
  assert.ok(await field.evaluate((it) => it === document.activeElement));
  // Those that leave a step out, move it or have it in a program of their own.
  await field.fill("page_mkclean");
  await shown.filter({ hasText: "page_mkclean left out" }).waitFor();
  await shown.filter({ hasText: "A cyclic pass wraps" }).waitFor({ state: "detached" });
  await field.fill("deadlock");
  // In the field they are letters.
  await page.keyboard.type("jk");
  await part(page, "found").filter({ hasText: /None of \d+ has these words\. Try/ }).waitFor();
  assert.equal(await part(page, "found").getAttribute("aria-live"), "polite");
  await field.fill("page_mkwrite without the wait");
  await page.waitForFunction(() => document.querySelectorAll("#orderings li > a").length === 1);
  await keys(page, "Enter");
  await page.locator("h1", { hasText: "page_mkwrite without the wait" }).waitFor();
  assert.ok(!(await page.locator("#orderings").evaluate((it) => it.open)));
  assert.deepEqual(problems(), []);
  await close();
});

test("panels and tabs have keys, and Escape closes one thing at a time", async () => {
  const { page, problems, close } = await site.open("#unlock-gap");
  await page.locator(".chosen .badge", { hasText: "guard error" }).waitFor();
  for (const [key, name] of [["v", "Verdicts and odds"], ["m", "Race map"], ["d", "Other devices and kernels"], ["l", "Load-bearing steps"], ["n", "Costs"], ["u", "Coverage"]]) {
    await keys(page, key);
    await page.locator('[aria-expanded="true"]').and(page.getByRole("button", { name, exact: true })).waitFor();
  }
  await keys(page, "/");
  await keys(page, "Escape");
  assert.ok(!(await page.locator("#orderings").evaluate((it) => it.open)));
  // The checker draws these.
  const open = (many) => page.waitForFunction((many) => document.querySelectorAll('.questions [aria-expanded="true"]').length === many, many);
  await open(1);
  await keys(page, "Escape");
  await open(0);
  for (const [key, name] of [["i", "Inspect"], ["b", "Compare"], ["e", "Explain"]]) {
    await keys(page, key);
    assert.equal(await page.getByRole("button", { name, exact: true }).getAttribute("aria-pressed"), "true", name);
  }
  assert.deepEqual(problems(), []);
  await close();
});
