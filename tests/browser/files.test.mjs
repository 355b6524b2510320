// Scenarios that are fetched, a visitor's own files, and other kernels and devices.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe, lists, said, scenario, start } from "./harness.mjs";

let site;
before(async () => (site = await start()));
after(() => site.stop());

const part = (page, name) => page.locator(`[data-part="${name}"]`);
const heading = (page) => page.locator("h1").textContent();
const step = async (page) => Number(/Steps? (?:\d+ to )?(\d+) of/.exec(await part(page, "now").textContent())?.[1] ?? 0);
const go = (page, hash) => page.evaluate((hash) => (location.hash = hash), hash);
const titled = (page, text) => page.locator("h1", { hasText: text }).waitFor();
const notice = (page, text) => page.locator(".notice", { hasText: text }).waitFor();
const { kernel: era, device, chosen: word } = lists;

/** Chooses another kernel or device, and waits until it is built. */
async function choose(page, list, label) {
  await lists.choose(list(page), label);
  const shown = ([which, label]) => {
    const chosen = document.querySelectorAll(".settings select")[which].selectedOptions[0].textContent;
    return (chosen === `Linux ${label}` || chosen.endsWith(`(${label})`)) && document.querySelector(".loading").textContent === "";
  };
  await page.waitForFunction(shown, [list === era ? 0 : 1, label]);
}

/** The scenarios that the page has fetched. */
const fetched = (page) =>
  page.evaluate(() => {
    const all = performance.getEntriesByType("resource").map((it) => /scenarios\/(.*)\.bin/.exec(it.name)?.[1]);
    return all.filter(Boolean).sort();
  });

/** Hands the page a file by its picker. */
const pick = (page, name, text) =>
  page.locator('input[type="file"]').setInputFiles({ name, mimeType: "", buffer: Buffer.from(text) });

test("begins with the scenario that the address names, and fetches each once", async () => {
  for (const [fragment, title, slugs] of [
    ["", "five steps", ["baseline-five-step"]],
    ["#unlock-gap", "unlock_page before", ["baseline-five-step", "unlock-gap"]],
    ["#no-such-thing", "five steps", ["baseline-five-step"]],
  ]) {
    const { page, problems, close } = await site.open(fragment);
    assert.ok((await heading(page)).includes(title), fragment);
    assert.deepEqual(await fetched(page), slugs);
    // By then Chromium would have warned about a preloaded file that was not used.
    await page.waitForTimeout(4000);
    assert.deepEqual(problems(), []);
    await close();
  }
});

test("without any scenario the page stays as it was before, says why, and can be tried again", async () => {
  for (const [body, reason] of [["", "the server answered 404"], ["<!doctype html>", "it is not of the same version as the page"]]) {
    const { page, pageErrors, close } = await site.open("#unlock-gap", { mounts: false, missing: body ? null : "**/scenarios/*" });
    if (body) {
      await page.route("**/scenarios/*", (route) => route.fulfill({ body }));
      await page.reload();
    }
    await notice(page, reason);
    assert.match(await page.locator("#before").textContent(), /How a page stays unchanged/);
    assert.deepEqual(await axe(page), []);
    await page.unroute("**/scenarios/*");
    await page.getByRole("button", { name: "Try again" }).click();
    await titled(page, "unlock_page before");
    assert.equal(await page.locator("#before").count(), 0);
    assert.deepEqual(pageErrors, []);
    await close();
  }
});

test("where the scenario of the address is missing, another one is there and it can be tried again", async () => {
  const { page, pageErrors, close } = await site.open("#unlock-gap", { missing: "**/unlock-gap*" });
  await notice(page, "could not be fetched: the server answered 404");
  assert.match(await heading(page), /five steps/);
  await page.unroute("**/unlock-gap*");
  await page.getByRole("button", { name: "Try again" }).click();
  await titled(page, "unlock_page before");
  assert.deepEqual(pageErrors, []);
  await close();
});

