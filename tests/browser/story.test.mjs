// The page as a visitor uses it: the release build in Chromium.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { axe, dist, inspected, said, scenario, settled, start } from "./harness.mjs";

let site;
before(async () => (site = await start()));
after(() => site.stop());

/** CRC-16/T10-DIF, bit by bit: written for this test alone, from the polynomial. */
function guard(bytes) {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? ((crc << 1) ^ 0x8bb7) & 0xffff : crc << 1;
  }
  return crc.toString(16).padStart(4, "0");
}

const part = (page, name) => page.locator(`[data-part="${name}"]`);
const text = async (page, name) => (await part(page, name).first().textContent()).trim();

/** Opens an ordering from the list. */
async function choose(page, title) {
  await page.locator("#orderings > summary").click();
  await page.locator(".catalogue a", { hasText: title }).first().click();
  await page.locator("h1", { hasText: title }).waitFor();
}

/** Everything that the page shows of the state, as text and classes. */
const visible = async (page) => {
  const marks = await page.evaluate(() => [
    // Not the legend's, which comes later.
    ...[...document.querySelectorAll(".stage .cell, .bit, .code")].map((it) => `${it.className}|${it.textContent}`),
    ...[...document.querySelectorAll(".actor")].map((it) => it.className),
  ]);
  return [await said(page), ...marks].join("\n");
};

const step = async (page) => Number(/Steps? (?:\d+ to )?(\d+) of/.exec(await text(page, "now"))?.[1] ?? 0);

/** From here on each press makes a single step. */
const singly = async (page) => {
  await page.keyboard.press("g");
  await page.locator("button.size", { hasText: "single" }).waitFor();
  // What is said of that goes with the next key.
  await page.keyboard.press("Home");
};

test("opens, steps the missing wait to its guard error, and back to the start", async () => {
  const { page, problems, close } = await site.open("#mkwrite-no-wait");
  assert.match(await page.title(), /page_mkwrite without the wait/);
  await singly(page);
  const atStart = await visible(page);
  const seen = [];

  // By mouse: the flusher's button until it is finished.
  const flusher = page.locator('[data-actor="flusher"]');
  for (let i = 0; i < 40 && !(await flusher.getAttribute("class")).includes("finished"); i++) {
    await flusher.locator("button.step").click();
    seen.push(await visible(page));
  }
  assert.match(await flusher.textContent(), /finished/);
  assert.match(await text(page, "window"), /must not change/);

  // By keyboard: the disk takes the request and passes sectors 0 to 2, then the writer stores.
  for (let i = 0; i < 7; i++) await page.keyboard.press("3");
  const writer = page.locator('[data-actor="writer"]');
  for (let i = 0; i < 20 && !(await writer.getAttribute("class")).includes("finished"); i++) await page.keyboard.press("2");
  assert.equal(await page.locator('[data-cell="memory-3"] .bytes').textContent(), "new!");
  assert.match(await page.locator('[data-cell="memory-3"]').getAttribute("class"), /newer/);
  await page.keyboard.press("3");
  await settled(page);
  assert.equal(await part(page, "failure").count(), 0, "fetched, not yet checked");
  await page.keyboard.press("3");
  await settled(page);
  assert.equal(await part(page, "failure").count(), 1);

  const failure = await text(page, "failure");
  assert.match(failure, /at the HBA/);
  assert.match(failure, /sector 3, LBA 59/);
  assert.match(failure, /at step \d+ the writer stored "new!" at 0x600/);
  const [received, computed] = [await text(page, "received"), await text(page, "computed")];
  const log = await text(page, "log");
  await page.getByRole("button", { name: "Inspect its bytes" }).click();
  await part(page, "held-sealed").waitFor();
  const sealed = await inspected(page, "sealed");
  const fetched = await inspected(page, "fetched");
  await page.getByRole("button", { name: "Explain", exact: true }).click();
  assert.equal(sealed.length, 512);
  assert.equal(fetched.length, 512);
  assert.notDeepEqual(sealed, fetched);
  assert.equal(received, guard(sealed));
  assert.equal(computed, guard(fetched));
  assert.notEqual(received, computed);
  assert.match(log, new RegExp(`GUARD check failed on sector 59 rcvd 0x${received}, (?:data|calculated) 0x${computed}`));
  assert.match(await page.locator('[data-cell="HBA-3"]').getAttribute("class"), /failed/);

  // Going back step by step shows the same states as going forward.
  for (let left = await step(page); left > 0; left--) {
    if (left <= seen.length) assert.equal(clean(await visible(page)), clean(seen[left - 1]), `step ${left}`);
    await page.keyboard.press("ArrowLeft");
  }
  assert.equal(clean(await visible(page)), clean(atStart));
  assert.deepEqual(problems(), []);
  await close();

  // "of N" differs: it counts the steps ahead, which did not exist on the way forward.
  function clean(state) {
    return state.replace(/of (\d+ of your own run|your own run|\d+)|\d+ steps lie ahead/g, "of N");
  }
});

