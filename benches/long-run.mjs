// Common to frames.mjs and memory.mjs: the page with long-run.toml open in it.

import { readFileSync } from "node:fs";

/** How many steps long-run.toml has. */
export const STEPS = 500;

export const pause = (millis) => new Promise((done) => setTimeout(done, millis));

/** The step shown and the number of steps, as the page has them. */
export const shown = (page) =>
  page.evaluate(() => {
    const [, at, of] = /(\d+) of (\d+)/.exec(document.querySelector("input[type=range]").getAttribute("aria-valuetext")) ?? [];
    return { at: Number(at), of: Number(of) };
  });

/**
 * Waits until the browser's processes use little processor time, so that the page has drawn its frames and the checker has
 * finished its search. (The page's threads cannot be asked whether they work without disturbing them.)
 */
export async function settle(page) {
  const session = await page.context().browser().newBrowserCDPSession();
  const spent = async () => {
    const { processInfo } = await session.send("SystemInfo.getProcessInfo");
    return processInfo.reduce((sum, it) => sum + it.cpuTime, 0);
  };
  let before = await spent();
  for (let quiet = 0, tries = 0; quiet < 2; tries++) {
    if (tries > 240) throw new Error("the page does not come to rest");
    await pause(250);
    const now = await spent();
    quiet = now - before < 0.02 ? quiet + 1 : 0;
    before = now;
  }
  await session.detach();
}

/** Goes to a step by the slider, which then gives the focus back, so that arrow keys go to the page. */
export async function seek(page, step) {
  await page.locator("input[type=range]").fill(String(step));
  await page.evaluate(() => document.activeElement.blur());
  await settle(page);
  await expect(page, step);
}

/** Throws unless that step is shown, since figures would then be of something else. */
export async function expect(page, step) {
  const { at, of } = await shown(page);
  if (at !== step || of !== STEPS) throw new Error(`the page shows step ${at} of ${of}, not ${step} of ${STEPS}`);
}

/** Opens the page with long-run.toml as a visitor's file, at the end of its run. */
export async function openRun(site) {
  const { page, close, problems } = await site.open("");
  const buffer = readFileSync(new URL("long-run.toml", import.meta.url));
  await page.locator('input[type="file"]').setInputFiles({ name: "long-run.toml", mimeType: "", buffer });
  await page.locator(`input[type=range][max="${STEPS}"]`).waitFor();
  await page.evaluate(() => {
    window.long = [];
    const seen = (list) => window.long.push(...list.getEntries().map((it) => Math.round(it.duration)));
    new PerformanceObserver(seen).observe({ type: "longtask" });
  });
  await page.keyboard.press("End");
  await settle(page);
  await expect(page, STEPS);
  const session = await page.context().newCDPSession(page);
  return { page, session, close, problems };
}

/** The lengths in ms of the tasks of more than 50 ms on the page's thread since the last call. */
export const longTasks = (page) => page.evaluate(() => window.long.splice(0));

/** In words, the long tasks of one part of the benchmark. */
export const longWords = (tasks) => {
  const longest = tasks.length > 0 ? `, the longest ${Math.max(...tasks)} ms` : "";
  return `${tasks.length} tasks over 50 ms${longest} (goal: none)`;
};