test("what is to be built waits for the checker, and comes too late for whoever went on", async () => {
  for (const goesOn of [false, true]) {
    let come;
    const until = new Promise((done) => (come = done));
    const { page, problems, close } = await site.open("", { late: /checker-.*\.wasm/, until });
    await lists.choose(era(page), "6.19");
    await page.locator(".loading", { hasText: "Fetching “the checker, which builds it”" }).waitFor();
    assert.equal(await word(era(page)), "3.0", "what is on the stage");
    await page.keyboard.press("1");
    if (goesOn) {
      await go(page, "#mkwrite-no-wait");
      await titled(page, "page_mkwrite without");
    }
    come();
    await part(page, "result").filter({ hasText: goesOn ? "guard error" : "safe" }).waitFor({ state: "attached" });
    if (!goesOn) await page.locator('[data-actor="flusher"]', { hasText: "folio_clear_dirty_for_io(folio)" }).waitFor();
    assert.equal(await word(era(page)), goesOn ? "2.6.39" : "6.19");
    assert.equal(await step(page), goesOn ? 0 : 1);
    assert.equal(await page.locator(".loading", { hasText: "Fetching" }).count(), 0);
    assert.deepEqual(problems(), []);
    await close();
  }
});

test("fetches the scenario that is asked for, from beside the page", async () => {
  const { page, problems, close } = await site.open();
  const asked = [];
  page.on("request", (request) => /scenarios/.test(request.url()) && asked.push(new URL(request.url()).pathname));
  await go(page, "#two-page-inversion");
  await titled(page, "wraps around");
  assert.deepEqual(asked, ["/some/stable-pages/scenarios/two-page-inversion.bin"]);
  assert.match(await page.title(), /wraps around/);
  assert.deepEqual(problems(), []);
  await close();
});

test("a fetch that fails is a message; nothing is lost, and it can be tried again", async () => {
  const { page, pageErrors, close } = await site.open();
  await page.keyboard.press("1");
  const before = await said(page);
  await page.route("**/scenarios/*", (route) => route.abort());
  await go(page, "#unlock-gap");
  await notice(page, "could not be fetched: there is no answer from the server");
  assert.equal(await said(page), before);
  assert.deepEqual(await axe(page), []);
  await page.unroute("**/scenarios/*");
  await page.route("**/scenarios/*", (route) => route.fulfill({ status: 503, body: "busy" }));
  await page.getByRole("button", { name: "Try again" }).click();
  await notice(page, "the server answered 503");
  // A host that answers everything with its start page.
  await page.unroute("**/scenarios/*");
  await page.route("**/scenarios/*", (route) => route.fulfill({ body: "<!doctype html>" }));
  await page.getByRole("button", { name: "Try again" }).click();
  await notice(page, "could not be fetched: it is not of the same version as the page; reload the page");
  assert.equal(await step(page), 1);
  await page.unroute("**/scenarios/*");
  // A second click on the same link tries again, although the address does not change.
  await page.locator("#orderings > summary").click();
  await page.locator('.catalogue a[href="#unlock-gap"]').click();
  await titled(page, "unlock_page before");
  assert.equal(await page.locator(".notice").count(), 0);
  assert.deepEqual(pageErrors, []);
  await close();
});

test("an answer that comes late does not displace what was asked for since", async () => {
  const { page, close } = await site.open();
  let answer;
  const held = new Promise((done) => (answer = done));
  await page.route("**/scenarios/unlock-gap.bin?*", async (route) => {
    await held;
    await route.continue();
  });
  await go(page, "#unlock-gap");
  await page.locator(".loading", { hasText: "unlock-gap" }).waitFor();
  await go(page, "#mkwrite-no-wait");
  await titled(page, "page_mkwrite without");
  const late = page.waitForResponse(/unlock-gap/);
  answer();
  await late;
  await page.waitForTimeout(200);
  assert.match(await heading(page), /page_mkwrite without/);
  assert.equal(await page.locator(".loading", { hasText: "Fetching" }).count(), 0);
  await close();
});