test("plays each opening run to the end its list entry promises", async () => {
  const { page, problems, close } = await site.open();
  const packed = readdirSync(join(dist, "scenarios")).filter((name) => name.endsWith(".bin"));
  const slugs = packed.map((name) => name.replace(/\.bin$/, ""));
  // Scenarios whose opening run does not fail although other runs do.
  const quiet = new Set(slugs.filter((slug) => /^opening = \[\]/m.test(scenario(slug))));
  const slug = async (entry) => (await entry.getAttribute("href")).slice(1);
  await page.locator(".orderings a").first().waitFor({ state: "attached" });
  const entries = await page.locator(".orderings a").all();
  assert.equal(entries.length, slugs.length);
  for (const entry of entries) {
    await page.locator("#orderings > summary").click();
    const title = await entry.locator("span").nth(1).textContent();
    const badge = await entry.locator(".badge").textContent();
    await entry.click();
    await page.waitForFunction((title) => document.querySelector("h1").textContent === title, title);
    await page.locator('.orderings a[aria-current="true"]', { hasText: title }).waitFor({ state: "attached" });
    assert.ok(!(await page.locator("#orderings").evaluate((it) => it.open)), "the list closes");
    await page.keyboard.press("End");
    await settled(page);
    // An unstable write has a card too, but is no failure.
    const failures = await page.locator('[data-part="failure"]:not(.fact)').count();
    if (/safe/.test(badge)) assert.equal(failures, 0, title);
    else if (!quiet.has(await slug(entry))) assert.ok(failures > 0, title);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(wide <= 0, `${title}: ${wide} px too wide`);
  }
  assert.deepEqual(problems(), []);
  await close();
});

test("says on what an actor sleeps and who must act", async () => {
  const { page, close } = await site.open("#baseline-five-step");
  await singly(page);
  for (let i = 0; i < 6; i++) await page.keyboard.press("1");
  await page.keyboard.press("2");
  await page.keyboard.press("2");
  const writer = page.locator('[data-actor="writer"]');
  assert.match(await writer.locator(".status").textContent(), /asleep on PG_locked, held by flusher since step 1/);
  const cannot = page.locator(".quick button", { hasText: "writer" });
  assert.equal(await cannot.getAttribute("aria-disabled"), "true");
  await page.keyboard.press("1");
  await page.keyboard.press("1");
  for (let i = 0; i < 3; i++) await page.keyboard.press("2");
  assert.match(await writer.locator(".status").textContent(), /asleep on PG_writeback, set since step \d+; flusher must act next/);
  const before = await visible(page);
  await cannot.dispatchEvent("click");
  assert.equal(await visible(page), before, "a step that is not possible changes nothing");
  assert.match(await page.locator('[data-actor="disk"] .status').textContent(), /^idle$/);
  await close();
});

test("keeps steps ahead and branches within reach", async () => {
  const { page, close } = await site.open("#mkwrite-no-wait");
  await page.keyboard.press("End");
  const end = await visible(page);
  for (let i = 0; i < 5; i++) await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("End");
  assert.equal(await visible(page), end);
  await page.keyboard.press("Home");
  await page.keyboard.press("2");
  const runs = page.locator(".branches button");
  assert.equal(await runs.count(), 2);
  await runs.first().click();
  await page.keyboard.press("End");
  assert.equal(await visible(page), end);
  await close();
});

test("runs to the next failure, or says that none can be reached", async () => {
  const { page, close } = await site.open("#baseline-five-step");
  await page.keyboard.press("f");
  await part(page, "now").filter({ hasText: /No failure can be reached from here: all \d+ states/ }).waitFor();
  await choose(page, "page_mkclean left out");
  await page.keyboard.press("1");
  await page.keyboard.press("f");
  await part(page, "failure").first().waitFor();
  await close();
});

