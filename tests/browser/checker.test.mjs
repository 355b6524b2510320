// The checker on the page: result, counterexample, outlooks, race map, changes, costs, and checks that cannot be made or
// finished.

import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { after, before, test } from "node:test";
import { axe, lists, openPanel, scenario, settled, start } from "./harness.mjs";

let site;
before(async () => (site = await start()));
after(() => site.stop());

const part = (page, name) => page.locator(`[data-part="${name}"]`);
const words = async (locator) => (await locator.first().textContent()).trim();
const result = (page, text) => part(page, "result").filter({ hasText: text }).waitFor({ state: "attached" });
const open = openPanel;
const depth = async (page) => Number(/Steps? (?:\d+ to )?(\d+) of/.exec(await words(part(page, "now")))?.[1] ?? 0);

test("checks what is on the stage, and the counterexample can be walked to the failure", async () => {
  const { page, problems, close } = await site.open("#unlock-gap");
  await result(page, /✕ guard error First after 34 steps\. If each step is chosen at random, 0\.37 % \(1 in 269\) fail\. 466 states, 749 transitions\./);
  await open(page, "Verdicts and odds");
  assert.match(await words(part(page, "finding")), /Shortest schedule: 34 steps, with 4 changes of actor/);
  assert.match(await words(part(page, "odds")), /fail if each step is chosen at random0\.37 % \(1 in 269\)At every moment.*How many schedules, and the share exactlydifferent schedules557,931of which fail/);
  await page.getByRole("button", { name: "Walk through it" }).click();
  assert.match(await words(part(page, "now")), /Start · 34 steps lie ahead/);
  // The outlooks count the steps left to the failure.
  for (let left = 34; left > 0; left--) {
    await page.locator(".middle .outlook", { hasText: `guard error in ${left} step${left > 1 ? "s" : ""}` }).waitFor();
    assert.equal(await part(page, "failure").count(), 0, `${left} steps before`);
    await page.keyboard.press("Shift+ArrowRight");
  }
  assert.match(await words(part(page, "failure")), /Guard error at the HBA: sector 3, LBA 59/);
  assert.equal(await depth(page), 34);
  // After the failure no step is called safe.
  await page.locator(".middle .outlook", { hasText: "It has failed; nothing else can fail after that." }).waitFor();
  assert.deepEqual(problems(), []);
  await close();
});

