// Links: the address follows what a visitor does, another window with that address shows the same, and Back and Forward
// go through the history of it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { lists, said, settled, start } from "./harness.mjs";

let site;
before(async () => (site = await start()));
after(() => site.stop());

const fragment = (page) => page.evaluate(() => location.hash);
const shown = (page) => page.locator("input[type=range]").getAttribute("aria-valuetext");

/** Waits until the address matches. */
async function address(page, pattern) {
  await page.waitForFunction((it) => new RegExp(it).test(location.hash), pattern.source);
  return fragment(page);
}

test("the address follows the run, and opens it again elsewhere as it was", async () => {
  const { page, problems, close } = await site.open("");
  assert.equal(await fragment(page), "", "nothing was done yet");
  for (const key of ["1", "1", "2"]) await page.keyboard.press(`Shift+Digit${key}`);
  const link = await address(page, /^#1[a-z0-9]{4}\/baseline-five-step\/f2w$/);
  assert.match(link, /^[#A-Za-z0-9._~\/-]+$/);
  await page.keyboard.press("Shift+ArrowLeft");
  await address(page, /f2w\/at-2$/);
  await lists.choose(lists.device(page), "none");
  await address(page, /at-2\/on-none$/);
  await page.getByRole("button", { name: "Inspect" }).click();
  await page.keyboard.press("m");
  const whole = await address(page, /at-2\/on-none\/see-bytes-0\.\d\/see-race$/);
  await settled(page);
  // The remark about taking the run to another kernel is shown only where that was done.
  const run = async (it) => (await said(it)).replace(/^All 2 steps are the same.*\n/m, "");
  const text = await run(page);
  const other = await site.open(whole);
  await address(other.page, /see-race$/);
  await other.page.locator("input[type=range][max='30']").waitFor();
  await settled(other.page);
  assert.equal(await run(other.page), text);
  assert.equal(await fragment(other.page), whole);
  assert.deepEqual([...problems(), ...other.problems()], []);
  await other.close();
  await close();
});

test("Back and Forward move through what was done", async () => {
  const { page, problems, close } = await site.open("#unlock-gap");
  await page.keyboard.press("f");
  const failed = await address(page, /^#1[a-z0-9]{4}\/unlock-gap\//);
  const end = await shown(page);
  // Single steps one after the other make one entry of the history.
  for (let step = 0; step < 4; step++) await page.keyboard.press("Shift+ArrowLeft");
  await address(page, /at-30$/);
  const walked = await shown(page);
  await lists.choose(lists.kernel(page), "2.6.39");
  await address(page, /linux-2\.6\.39$/);
  await page.goBack();
  await page.waitForFunction((it) => document.querySelector("input[type=range]").getAttribute("aria-valuetext") === it, walked);
  assert.equal(await page.locator(".settings select").nth(0).inputValue(), "1");
  await page.goBack();
  await page.waitForFunction((it) => document.querySelector("input[type=range]").getAttribute("aria-valuetext") === it, end);
  assert.equal(await fragment(page), failed);
  await page.goBack();
  await page.waitForFunction(() => document.querySelector("input[type=range]").getAttribute("aria-valuetext").startsWith("step 0 "));
  assert.equal(await fragment(page), "#unlock-gap");
  await page.goForward();
  await page.waitForFunction((it) => document.querySelector("input[type=range]").getAttribute("aria-valuetext") === it, end);
  assert.deepEqual(problems(), []);
  await close();
});

test("a link that does not fit any more opens as far as it goes, and says so; a damaged one leaves the page as it was", async () => {
  const { page, problems, close } = await site.open("#1zzzz/unlock-gap/f4d3");
  const notice = page.locator(".notice");
  await notice.filter({ hasText: /4 of 7 steps could be made\. Step 5: the disk cannot move there/ }).waitFor();
  await notice.filter({ hasText: /another state of this model \(checksum zzzz, now \w{4}\)/ }).waitFor();
  assert.match(await shown(page), /4 of 4/);
  for (const [link, words] of [
    ["#1abcd/unlock-gap/f0", /is not a run/],
    ["#7abcd/unlock-gap/f2", /newer page/],
    ["#1abcd/unlock-gap/f2/drop.writepage.nothing", /no step "nothing"/],
    ["#1abcd/no-such-thing/f2", /There is no scenario "no-such-thing"/],
    ["#1%00/%ff", /name/],
  ]) {
    await page.evaluate((it) => (location.hash = it), link);
    await notice.filter({ hasText: words }).waitFor();
    assert.match(await shown(page), /4 of 4/, link);
  }
  assert.deepEqual(problems(), []);
  await close();
});
