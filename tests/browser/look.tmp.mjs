import { start } from "./harness.mjs";
const site = await start();
for (const [w, h] of [[1440, 900], [390, 844]]) {
const { page, problems } = await site.open("#unlock-gap", { width: w, height: h, reducedMotion: "reduce" });
await page.waitForTimeout(700);
await page.screenshot({ path: `/tmp/l0-${w}.png`, fullPage: false });
for (let i = 0; i < 8; i++) await page.keyboard.press("ArrowRight");
await page.getByRole("button", { name: "Race map" }).click();
await page.waitForTimeout(500);
await page.locator(".map").focus();
for (let i = 0; i < 6; i++) await page.keyboard.press("ArrowDown");
for (let i = 0; i < 4; i++) await page.keyboard.press("ArrowRight");
await page.waitForTimeout(200);
await page.screenshot({ path: `/tmp/l2-${w}.png`, fullPage: true });
console.log(problems());
}
await site.stop();
