// Screenshots of the built page, for looking at: target/shots/NAME-WIDTH-SCHEME.png
//
//   node tests/browser/shots.mjs [--full] [NAME...]
//
// --full takes the whole page rather than the first screen.

import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { openPanel, start } from "./harness.mjs";

// [name, fragment, keys to press one after another; "click:NAME" clicks that button, "beside:NAME" sets that
// ordering beside, "print" shows the page as it is printed]
const SHOTS = [
  ["start", "", []],
  ["waiting", "#baseline-five-step", [...Array(24)].map(() => "ArrowRight")],
  ["guard-error", "#mkwrite-no-wait", ["f"]],
  ["gap", "#unlock-gap", [...Array(12)].map(() => "ArrowRight")],
  ["skipped", "#mkclean-skipped", ["End"]],
  ["bad-address", "#mkwrite-no-wiat", []],
  ["help", "", ["?"]],
  ["list", "", ["o"]],
  ["deadlock", "#two-page-inversion", ["End"]],
  ["lost", "#zap-stale-tlb", ["End"]],
  ["three-pages", "#bio-of-three-pages", ["End"]],
  ["mail", "#mpage-da-submit-io", [...Array(7)].map(() => "ArrowRight")],
  ["block", "#checksum-inside-the-block", ["End"]],
  ["stall", "#writeback-flag-leaked", ["End"]],
  ["handle", "#mkwrite-waits-with-handle-open", ["End"]],
  ["corruption", "#insert-mode-blindness", ["End"]],
  ["compare", "#mkwrite-no-wait", ["f", "click:Compare", "beside:the correct ordering, of Linux 3.0"]],
  ["why", "#mkwrite-no-wait", ["f", "click:Why?"]],
  ["print", "#mkwrite-no-wait", ["f", "print"]],
  ["inspect", "#mkwrite-no-wait", ["f", "click:Inspect its bytes"]],
  ["inspect-block", "#one-guard-a-page", ["f", "click:Inspect"]],
  ["checker-verdicts", "#mkclean-without-flush", ["click:Verdicts and odds"]],
  ["checker-map", "#unlock-gap", [...Array(8).fill("ArrowRight"), "click:Race map"]],
  ["checker-places", "#mkwrite-no-wait", ["click:Other devices and kernels"]],
  ["today", "#1/baseline-five-step/f/linux-7.3/on-none", ["End"]],
  ["changed", "#1/baseline-five-step/f/at-0/drop.writepage.submit_bio", []],
  ["checker-changes", "#baseline-five-step", ["click:Load-bearing steps"]],
  ["checker-costs", "#ext3-snapshot", ["click:Costs"]],
  ["checker-coverage", "#unlock-gap", ["click:Coverage"]],
];

const SIZES = [
  { width: 1440, height: 900 },
  { width: 1366, height: 768 },
  { width: 1024, height: 768 },
  { width: 390, height: 844 },
];

const args = process.argv.slice(2);
const full = args.includes("--full");
const wanted = args.filter((arg) => !arg.startsWith("--"));
const folder = fileURLToPath(new URL("../../target/shots/", import.meta.url));
await mkdir(folder, { recursive: true });

const site = await start();
let troubled = 0;
try {
  for (const [name, fragment, keys] of SHOTS) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    for (const size of SIZES) {
      for (const colorScheme of ["light", "dark"]) {
        // With reduced motion no picture shows something half-way.
        const { page, problems, close } = await site.open(fragment, { ...size, colorScheme, reducedMotion: "reduce" });
        // All scenarios but the first are fetched after the page is mounted.
        await page.waitForTimeout(150);
        for (const key of keys) {
          const name = /^click:(.*)/.exec(key)?.[1];
          const beside = /^beside:(.*)/.exec(key)?.[1];
          if (beside) {
            await page.getByLabel("Beside it").selectOption({ label: beside });
            continue;
          }
          if (key === "print") {
            await page.emulateMedia({ media: "print" });
            continue;
          }
          if (name) await openPanel(page, name);
          else await page.keyboard.press(key);
        }
        // The worker draws its sections a moment later.
        await page.waitForTimeout(500);
        const file = `${name}-${size.width}-${colorScheme}.png`;
        await page.screenshot({ path: folder + file, fullPage: full });
        console.log(`target/shots/${file}`);
        for (const problem of problems()) {
          troubled += 1;
          console.error(`  ${problem}`);
        }
        await close();
      }
    }
  }
} finally {
  await site.stop();
}
process.exitCode = troubled > 0 ? 1 : 0;
