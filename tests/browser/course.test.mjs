// The course on the page: the first visit, every lesson walked by keyboard alone, answering right and wrong, challenges, a visitor's
// own lesson, what is remembered, and projector mode.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { after, before, test } from "node:test";
import { axe, start } from "./harness.mjs";

let site;
before(async () => (site = await start()));
after(() => site.stop());

const FOLDER = new URL("../../assets/lessons/", import.meta.url);
const PHONE = { width: 390, height: 844 };
const LAPTOP = { width: 1366, height: 768 };

/** The lessons as their files have them: for each beat its title, what its author takes to be right, and whether it is to be broken. */
const lessons = readdirSync(FOLDER).map((file) => {
  const text = readFileSync(new URL(file, FOLDER), "utf8");
  const beats = text.split(/^## /m).slice(1).map((beat) => ({
    title: beat.split("\n")[0].replaceAll("`", ""),
    right: [...beat.matchAll(/^- \[(.)\]/gm)].map((it) => it[1] === "x"),
    breaks: beat.includes("```break"),
  }));
  return { slug: file.replace(".md", ""), number: Number(text.match(/^number = (\d+)/m)?.[1] ?? 99), beats };
});
lessons.sort((one, other) => one.number - other.number);

/** Waits until a beat is shown. */
const beat = (page, title) => page.locator("[data-part=beat] h2", { hasText: title }).waitFor();