test("says safe only for what was looked at wholly, and what each step offered leads to", async () => {
  const { page, problems, close } = await site.open("#baseline-five-step");
  await result(page, "✓ safe Every schedule of this model (1 page, 4 actors) was looked at and none fails: 223 states, 345 transitions, 54 steps deep; 53 of 57 lines of code were reached, never unlock_page");
  await open(page, "What that does not cover");
  await part(page, "assumptions").filter({ hasText: "memory order" }).waitFor();
  await open(page, "✕ Close");
  await page.locator(".middle .outlook", { hasText: "Safe from here on" }).waitFor();
  await page.goto(page.url().replace(/#.*/, "#unlock-gap"));
  await result(page, "guard error");
  // Both first steps can still fail; once the gap is passed without a fault, nothing can.
  const outlook = (actor) => page.locator(`[data-actor="${actor}"] .outlook`);
  await outlook("flusher").filter({ hasText: "may fail with guard error in 34 steps at the earliest" }).waitFor();
  for (let i = 0; i < 6; i++) await page.keyboard.press("Shift+Digit1");
  await page.locator('[data-actor="flusher"] .outlook').filter({ hasText: /in \d+ steps|safe/ }).waitFor();
  await page.keyboard.press("f");
  await part(page, "failure").waitFor();
  assert.deepEqual(problems(), []);
  await close();
});

test("a failure that is not on the run is found from where one stands", async () => {
  const { page, close } = await site.open("#mkwrite-no-wait");
  await result(page, "guard error");
  // Another run than the opening one: the writer faults while the page is being cleaned.
  for (const key of ["1", "1", "1", "1", "2"]) await page.keyboard.press(`Shift+Digit${key}`);
  await page.keyboard.press("f");
  await part(page, "failure").waitFor();
  await part(page, "now").filter({ hasText: "fewest changes of actor" }).waitFor();
  await close();
});

test("the race map is read and walked by keyboard, and a click goes there", async () => {
  const { page, problems, close } = await site.open("#unlock-gap");
  await open(page, "Race map");
  const map = part(page, "map");
  await map.waitFor();
  const cell = part(page, "cell");
  await map.focus();
  await cell.filter({ hasText: "flusher before lock_page(page), writer before store" }).waitFor();
  for (let i = 0; i < 4; i++) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowRight");
  await cell.filter({ hasText: "writer is asleep" }).waitFor();
  await cell.filter({ hasText: "flusher holds a page lock" }).waitFor();
  await page.keyboard.press("ArrowRight");
  await cell.filter({ hasText: "No schedule comes here." }).waitFor();
  assert.equal(await depth(page), 0, "the arrows moved in the map, not in time");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Enter");
  await part(page, "now").filter({ hasText: "One of the shortest ways there: 5 steps." }).waitFor();
  assert.equal(await depth(page), 5);
  // A click on a cell of the last row.
  const box = await map.locator("svg").boundingBox();
  await page.mouse.click(box.x + box.width * 0.55, box.y + box.height * 0.95);
  await part(page, "now").filter({ hasText: "One of the shortest ways there" }).waitFor();
  // The race map of two other actors.
  await page.getByLabel("Across").selectOption({ label: "disk" });
  await cell.filter({ hasText: /disk/ }).waitFor();
  const across = await page.locator(".map .axis").allTextContents();
  assert.deepEqual(across, ["flusher ↓", "disk →"]);
  assert.deepEqual(await axe(page), []);
  assert.deepEqual(problems(), []);
  await close();
});

test("every single change is tried; the table sorts, a change opens and can be undone", async () => {
  const { page, problems, close } = await site.open("#baseline-five-step");
  await open(page, "Load-bearing steps");
  const panel = part(page, "panel");
  await panel.filter({ hasText: /319 changes of one step .* fail, \d+ are safe here/ }).waitFor();
  if (availableParallelism() > 1) assert.ok(page.workers().length > 1, "others try some of them");
  const rows = part(page, "mutants").locator("tbody tr");
  const first = () => words(rows.first().locator("th"));
  assert.match(await first(), /left out/);
  const steps = async () =>
    (await rows.locator("td:last-child").allTextContents()).filter(Boolean).map(Number);
  await page.getByRole("button", { name: "steps to the first" }).click();
  await settled(page);
  await page.locator("th[aria-sort=ascending]").waitFor();
  const up = await steps();
  assert.deepEqual(up, [...up].sort((a, b) => a - b));
  await page.getByRole("button", { name: /steps to the first/ }).click();
  await settled(page);
  await page.locator("th[aria-sort=descending]").waitFor();
  const down = await steps();
  assert.deepEqual(down, [...down].sort((a, b) => b - a));
  assert.equal(await page.locator("th[aria-sort=descending]").count(), 1);
  await page.getByLabel("Show").selectOption({ label: "all that are safe here" });
  await panel.filter({ hasText: "if (cleaned) set_page_dirty(page)" }).waitFor();
  await panel.filter({ hasText: "is said of this scenario only" }).waitFor();
  assert.deepEqual(await axe(page), []);

  // A change is found by the names of any kernel, also where it comes to the same as another one.
  await page.getByLabel(/Find a change/).fill("folio_start_writeback clear_page_dirty_for_io before");
  await rows.filter({ hasText: /set_page_writeback\(\) moved before clear_page_dirty_for_io\(\)/ }).first().waitFor();
  await page.getByLabel(/Find a change/).fill("no such words");
  await panel.filter({ hasText: "No change has these words" }).waitFor();
  assert.equal(await rows.count(), 0);
  await page.getByLabel(/Find a change/).fill("");
  await page.getByLabel("Show").selectOption({ label: "left out, or waits changed" });
  await rows.locator("button", { hasText: "wait_on_page_writeback() left out" }).click();
  await result(page, /✕ guard error First after 33 steps/);
  await page.locator(".edited", { hasText: "wait_on_page_writeback() left out of ->page_mkwrite()" }).waitFor({ state: "attached" });
  assert.match(await words(part(page, "now")), /Start · 33 steps lie ahead/);
  await page.keyboard.press("End");
  await part(page, "failure").waitFor();
  // The panel's table is kept while the panel is closed.
  await open(page, "Load-bearing steps");
  await panel.filter({ hasText: "319 changes" }).waitFor();
  await page.getByRole("button", { name: "Undo the change" }).click();
  await result(page, "✓ safe");
  assert.deepEqual(problems(), []);
  await close();
});

test("costs stand side by side, and what was covered is shown", async () => {
  const { page, problems, close } = await site.open("#baseline-five-step");
  await open(page, "Costs");
  const costs = part(page, "costs");
  await costs.filter({ hasText: /on average.*at worst.*steps a writer sleeps/ }).waitFor();
  // At first the ordering is compared with one that copies the page.
  await page.locator(".bills thead th", { hasText: "The bounce copy comes before the guards" }).first().waitFor();
  // Another choice shows that ordering's heading at once and its figures when they are known.
  const other = page.getByLabel("Compare with").locator("option").nth(1);
  const title = await other.textContent();
  await page.getByLabel("Compare with").selectOption({ index: 1 });
  await settled(page);
  const bills = page.locator(".bills", { has: page.locator("thead th", { hasText: title }) });
  await bills.locator("tbody tr").first().locator("td").nth(3).waitFor();
  assert.equal(await bills.locator("tbody tr").first().locator("td").count(), 4);
  await open(page, "Coverage");
  const flusher = part(page, "coverage").filter({ has: page.getByRole("heading", { name: "flusher" }) });
  assert.match(await words(flusher), /one step was never reached.*unlock_page\(page\) \[clean\]never reached/);
  assert.deepEqual(await axe(page), []);
  assert.deepEqual(problems(), []);
  await close();
});

/** A file with two pages, three passes and two writers that write three times, whose check takes long. */
function large() {
  let text = scenario("two-page-submitted").replace(/schedule = \[[^]*?\n\]/, "schedule = []");
  for (const writer of [0, 1]) {
    const times = [0, 1, 2, 3];
    const stores = times.map(
      (time) => `[[store]]\nname = "s${writer}${time}"\npage = ${writer}\noffset = ${64 + 16 * time}\ntext = "w${writer}${time}"\n`,
    );
    const run = times.map((time) => `"generic_perform_write s${writer}${time}"`).join(", ");
    const actor = `[[actor]]\nname = "w${writer}"\nabout = ""\nrun = [${run}]\n`;
    text = text.replace("[expect]", `${stores.join("")}${actor}[expect]`);
  }
  return text;
}

test("a large file's verdicts come from a worker beside the checker, while the plain search goes on", { skip: availableParallelism() < 2 }, async () => {
  const { page, problems, close } = await site.open();
  await result(page, /[\d,]+ states/);
  assert.equal(page.workers().length, 1, "nobody is started before there is something to give away");
  const file = { name: "large.toml", mimeType: "text/plain", buffer: Buffer.from(large()) };
  await page.locator('input[type="file"]').setInputFiles(file);
  await result(page, /Looking at every schedule: [\d,]+ states.*A reduced search .* looked at everything/);
  assert.ok(page.workers().length > 1);
  await open(page, "Stop");
  await result(page, /The check was stopped before everything was looked at/);
  assert.deepEqual(problems(), []);
  await close();
});

test("a long check says how far it is and stops at once; what was found stays, and so does the page", async () => {
  const { page, problems, close } = await site.open();
  const file = { name: "large.toml", mimeType: "text/plain", buffer: Buffer.from(large()) };
  await page.locator('input[type="file"]').setInputFiles(file);
  await result(page, /Looking at every schedule: [\d,]+ states, [\d,]+ of them still to be looked at, [\d.]+ million states a second\./);
  // Steps can be made during the check.
  await page.keyboard.press("Shift+Digit1");
  assert.equal(await depth(page), 1);
  const seen = new Set();
  for (let i = 0; i < 12; i++) {
    seen.add(await words(part(page, "result")));
    await page.waitForTimeout(50);
  }
  assert.ok(seen.size > 3, `progress is shown ${seen.size} times in 600 ms`);
  // Another kernel is built at once, although the check goes on.
  const era = page.locator(".settings select").first();
  await lists.choose(era, "6.19");
  await page.locator('[data-actor="w0"]', { hasText: "folio" }).waitFor({ timeout: 2000 });
  assert.equal(await depth(page), 1);
  await result(page, /Looking at every schedule: [\d,]+ states/);
  await open(page, "Stop");
  await result(page, /\? not known No failure in the [\d,]+ states looked at\. The check was stopped before everything was looked at\. That is not “safe”\./);
  assert.equal(await depth(page), 1, "the stage is as it was");
  await page.keyboard.press("Shift+Digit1");
  assert.equal(await depth(page), 2);
  assert.deepEqual(problems(), []);
  await close();
});

test("where no worker may run, the page says so and checks in slices", async () => {
  const { page, pageErrors, close } = await site.open("#unlock-gap", {
    headers: { "content-security-policy": "worker-src 'none'" },
  });
  await result(page, "No worker may run here, so the checker works on the page's own thread");
  await result(page, "✕ guard error First after 34 steps");
  await page.locator(".middle .outlook", { hasText: "guard error in 34 steps" }).waitFor();
  await open(page, "Race map");
  await part(page, "map").waitFor();
  // The checker in the page's thread builds scenarios too.
  await lists.choose(lists.kernel(page), "6.19");
  await page.locator('[data-actor="flusher"]', { hasText: "folio_lock(folio)" }).waitFor();
  assert.deepEqual(pageErrors, []);
  await close();
});

test("without any checker the page says so, and the stage works", async () => {
  const { page, pageErrors, close } = await site.open("#unlock-gap", { missing: /checker-[^/]*(js|wasm)$/ });
  await result(page, /The checker cannot work: no worker may run here, and .* everything else works as it did\./);
  await page.keyboard.press("Shift+Digit1");
  assert.equal(await depth(page), 1);
  // Without a checker no other kernel can be built, so the page keeps showing this one.
  const era = page.locator(".settings select").first();
  const shown = await era.inputValue();
  await lists.choose(era, "6.19");
  await page.locator(".notice", { hasText: /cannot be shown for Linux 6\.19 and dix\+dif: the checker, which builds it, cannot work: no worker may run here.*Everything stays as it was\./ }).waitFor();
  assert.equal(await era.inputValue(), shown);
  assert.equal(await depth(page), 1);
  const file = { name: "my.toml", mimeType: "", buffer: Buffer.from(scenario("mkwrite-no-wait")) };
  await page.locator('input[type="file"]').setInputFiles(file);
  await page.locator(".notice", { hasText: "my.toml cannot be shown: the checker, which builds it, cannot work" }).waitFor();
  assert.equal(await page.locator(".loading", { hasText: "Fetching" }).count(), 0);
  assert.deepEqual(pageErrors, []);
  await page.keyboard.press("Home");
  await page.keyboard.press("f");
  await page.locator(".now.failed").waitFor();
  await close();
});

test("the matrix says what the ordering comes to elsewhere, and a cell opens it there", async () => {
  const { page, problems, close } = await site.open("#mkwrite-no-wait");
  await open(page, "Other devices and kernels");
  const table = part(page, "matrix");
  await part(page, "panel").filter({ hasText: "Each found by looking at every schedule there." }).waitFor();
  assert.equal(await table.locator("thead th[scope=col]").count(), 6);
  assert.equal(await table.locator("tbody th[scope=row]").count(), 9);
  assert.equal(await table.locator("td button").count(), 45);
  const here = table.locator('button[aria-current="true"]');
  assert.match(await here.textContent(), /✕ guard error.*on the stage/);
  // One place by pointer, the next by keyboard: title, badge, bar and cell say the same.
  const says = async (name, title) => {
    await page.locator("h1", { hasText: title }).waitFor();
    const cell = table.locator(`[data-part="${name}"] .badge`);
    await table.locator(`[data-part="${name}"] button[aria-current="true"]`).waitFor();
    const found = await cell.textContent();
    await page.locator(".chosen .badge", { hasText: found }).waitFor();
    await page.locator(".result .badge", { hasText: found }).waitFor({ state: "attached" });
    return found;
  };
  await table.locator('[data-part="dix-dif-6.19"] button').click();
  await says("dix-dif-6.19", "S02 in Linux 6.19");
  await table.locator('[data-part="none-6.19"] button').focus();
  await page.keyboard.press("Enter");
  await says("none-6.19", "S02 in Linux 6.19 on an ordinary disk");
  // The table is the same ordering's and stays.
  assert.equal(await table.locator("td button").count(), 45);
  assert.deepEqual(problems(), []);
  await close();
});

test("a changed ordering is called by its change, everywhere", async () => {
  const { page, problems, close } = await site.open("#1/baseline-five-step/f/at-0/drop.writepage.submit_bio");
  await page.locator("h1", { hasText: "S01 without submit_bio" }).waitFor();
  assert.match(await page.title(), /^S01 without submit_bio/);
  await part(page, "now").filter({ hasText: "Changed from" }).waitFor();
  const now = await words(part(page, "now"));
  assert.match(now, /Changed from “The correct ordering: five steps to write, three to fault”/);
  assert.doesNotMatch(now, /No order of steps fails/);
  const badge = page.locator(".chosen .badge", { hasText: "✕" });
  await badge.waitFor();
  const found = await badge.textContent();
  await page.locator(".result .badge", { hasText: found }).waitFor({ state: "attached" });
  await page.locator(".orderings .here .badge", { hasText: found }).waitFor({ state: "attached" });
  await part(page, "scenario").getByRole("button", { name: "Back to “The correct ordering" }).click();
  await page.locator("h1", { hasText: "The correct ordering" }).waitFor();
  await page.locator(".chosen .badge", { hasText: "✓ safe" }).waitFor();
  assert.deepEqual(problems(), []);
  await close();
});

for (const [width, height, colorScheme] of [[1440, 900, "dark"], [1024, 768, "light"], [390, 844, "light"], [360, 740, "dark"]]) {
  test(`${width} px, ${colorScheme}: no panel sticks out, axe finds nothing`, async () => {
    const { page, problems, close } = await site.open("#mkwrite-no-wait", { width, height, colorScheme });
    await result(page, "guard error");
    for (const name of ["Verdicts and odds", "Race map", "Other devices and kernels", "Load-bearing steps", "Costs", "Coverage"]) {
      await open(page, name);
      await part(page, "panel").filter({ hasText: /\w/ }).waitFor();
      await page.waitForTimeout(300);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(wide <= 0, `${name}: ${wide} px too wide`);
      assert.deepEqual(await axe(page), [], name);
      if (width < 640) {
        const small = await page.evaluate(() =>
          [...document.querySelectorAll(".checker button, .checker select")]
            .filter((it) => it.getBoundingClientRect().height < 44 && it.offsetParent)
            .map((it) => `${it.textContent.slice(0, 30)}: ${it.getBoundingClientRect().height}`),
        );
        assert.deepEqual(small, [], name);
      }
    }
    assert.deepEqual(problems(), []);
    await close();
  });
}
