import { start } from "./harness.mjs";
import { readFileSync } from "node:fs";
const [, , file, out, w = "1440", h = "900", dark = "", act = ""] = process.argv;
const site = await start();
const { page, problems } = await site.open("#unlock-gap", { width: +w, height: +h });
if (dark) await page.emulateMedia({ colorScheme: "dark" });
await page.waitForTimeout(2500);
await page.keyboard.press("x");
const sheet = page.locator("dialog, [role=dialog]").last();
await page.waitForTimeout(300);
let field = page.locator("[data-part=share-paste] textarea");
if (!(await field.count())) { await page.getByRole("button", { name: /Share/ }).first().click(); await page.waitForTimeout(500); }
await field.fill(readFileSync(file, "utf8"));
const t0 = Date.now();
await page.locator("[data-part=drawing-reading]").waitFor({ timeout: 20000 });
console.log("ms", Date.now() - t0);
await page.locator("[data-part=drawing-reading]").scrollIntoViewIfNeeded();
await page.evaluate(() => document.querySelector("[data-part=drawing-reading]").scrollIntoView());
await page.waitForTimeout(300);
await page.screenshot({ path: out + ".png" });
const el = page.locator("[data-part=drawing-reading]");
await el.screenshot({ path: out + "-all.png" });
if (act) { await page.getByRole("button", { name: act }).first().click(); await page.waitForTimeout(3000); await page.screenshot({ path: out + "-opened.png" }); console.log(page.url().length); }
console.log(problems());
await site.stop();