test("opens a visitor's file, or says line, column and reason", async () => {
  const { page, problems, close } = await site.open("#mkwrite-no-wait");
  await titled(page, "page_mkwrite without");
  await page.keyboard.press("1");
  const good = scenario("unlock-gap");
  const line = good.split("\n").findIndex((it) => it.startsWith("era = ")) + 1;
  for (const [text, reason] of [
    [good.replace(/^era = .*$/m, 'era = "1.0"'), new RegExp(`my\\.toml cannot be shown: line ${line}, column 7: unknown era "1\\.0"`)],
    [good.replace(/^title/m, "titel"), /line \d+, column \d+: /],
    ["title = ", /line 1, column 9: /],
    ["", /it is empty/],
    [" \n", /it is empty/],
    [Buffer.from([0x61, 0x0a, 0xff, 0xfe]), /line 2: it is not UTF-8 text/],
    ["\0".repeat(1000), /line 1, column/],
    ["a=[".repeat(60000), /line 1, column/],
  ]) {
    await pick(page, "my.toml", text);
    await page.waitForFunction((source) => new RegExp(source).test(document.querySelector(".notice")?.textContent ?? ""), reason.source);
    assert.match(await heading(page), /page_mkwrite without/);
    assert.equal(await step(page), 1, "nothing is lost");
    await page.getByRole("button", { name: "Close", exact: true }).click();
    await page.locator(".notice").waitFor({ state: "detached" });
  }
  await pick(page, "my.toml", good.replace(/^title = .*$/m, 'title = "An ordering of mine"'));
  await titled(page, "An ordering of mine");
  assert.match(await page.title(), /An ordering of mine/);
  assert.equal(await page.locator(".own").textContent(), "your file");
  assert.equal(new URL(page.url()).hash, "");
  await page.locator('.catalogue a[aria-current="true"]').waitFor({ state: "detached" });
  await page.keyboard.press("End");
  await part(page, "failure").waitFor();
  // The file's text is kept, so that it can be built for other kernels.
  await choose(page, era, "6.19");
  assert.equal(await page.locator(".own").textContent(), "your file");
  assert.equal(await heading(page), "An ordering of mine");
  assert.deepEqual(problems(), []);
  await close();
});

test("takes a file that is dropped, and says that it would", async () => {
  const { page, problems, close } = await site.open();
  const drag = (kind, text) =>
    page.evaluate(
      ([kind, text]) => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([text], "dropped.toml"));
        return window.document.body.dispatchEvent(
          new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }),
        );
      },
      [kind, text],
    );
  assert.equal(await drag("dragover", ""), false, "the browser must not open it itself");
  await page.locator(".drop", { hasText: "Drop a file" }).waitFor();
  await drag("dragleave", "");
  assert.equal(await page.locator(".drop").count(), 0);
  await drag("dragover", "");
  assert.equal(await drag("drop", scenario("unlock-gap")), false);
  await titled(page, "unlock_page before");
  assert.equal(await page.locator(".drop").count(), 0);
  assert.deepEqual(problems(), []);
  await close();
});

test("another kernel takes the run along, and says where they part", async () => {
  const { page, problems, close } = await site.open("#baseline-five-step");
  assert.equal(await word(era(page)), "3.0");
  await page.keyboard.press("End");
  const end = await step(page);
  await choose(page, era, "6.19");
  assert.match(await part(page, "now").textContent(), /The first \d+ steps are the same\. At step \d+/);
  const carried = await step(page);
  assert.ok(carried > 0 && carried < end);
  assert.equal(await word(era(page)), "6.19");
  // A finished actor's program is folded until its name is pressed.
  await page.locator('[data-actor="flusher"] h2 button').click();
  assert.match(await page.locator('[data-actor="flusher"]').textContent(), /folio_lock\(folio\)/);
  // Title and card are of what is on the stage; what the file tells of itself is gone.
  await titled(page, "S01 in Linux 6.19");
  const card = part(page, "scenario").filter({ hasText: "finds: safe" });
  await card.waitFor();
  assert.match(await card.textContent(), /written for Linux 3\.0 on a DIX\+DIF disk\./);
  assert.doesNotMatch(await card.textContent(), /What to watch/);
  await choose(page, era, "2.6.39");
  assert.match(await page.locator('[data-actor="writer"]').textContent(), /not in 2\.6\.39/);
  assert.deepEqual(problems(), []);
  await close();
});