test("plays and pauses, and stops at a failure", async () => {
  const { page, close } = await site.open("#mkclean-skipped");
  for (let i = 0; i < 2; i++) await page.keyboard.press("s");
  await page.keyboard.press(" ");
  await part(page, "failure").waitFor({ timeout: 60_000 });
  const at = await step(page);
  await page.waitForTimeout(400);
  assert.equal(await step(page), at);
  assert.equal(await page.locator("button.play").textContent(), "Play");
  await close();
});

test("keeps elements, and with them the focus, from step to step", async () => {
  const { page, close } = await site.open("#mkwrite-no-wait");
  await singly(page);
  await page.evaluate(() => document.querySelectorAll("main *").forEach((it) => (it.kept = true)));
  await page.locator('[data-actor="flusher"] button.step').focus();
  for (let i = 0; i < 5; i++) await page.keyboard.press("Enter");
  assert.equal(await step(page), 5);
  assert.ok(await page.locator('[data-actor="flusher"] button.step').evaluate((it) => it === document.activeElement));
  const fold = page.locator('[data-actor="flusher"] button.fold').first();
  const before = await fold.getAttribute("aria-expanded");
  await fold.focus();
  await page.keyboard.press("Enter");
  assert.notEqual(await fold.getAttribute("aria-expanded"), before);
  assert.ok(await fold.evaluate((it) => it === document.activeElement));
  const anew = await page.evaluate(() => [...document.querySelectorAll(".stage .cell, .actor, .stage .bit")].filter((it) => !it.kept).length);
  assert.equal(anew, 0);
  // A kept button that has become another one, here "Why?", does what it says now and nothing else.
  await page.keyboard.press("f");
  await page.getByRole("button", { name: "Why?" }).click();
  const causes = page.locator(".causes li");
  await causes.first().waitFor();
  assert.equal(await causes.count(), 5);
  assert.match(await causes.nth(0).textContent(), /^Before step 28the changewait_on_page_writeback\(page\) is left out here/);
  assert.match(await causes.nth(3).textContent(), /^Step 31The writer stored "new!" at 0x600/);
  await causes.nth(3).getByRole("button", { name: "Step 31", exact: true }).click();
  assert.equal(await step(page), 31);
  assert.match(await text(page, "now"), /stores "new!"/);
  // The chain stays, says where in it one is, is marked on the timeline, and leads back.
  // Where the column at the side is folded away, a strip under the sentence says so.
  await page.setViewportSize({ width: 1024, height: 768 });
  await page.keyboard.press("Escape");
  const strip = part(page, "strip");
  await strip.getByText("4 of 5 behind the guard error at step 33").waitFor();
  assert.equal(await causes.count(), 5);
  assert.equal(await causes.nth(3).getAttribute("aria-current"), "true");
  assert.equal(await page.locator(".tape path.cause").count(), 5);
  await strip.getByRole("button", { name: "Earlier in the chain" }).click();
  assert.equal(await step(page), 28);
  await strip.getByRole("button", { name: "Back to the failure" }).click();
  assert.equal(await step(page), 33);
  // Another run has no such chain.
  await page.keyboard.press("Home");
  await page.keyboard.press("2");
  await settled(page);
  assert.equal(await causes.count(), 0);
  assert.equal(await page.locator(".tape path.cause").count(), 0);
  await close();
});