/** Presses Tab until an element has the focus. */
async function tabTo(page, locator) {
  for (let pressed = 0; pressed < 120; pressed++) {
    if (await locator.evaluate((it) => it === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  assert.fail("the Tab key does not reach it");
}

/** What of a beat cannot be seen: the picture's table, the text, the way on. */
async function unseen(page) {
  return page.evaluate(() => {
    const faults = [];
    const inside = (name, it) => {
      if (!it) return faults.push(`no ${name}`);
      const box = it.getBoundingClientRect();
      if (box.left < -1 || box.right > innerWidth + 1) faults.push(`${name} is cut at the side`);
      if (box.height < 1) faults.push(`${name} is not shown`);
      return box;
    };
    for (const table of document.querySelectorAll(".stage table")) inside("the table", table);
    inside("the text", document.querySelector("[data-part=beat]"));
    const next = inside("the way on", document.querySelector(".lesson-foot .primary"));
    const room = document.querySelector(".lesson").getBoundingClientRect();
    // On a phone the way on is always in view; elsewhere the lesson's column may scroll.
    if (innerWidth < 860 && next && next.bottom > room.bottom + 1) faults.push("the way on is below the fold");
    if (document.documentElement.scrollWidth > innerWidth) faults.push("the page scrolls sideways");
    return faults;
  });
}

for (const [size, where] of [[LAPTOP, "1366x768"], [PHONE, "390x844"]])
for (const right of [true, false])
test(`every lesson is walked by keyboard alone at ${where}, answering ${right ? "right" : "wrong"}`, async (t) => {
  const { page, problems, close } = await site.open(`#lesson/${lessons[0].slug}`, { ...size, reducedMotion: "reduce" });
  for (const { slug, number, beats } of lessons) {
    const began = Date.now();
    for (const [at, { title, right: marks, breaks }] of beats.entries()) {
      const place = `${slug} ${at + 1}`;
      await beat(page, title);
      assert.deepEqual(await unseen(page), [], place);
      if (breaks) {
        if (right || number > 10) {
          await tabTo(page, page.getByRole("button", { name: "Show me a shortest way" }));
          await page.keyboard.press("Enter");
          await page.locator(".challenge .status", { hasText: "Broken, in" }).waitFor();
        } else {
          // A step by hand, and back again.
          for (const actor of ["1", "2"]) await page.keyboard.press(actor);
          await page.locator(".challenge .status", { hasText: /steps? so far/ }).waitFor();
          for (let back = 0; back < 4; back++) await page.keyboard.press("Backspace");
          await page.locator(".challenge .status", { hasText: "whose step comes first?" }).waitFor();
        }
      } else if (title === "Explain it back") {
        for (const [number, mark] of marks.entries()) {
          const statement = page.locator(".statement").nth(number);
          await tabTo(page, statement.getByRole("button", { name: String(mark === right), exact: true }));
          await page.keyboard.press("Enter");
          const agrees = right ? /as you say\./ : /in the model\./;
          await statement.locator("[data-part=outcome]", { hasText: agrees }).waitFor();
        }
      } else if (marks.length > 0) {
        const pick = marks.findIndex((mark) => mark === right);
        await page.keyboard.press(String(pick + 1));
        const outcome = page.locator("[data-part=outcome]", { hasText: right ? "It is so." : "Not so." });
        await outcome.waitFor();
      }
      if (at === 0 || marks.length > 0) assert.deepEqual(await axe(page), [], place);
      await page.keyboard.press("n");
    }
    t.diagnostic(`${slug}: ${Date.now() - began} ms`);
  }
  // Behind the last lesson stands the list of all.
  await page.locator("dialog[open] .course-sheet").waitFor();
  assert.deepEqual(await axe(page), []);
  assert.deepEqual(problems(), []);
  await close();
});

test("a first visit has the choice between course and workbench, with the first beat behind it", async () => {
  for (const size of [LAPTOP, PHONE]) {
    const { page, problems, close } = await site.open("", { ...size, visited: false });
    await page.getByRole("button", { name: /^Start the course/ }).waitFor();
    await beat(page, lessons[0].beats[0].title);
    assert.deepEqual(await axe(page), []);
    // Nothing is chosen yet, so the address stays plain.
    await page.waitForTimeout(600);
    assert.equal(new URL(page.url()).hash, "");
    await page.getByRole("button", { name: /^Start the course/ }).click();
    await page.locator(".welcome").waitFor({ state: "detached" });
    await page.waitForURL(/#lesson\/time-between\/1$/);
    await page.keyboard.press("n");
    await beat(page, lessons[0].beats[1].title);
    // Without a link one comes back to where one was.
    await page.waitForLoadState("networkidle");
    await page.evaluate(() => history.replaceState(null, "", location.pathname));
    await page.reload();
    await beat(page, lessons[0].beats[1].title);
    assert.equal(await page.locator(".welcome").count(), 0);
    await page.getByRole("button", { name: "Open the workbench" }).click();
    await page.locator(".timeline").waitFor();
    assert.equal(await page.locator(".lesson").isVisible(), false);
    assert.deepEqual(problems(), []);
    await close();
  }
});

test("a link that is followed during a lesson opens what it names", async () => {
  const { page, problems, close } = await site.open("", { ...LAPTOP, visited: false });
  await beat(page, lessons[0].beats[0].title);
  for (const hash of ["#mkwrite-no-wait", "#lesson/lock-and-bit/2", "#unlock-gap"]) {
    await page.evaluate((hash) => (location.hash = hash), hash);
    const lesson = hash.startsWith("#lesson");
    await page.locator(lesson ? "[data-part=beat]" : ".timeline").filter({ visible: true }).first().waitFor();
    assert.equal(await page.locator(".lesson").isVisible(), lesson, hash);
    assert.equal(await page.locator(".side").isVisible(), !lesson, hash);
  }
  assert.deepEqual(problems(), []);
  await close();
});

test("from the first visit to the workbench, which the next visit opens", async () => {
  const { page, problems, close } = await site.open("", { visited: false });
  await page.locator(".welcome").getByRole("button", { name: "Open the workbench" }).click();
  await page.locator("h1", { hasText: "five steps" }).waitFor();
  // What is still being fetched would be given up, which counts as failed.
  await page.waitForLoadState("networkidle");
  await page.reload();
  await page.locator("h1", { hasText: "five steps" }).waitFor();
  assert.equal(await page.locator(".lesson").isVisible(), false);
  assert.deepEqual(problems(), []);
  await close();
});

test("a link opens what it names on a first visit, too, and the course works without storage", async () => {
  const { page, problems, close } = await site.open("#unlock-gap", { visited: false });
  await page.locator("h1", { hasText: "unlock_page before" }).waitFor();
  assert.equal(await page.locator(".lesson").isVisible(), false);
  await close();
  const blocked = await site.open("", {
    visited: false,
    script: () => Object.defineProperty(window, "localStorage", { get: () => { throw new DOMException("no", "SecurityError"); } }),
  });
  await blocked.page.getByRole("button", { name: /^Start the course/ }).click();
  await blocked.page.keyboard.press("n");
  await beat(blocked.page, lessons[0].beats[1].title);
  assert.deepEqual(problems(), []);
  assert.deepEqual(blocked.problems(), []);
  await blocked.close();
});

test("a lesson that is not there is said, and everything stays", async () => {
  const { page, close } = await site.open("#lesson/no-such-lesson/2");
  await page.locator(".notice", { hasText: "The lesson “no-such-lesson” could not be fetched" }).waitFor();
  await page.locator("h1", { hasText: "five steps" }).waitFor();
  await close();
});

test("what an answer comes to is run on the stage, step by step, and only then said", async () => {
  const { page, problems, close } = await site.open("#lesson/lock-and-bit/4");
  await beat(page, "Somebody wants to store");
  await page.keyboard.press("1");
  // While it runs, nothing is said yet.
  await page.waitForTimeout(150);
  assert.equal(await page.locator("[data-part=outcome]").count(), 0);
  await page.locator("[data-part=outcome]", { hasText: "It is so." }).waitFor();
  assert.match(await page.locator("[data-part=outcome]").innerText(), /asleep on PG_writeback/);
  await page.getByRole("button", { name: "Back to the question" }).click();
  await page.locator("[data-part=outcome]").waitFor({ state: "detached" });
  assert.deepEqual(problems(), []);
  await close();
});

test("in a challenge nothing tells what comes, and any way of breaking it counts", async () => {
  const { page, problems, close } = await site.open("#lesson/challenges/4");
  await beat(page, "One guard for the page");
  for (const hint of [".foresight", ".outlook", "[data-part=result]", ".badge"]) {
    const shown = await page.locator(hint).filter({ visible: true }).allInnerTexts();
    assert.deepEqual(shown.filter((it) => it.trim()), [], hint);
  }
  // flusher to its end, the store, the disk.
  const press = async (key, many) => {
    for (let pressed = 0; pressed < many; pressed++) await page.keyboard.press(key);
  };
  await press("1", 20);
  await press("2", 20);
  await press("3", 20);
  await page.locator(".challenge .status", { hasText: "Broken, in" }).waitFor();
  assert.equal(await page.locator(".schedules > div").count(), 2);
  await page.getByText("The run as text").click();
  assert.match(await page.locator(".challenge pre").innerText(), /flusher/);
  assert.deepEqual(await axe(page), []);
  assert.deepEqual(problems(), []);
  await close();
});

const OWN = `+++
title = "Mine"
minutes = 2
scenario = "one-guard-a-page"
takeaway = "One can write lessons."
+++

## The queue

The request is queued.

\`\`\`stage
run: flusher until stuck
show: one sector, memory, disk
\`\`\`
`;

test("a visitor's own lesson opens, and a wrong one is refused with its line", async () => {
  const { page, problems, close } = await site.open("");
  await page.getByRole("button", { name: "Course", exact: true }).click();
  const field = page.locator(".course-sheet input[type=file]");
  const file = (text) => ({ name: "mine.md", mimeType: "text/markdown", buffer: Buffer.from(text) });
  await field.setInputFiles(file(OWN.replace("flusher until", "flsher until")));
  await page.locator(".notice", { hasText: /mine\.md cannot be shown|The lesson cannot be opened/ }).waitFor();
  assert.match(await page.locator(".notice").innerText(), /line 13, column 6.*flsher/s);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Course", exact: true }).click();
  await field.setInputFiles(file(OWN));
  await beat(page, "The queue");
  await page.locator(".lesson-head", { hasText: "Your own lesson" }).waitFor();
  assert.deepEqual(problems(), []);
  await close();
});

test("projector mode shows nothing but lesson, stage and sentence, in large type", async () => {
  const { page, problems, close } = await site.open("#lesson/lock-and-bit/3");
  await beat(page, "Handed over");
  const size = () => page.evaluate(() => parseFloat(getComputedStyle(document.documentElement).fontSize));
  const small = await size();
  await page.getByRole("button", { name: "Course", exact: true }).click();
  await page.getByRole("button", { name: "Projector mode" }).click();
  await page.locator(":root[data-projector=on]").waitFor();
  assert.ok((await size()) > 1.25 * small);
  for (const gone of [".top", ".actors", ".timeline"]) assert.equal(await page.locator(gone).isVisible(), false, gone);
  assert.equal(await page.locator(".stage").isVisible(), true);
  assert.deepEqual(await unseen(page), []);
  assert.deepEqual(await axe(page), []);
  assert.deepEqual(problems(), []);
  await close();
});

test("the guard is fooled by bytes that the search finds, and by none that are only guessed", async () => {
  const { page, problems, close } = await site.open("#lesson/fool-the-guard/1", { ...LAPTOP, reducedMotion: "reduce" });
  const status = page.locator(".challenge .status");
  await status.filter({ hasText: "Another: the guard tells." }).waitFor();
  const run = page.getByRole("button", { name: "Run it" });
  await run.click();
  await page.locator(".stage .cell.failed").first().waitFor();
  await page.locator(".bytes-chosen select").first().selectOption({ label: "H (48)" });
  await page.getByRole("button", { name: "Try all 65,536 pairs of last bytes" }).click();
  await page.getByRole("button", { name: "Take them" }).click();
  await status.filter({ hasText: "The same: the guard does not tell." }).waitFor();
  assert.deepEqual(await axe(page), []);
  await run.click();
  await page.locator(".stage .cell.failed").first().waitFor({ state: "detached" });
  await status.filter({ hasText: "The same: the guard does not tell." }).waitFor();
  assert.deepEqual(problems(), []);
  await close();
});