test("another device has other columns and its own verdict", async () => {
  const { page, problems, close } = await site.open("#mkwrite-no-wait");
  await titled(page, "page_mkwrite without");
  assert.equal(await page.locator("tbody tr").count(), 5);
  await part(page, "scenario").filter({ hasText: "in Linux 2.6.39 on a DIX+DIF disk, finds: guard error." }).waitFor();
  await page.keyboard.press("ArrowRight");
  await choose(page, device, "none");
  assert.equal(await page.locator("tbody tr").count(), 3);
  assert.equal(await step(page), 1);
  await titled(page, "S02 on an ordinary disk");
  await part(page, "scenario").filter({ hasText: "in Linux 2.6.39 on an ordinary disk, finds: safe (unstable write)." }).waitFor();
  await choose(page, device, "raid5 parity");
  await page.keyboard.press("f");
  await part(page, "failure").filter({ hasText: "Silent corruption" }).waitFor();
  await choose(page, device, "fs checksum");
  await page.keyboard.press("f");
  await part(page, "failure").filter({ hasText: "Checksum mismatch" }).waitFor();
  assert.deepEqual(problems(), []);
  await close();
});

test("a file that does not fit another device stays as it is", async () => {
  const { page, problems, close } = await site.open();
  // Two pages and eight actors leave no room for the tuples on media.
  const many = [1, 2, 3, 4].map((n) => `[[actor]]\nname = "w${n}"\nabout = ""\nrun = ["wait_on_page_writeback 1"]\n`);
  const text = scenario("baseline-five-step")
    .replace('device = "dix+dif"', 'device = "none"')
    .replace("[[store]]", '[[page]]\nindex = 8\nmemory = ["8"]\nmedia = ["old "]\ndirty = false\n\n[[store]]')
    .replace("[[note]]", `${many.join("\n")}\n[[note]]`);
  await pick(page, "large.toml", text);
  await page.locator(".own", { hasText: "your file" }).waitFor();
  await page.keyboard.press("1");
  const before = await said(page);
  await lists.choose(device(page), "dix+dif");
  await notice(page, /This ordering cannot be shown for Linux 3\.0 and dix\+dif: line \d+, column \d+: this takes \d+ bytes/);
  assert.equal(await word(device(page)), "none");
  assert.equal(await said(page), before);
  assert.deepEqual(problems(), []);
  await close();
});

test("several pages have a column, a lane and states of their own", async () => {
  const { page, problems, close } = await site.open("#bio-of-three-pages");
  await titled(page, "three pages");
  assert.deepEqual(await page.locator(".columns thead th").allTextContents(), ["page 0index 7, LBA 56", "page 1index 8, LBA 57", "page 2index 9, LBA 58"]);
  assert.match(await page.locator(".lanes").textContent(), /page 0page 1page 2/);
  await page.keyboard.press("End");
  assert.match(await part(page, "failure").textContent(), /page 1, sector 0/);
  assert.match(await page.locator('[data-cell="1-HBA-0"]').getAttribute("class"), /failed/);
  assert.deepEqual(await axe(page), []);
  assert.deepEqual(problems(), []);
  await close();
});

