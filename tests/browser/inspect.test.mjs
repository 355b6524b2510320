// The inspector of one sector: the places of its bytes, its tuple, and the computation of its guard.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe, inspected, settled, start } from "./harness.mjs";

let site;
before(async () => (site = await start()));
after(() => site.stop());

const part = (page, name) => page.locator(`[data-part="${name}"]`);
const words = async (page, name) => (await part(page, name).first().textContent()).trim();
const press = async (page, name) => {
  await page.getByRole("button", { name, exact: true }).click();
  await settled(page);
};
/** Opens an ordering and waits until it has been fetched. */
async function open(slug, title, options) {
  const opened = await site.open(`#${slug}`, options);
  await opened.page.locator("h1", { hasText: title }).waitFor();
  return opened;
}
const sector = (page, number) => page.locator("button.sector").nth(number);

test("shows both guards of the sector that failed, and goes to the store between them", async () => {
  const { page, problems, close } = await open("mkwrite-no-wait", "page_mkwrite without");
  await page.keyboard.press("f");
  const [received, computed] = [await words(page, "received"), await words(page, "computed")];
  await sector(page, 3).focus();
  await page.keyboard.press("Enter");
  assert.equal(await page.getByRole("button", { name: "Inspect", exact: true }).getAttribute("aria-pressed"), "true");
  assert.match(await words(page, "held-sealed"), new RegExp(`bio.s guardCRC ${received}`));
  assert.match(await words(page, "held-fetched"), new RegExp(`HBACRC ${computed}`));
  assert.match(await words(page, "held-memory"), /stores "new!" at 0x600/);
  assert.match(await words(page, "guards"), new RegExp(`${received}.*${computed}`));
  assert.match(await words(page, "tuple-bio"), new RegExp(`${received}00000000003b`));
  assert.match(await words(page, "log"), new RegExp(`rcvd 0x${received}, (?:data|calculated) 0x${computed}`));
  // At first only the line with the stored bytes is shown, the others on request.
  assert.equal(await part(page, "bytes-A").count(), 1);
  assert.equal(await page.locator("mark", { hasText: "6e657721" }).count(), 1);
  assert.equal((await inspected(page, "memory")).length, 512);
  await press(page, "Fold what is the same");
  await settled(page);
  assert.equal(await part(page, "bytes-A").count(), 1);

  await part(page, "held-memory").getByRole("button").click();
  await settled(page);
  assert.match(await words(page, "now"), /Step 31 of .*stores "new!"/);
  // The bytes have not been fetched yet, and their guard is already out of date.
  assert.equal(await part(page, "held-fetched").count(), 0);
  assert.match(await words(page, "kernel"), /If the bytes were fetched and checked now, it would log/);
  assert.deepEqual(problems(), []);
  await close();
});

test("goes through the computation by its buttons", async () => {
  const { page, close } = await open("mkwrite-no-wait", "page_mkwrite without");
  await page.keyboard.press("f");
  await sector(page, 3).click();
  assert.match(await words(page, "crc-byte"), /^Byte 0x000 of/);
  await press(page, "+16");
  await settled(page);
  await press(page, "+1");
  await settled(page);
  assert.match(await words(page, "crc-byte"), /^Byte 0x011 of/);
  // The focus stays on the button, so that it can be pressed again.
  await page.keyboard.press("Enter");
  await settled(page);
  assert.match(await words(page, "crc-byte"), /^Byte 0x012 of/);
  await press(page, "Last");
  await settled(page);
  const [received] = /[0-9a-f]{4}/.exec(await part(page, "guards").locator("tbody td").first().textContent());
  const after = part(page, "crc-step").locator("tr").last().locator("td").first();
  assert.equal(await after.textContent(), received);
  await press(page, "First that differs");
  await settled(page);
  await page.locator(".derived summary").click();
  assert.equal(await page.locator(".derived table").count(), 2);
  // Choosing another sector shows it as at first, folded.
  await page.locator(".inspect select").selectOption({ label: "sector 5, LBA 61" });
  assert.match(await words(page, "crc-byte"), /^Byte 0x/);
  assert.equal(await sector(page, 5).getAttribute("aria-pressed"), "true");
  await close();
});

test("goes to the inspector where it lies below", async () => {
  const { page, close } = await open("mkwrite-no-wait", "page_mkwrite without", { width: 390, height: 844 });
  await sector(page, 3).click();
  await page.waitForFunction(() => document.querySelector("#side").getBoundingClientRect().top < innerHeight / 2);
  await close();
});

for (const [width, height] of [[1440, 900], [1024, 768], [390, 844], [360, 740]]) {
  for (const colorScheme of ["light", "dark"]) {
    test(`${width} px, ${colorScheme}: nothing sticks out, axe finds nothing`, async () => {
      for (const [slug, title] of [
        ["mkwrite-no-wait", "page_mkwrite without"],
        ["one-guard-a-page", "4096-byte intervals: one guard for the page"],
        ["mirror-divergence", "The legs of a RAID1 mirror disagree"],
      ]) {
        const { page, problems, close } = await open(slug, title, { width, height, colorScheme });
        await page.keyboard.press("End");
        await press(page, "Inspect");
        await page.locator(".derived summary").click();
        for (const all of [false, true]) {
          if (all) await press(page, "Show every byte");
          const wide = await page.locator("#side").evaluate((it) => it.scrollWidth - it.clientWidth);
          assert.ok(wide <= 0, `${slug}: ${wide} px too wide`);
          const cut = await page.evaluate(() =>
            [...document.querySelectorAll(".inspect .card")]
              .flatMap((card) => [...card.querySelectorAll("*")].filter((it) => {
                if (it.matches(".hidden, .choice > span") || it.clientWidth === 0) return false;
                return it.getBoundingClientRect().right > card.getBoundingClientRect().right;
              }))
              .map((it) => `${it.tagName}.${it.className} ${it.textContent}`.slice(0, 80)),
          );
          assert.deepEqual(cut, [], slug);
          assert.deepEqual(await axe(page), [], slug);
        }
        assert.deepEqual(problems(), []);
        await close();
      }
    });
  }
}
