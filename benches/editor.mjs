// How soon after a key in the editor's text the verdict is there, in headless Chromium: over the whole catalogue, prints figures and
// judges nothing.
//
//   node benches/editor.mjs        (make bench; needs dist/)
//
// In each ordering's file a store's bytes are changed by one letter, so that everything is built and checked anew; the time runs from the
// field's event to the moment at which the result in the editor is of the new check.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { dist, start } from "../tests/browser/harness.mjs";

const slugs = readdirSync(join(dist, "scenarios"))
  .filter((name) => name.endsWith(".bin"))
  .map((name) => name.replace(/\.bin$/, ""));

const site = await start();
const { page, close } = await site.open("#baseline-five-step");
await page.getByRole("button", { name: "Edit", exact: true }).click();
await page.locator(".faces").getByRole("button", { name: "Text", exact: true }).click();
const times = [];
for (const slug of slugs) {
  await page.evaluate((slug) => (location.hash = slug), slug);
  await page.waitForFunction((slug) => document.querySelector(`.orderings a[href="#${slug}"][aria-current="true"]`), slug);
  await page.locator('[data-part="draft-verdict"]', { hasText: /states/ }).waitFor();
  await page.waitForFunction(() => document.querySelector("#draft-text")?.value.includes("[[actor]]"));
  await page.waitForTimeout(250);
  const time = await page.evaluate(async () => {
    const field = document.querySelector("#draft-text");
    const result = () => document.querySelector('[data-part="draft-verdict"]').textContent;
    // A comment at the end is a text of the visitor's own, which is built and checked.
    const began = performance.now();
    field.value += "#";
    field.dispatchEvent(new Event("input", { bubbles: true }));
    // The page calls it by its draft's name once it is built, and the result is blank until the check tells.
    const changed = () => document.title.startsWith("Draft") || !document.querySelector('.orderings a[aria-current="true"]');
    while (!(changed() && /states|line \d/.test(result()))) {
      if (performance.now() - began > 20_000) return Infinity;
      await new Promise((resume) => requestAnimationFrame(resume));
    }
    return performance.now() - began;
  });
  times.push([time, slug]);
}
await close();
await site.stop();
times.sort((one, other) => one[0] - other[0]);
const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))][0].toFixed(0);
console.log(`from a key in the editor's text to the verdict, ${times.length} orderings: median ${at(0.5)} ms, 95 % ${at(0.95)} ms (goal: 150)`);
console.log(`  the slowest: ${times.slice(-4).map(([time, slug]) => `${slug} ${time.toFixed(0)} ms`).join(", ")}`);