test("a step that can go two ways has a button for each", async () => {
  const { page, problems, close } = await site.open("#writeback-flag-leaked");
  await titled(page, "leaks PG_writeback");
  const two = page.locator('[data-actor="flusher"] button.step');
  for (let i = 0; i < 30 && (await two.count()) < 2; i++) await page.keyboard.press("1");
  assert.match(await two.nth(0).textContent(), /allocate memory: it is there/);
  assert.match(await two.nth(1).textContent(), /allocate memory: it fails/);
  await two.nth(1).click();
  assert.equal(await two.count(), 1, "the way is taken");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("w");
  assert.equal(await two.count(), 1, "by keyboard too");
  assert.match(await part(page, "now").textContent(), /Step 5 of/);
  await page.keyboard.press("End");
  assert.deepEqual(problems(), []);
  await close();
});

test("explains what got stuck, and which invariants broke where", async () => {
  const { page, problems, close } = await site.open("#two-page-inversion");
  await titled(page, "wraps around");
  await page.keyboard.press("End");
  assert.match(await part(page, "failure").textContent(), /Deadlock.*Actors wait for each other.*sleeps on PG_locked/s);
  assert.match(await part(page, "broken").textContent(), /L1.*no deadlock/);
  await go(page, "#mkwrite-no-wait");
  await titled(page, "page_mkwrite without");
  await page.keyboard.press("End");
  const first = part(page, "broken").locator("button").first();
  await first.waitFor();
  const at = Number(/step (\d+)/.exec(await first.textContent())[1]);
  await first.click();
  assert.equal(await step(page), at);
  // The step that breaks the invariant is a decisive one, with a remark from the file.
  assert.match(await page.locator(".decisive").textContent(), /nothing will stop the next store/);
  assert.deepEqual(problems(), []);
  await close();
});

test("the list of orderings works by keyboard", async () => {
  const { page, problems, close } = await site.open();
  await page.keyboard.press("o");
  assert.ok(await page.locator("#orderings").evaluate((it) => it.open && it.contains(document.activeElement)));
  assert.deepEqual(await axe(page), []);
  const open = () => page.locator("#orderings").evaluate((it) => it.open);
  await page.keyboard.press("Escape");
  assert.ok(!(await open()));
  // With the summary's own button the focus stays there, and the key closes the list again.
  await page.locator("#orderings > summary").click();
  await page.keyboard.press("o");
  assert.ok(!(await open()));
  await page.keyboard.press("o");
  await page.locator('.catalogue a[href="#unlock-gap"]').focus();
  await page.keyboard.press("Enter");
  await titled(page, "unlock_page before");
  assert.ok(await page.locator("#orderings > summary").evaluate((it) => it === document.activeElement));
  assert.ok(!(await page.locator("#orderings").evaluate((it) => it.open)));
  assert.deepEqual(problems(), []);
  await close();
});

for (const [width, height, colorScheme] of [[1440, 900, "dark"], [390, 844, "light"], [360, 740, "dark"]]) {
  test(`${width} px, ${colorScheme}: list, several pages and a deadlock fit and are accessible`, async () => {
    const { page, problems, close } = await site.open("#two-page-inversion", { width, height, colorScheme });
    await titled(page, "wraps around");
    const fits = async (what) => {
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(wide <= 0, `${what}: ${wide} px too wide`);
      assert.deepEqual(await axe(page), [], what);
      if (width > 859) return;
      const small = await page.evaluate(() =>
        [...document.querySelectorAll("button, select, summary, .file, .orderings a")]
          // Words that explain themselves stand in their lines.
          .filter((it) => it.checkVisibility() && !it.matches(".fold, .term, .define"))
          .map((it) => [it.textContent, it.getBoundingClientRect(), it.matches(".sector") ? 24 : 43.5])
          .filter(([, { height, width }, least]) => height < least || width < 24)
          .map(([text, { height }]) => `${text}: ${height}`),
      );
      assert.deepEqual(small, [], what);
    };
    await page.keyboard.press("End");
    await fits("deadlock");
    await page.keyboard.press("o");
    await fits("list");
    assert.deepEqual(problems(), []);
    await close();
  });
}