test("explains a word where it stands, and closes it again", async () => {
  const { page, problems, close } = await site.open();
  await page.keyboard.press("1");
  const card = part(page, "why");
  await card.waitFor();
  const word = card.getByRole("button", { name: "PG_writeback", exact: true });
  assert.equal(await word.count(), 1, "once in a card");
  assert.equal(await word.getAttribute("aria-expanded"), "false");
  await word.focus();
  await page.keyboard.press("Enter");
  await card.locator(".meant").waitFor();
  assert.equal(await word.getAttribute("aria-expanded"), "true");
  assert.match(await card.locator(".meaning").textContent(), /^PG_writeback: A page's bit that says/);
  assert.ok(await word.evaluate((it) => it === document.activeElement));
  assert.equal(await page.locator(".meant").count(), 1, "and only there");
  await page.keyboard.press("Enter");
  await settled(page);
  assert.equal(await page.locator(".meant").count(), 0);
  assert.deepEqual(problems(), []);
  await close();
});

test("undoes the last step from the failure, and points out why", async () => {
  const { page, close } = await site.open("#zap-stale-tlb");
  await page.keyboard.press("End");
  const buttons = page.locator("[data-part=failure] .answers button");
  await buttons.first().waitFor();
  assert.deepEqual(await buttons.allTextContents(), ["Undo the last step", "Why?", "Share"]);
  const end = await step(page);
  await buttons.nth(1).click();
  await page.locator(".causes").waitFor();
  assert.equal(await buttons.nth(1).getAttribute("aria-expanded"), "true");
  assert.match(await page.locator(".causes").textContent(), /kept its writable TLB entry.*too late/s);
  // It opens at its first step, wherever the column was.
  await page.waitForFunction(() => {
    const side = document.getElementById("side").getBoundingClientRect();
    const first = document.querySelector(".causes li").getBoundingClientRect();
    return first.top >= side.top && first.bottom <= Math.min(side.bottom, window.innerHeight);
  });
  assert.deepEqual(await axe(page), []);
  await buttons.nth(0).click();
  assert.equal(await step(page), end - 1);
  await settled(page);
  assert.equal(await part(page, "failure").count(), 0);
  await close();
});

test("the whole story can be played with the keyboard alone", async () => {
  const { page, problems, close } = await site.open();
  // Presses Tab until the focused element matches.
  const tabTo = async (selector) => {
    for (let presses = 0; presses < 300; presses++) {
      await page.keyboard.press("Tab");
      const there = await page.evaluate((selector) => document.activeElement.matches(selector), selector);
      if (there) return;
    }
    assert.fail(`the keyboard does not come by ${selector}`);
  };
  const pressed = (name) => page.evaluate((name) => document.activeElement.textContent === name, name);
  await page.keyboard.press("o");
  await tabTo('a[href="#mkwrite-no-wait"]');
  await page.keyboard.press("Enter");
  await page.locator("h1", { hasText: "page_mkwrite without" }).waitFor();
  await singly(page);
  // The flusher submits, the disk passes three sectors, the writer stores, the disk refuses.
  const ready = async (name) => !(await page.locator(`[data-actor="${name}"]`).getAttribute("class")).includes("finished");
  for (let i = 0; i < 40 && (await ready("flusher")); i++) await page.keyboard.press("1");
  for (let i = 0; i < 7; i++) await page.keyboard.press("3");
  for (let i = 0; i < 30 && (await ready("writer")); i++) await page.keyboard.press("2");
  await page.keyboard.press("3");
  await page.keyboard.press("3");
  await part(page, "failure").waitFor();
  assert.match(await text(page, "comparison"), /of 16 bits differ/);
  const end = await step(page);
  // Why, and to the store it names; back; what the bytes are; the ordering that waits.
  await tabTo(".answers button:nth-child(2)");
  assert.ok(await pressed("Why?"));
  await page.keyboard.press("Enter");
  await page.locator(".causes").waitFor();
  await tabTo(".causes li:nth-child(4) > button");
  await page.keyboard.press("Enter");
  assert.match(await text(page, "now"), /stores "new!"/);
  for (let at = await step(page); at < end; at++) await page.keyboard.press("ArrowRight");
  assert.equal(await step(page), end);
  await tabTo(".tabs button:nth-child(3)");
  await page.keyboard.press("Enter");
  await part(page, "held-fetched").waitFor();
  // Tab goes on from the tab that has the focus.
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await part(page, "beside").waitFor();
  await tabTo('[data-part="beside"] select');
  await page.keyboard.press("ArrowDown");
  await page.locator(".parting").waitFor();
  assert.match(await page.locator(".parting").textContent(), /^At step \d+ the writer/);
  assert.equal(await part(page, "beside-stage").count(), 1);
  assert.deepEqual(await axe(page), []);
  await page.keyboard.press("?");
  await page.locator("dialog .words dt").first().waitFor();
  await page.keyboard.press("Escape");
  assert.deepEqual(problems(), []);
  await close();
});

test("scrubs", async () => {
  const { page, close } = await site.open("#mkwrite-no-wait");
  // While it is dragged, the slider goes to a moment once a frame.
  const nextFrame = () => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  await page.locator("input[type=range]").fill("31");
  assert.equal(await step(page), 31);
  await page.locator("input[type=range]").focus();
  await page.keyboard.press("ArrowLeft");
  assert.equal(await step(page), 30);
  // Playhead and thumb stand one below the other at the step shown, and the veil begins there.
  for (const at of [30, 0, 37]) {
    await page.locator("input[type=range]").fill(String(at));
    await nextFrame();
    assert.equal(await step(page), at);
    const [tape, head, thumb] = await page.evaluate(() =>
      [".tape", ".playhead", ".thumb"].map((it) => document.querySelector(it).getBoundingClientRect().toJSON()),
    );
    const place = tape.left + (tape.width * at) / 37;
    assert.ok(Math.abs(head.left - place) <= 1, `playhead ${head.left}, wanted ${place}`);
    assert.ok(Math.abs(thumb.left + 8 - place) <= 1.5, `thumb ${thumb.left + 8}, wanted ${place}`);
  }
  await close();
});

test("answers any address with a message and the list", async () => {
  for (const [fragment, message] of [
    ["#mkwrite-no-wiat", /There is no scenario "mkwrite-no-wiat"\. Did you mean "mkwrite-no-wait"\?/],
    ["#%00%ff%3Cscript%3E", /is not a scenario's name/],
    ["#" + "x".repeat(5000), /is not a scenario's name/],
  ]) {
    const { page, problems, close } = await site.open(fragment);
    assert.match(await page.locator('[role="alert"]').textContent(), message);
    assert.ok(await page.locator("#orderings > summary").isVisible());
    // The page keeps showing what it did, and a good address clears the message.
    await page.keyboard.press("1");
    assert.equal(await step(page), 1);
    await page.evaluate(() => (location.hash = "#nonsense-here"));
    await page.locator(".notice", { hasText: "nonsense-here" }).waitFor();
    assert.equal(await step(page), 1);
    await page.evaluate(() => (location.hash = "#unlock-gap"));
    await page.locator("h1", { hasText: "unlock_page before" }).waitFor();
    assert.equal(await page.locator(".notice").count(), 0);
    assert.deepEqual(problems(), []);
    await close();
  }
});

test("help opens and closes by keyboard, and keys inside it do not step", async () => {
  const { page, close } = await site.open();
  await page.keyboard.press("?");
  assert.equal(await page.locator("dialog").evaluate((it) => it.open), true);
  await page.locator("dialog .words dt").nth(24).waitFor();
  await page.keyboard.press("1");
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("dialog").evaluate((it) => it.open), false);
  assert.equal(await step(page), 0);
  await page.keyboard.press("1");
  assert.equal(await step(page), 1);
  await close();
});

for (const [width, height] of [[1440, 900], [1024, 768], [390, 844], [360, 740]]) {
  for (const colorScheme of ["light", "dark"]) {
    test(`${width} px, ${colorScheme}: nothing sticks out, axe finds nothing`, async () => {
      const { page, problems, close } = await site.open("#mkwrite-no-wait", { width, height, colorScheme });
      for (const key of ["", "f", "End"]) {
        if (key) await page.keyboard.press(key);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        assert.ok(wide <= 0, `${wide} px too wide after "${key}"`);
        assert.deepEqual(await axe(page), []);
      }
      const cut = await page.evaluate(() =>
        [...document.querySelectorAll(".cell span, .bit span:first-child")]
          .filter((it) => it.scrollWidth > it.clientWidth + 1 && it.clientWidth > 0)
          .map((it) => `${it.textContent} ${it.scrollWidth}>${it.clientWidth}`),
      );
      assert.deepEqual(cut, []);
      assert.deepEqual(problems(), []);
      await close();
    });
  }
}

test("prints the whole figure: sectors, bits, programs and time, and nothing to press", async () => {
  const { page, problems, close } = await site.open("#mkwrite-no-wait");
  await page.keyboard.press("f");
  await settled(page);
  await page.emulateMedia({ media: "print" });
  const cut = await page.evaluate(() => {
    const shown = [...document.querySelectorAll(".cell, .bit, .code, .actor, .card, .comparison, .tape")];
    // Elements inside a box with `overflow: hidden` cannot stick out of the page.
    return shown.filter((it) => {
      const at = it.getBoundingClientRect();
      for (let box = it.parentElement; box; box = box.parentElement) {
        const style = getComputedStyle(box);
        const clips = style.overflow !== "visible" || /paint|strict|content/.test(style.contain);
        if (clips && box.getBoundingClientRect().bottom < at.bottom - 2 && !box.matches(".scroll, .tape, html, body")) return true;
      }
      return at.height === 0 && !it.closest("details:not([open])");
    }).map((it) => it.className.baseVal ?? it.className);
  });
  assert.deepEqual(cut, []);
  assert.ok(await page.locator(".cell.failed").isVisible());
  for (const hidden of [".controls", ".share-button", ".help-button", ".answers"]) {
    assert.equal(await page.locator(hidden).first().isVisible(), false, hidden);
  }
  assert.deepEqual(problems(), []);
  await close();
});
