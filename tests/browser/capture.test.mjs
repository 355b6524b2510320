// Captures of running kernels, and other files that the page itself does not read.

import assert from "node:assert/strict";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { axe, said, start } from "./harness.mjs";

const CAPTURES = ["function-mmap-ext4-sw1", "kprobe-mmap-ext4-sw0", "kprobe-mmap-ext4-sw1-6.12", "kprobe-mmap-ext4-sw1", "kprobe-write-ext4-sw1"];
const text = (name) => readFileSync(new URL(`../../assets/captures/${name}.ftrace`, import.meta.url), "utf8");

let site, folder;
before(async () => {
  site = await start();
  folder = mkdtempSync(join(tmpdir(), "stable-pages-"));
});
after(async () => {
  await site.stop();
  rmSync(folder, { recursive: true });
});

const part = (page, name) => page.locator(`[data-part="${name}"]`);
const titled = (page, words) => page.locator("#help-title", { hasText: words }).waitFor();
const field = (page) => page.locator('.catalogue input[type="file"]');
const pick = (page, name, content) => field(page).setInputFiles({ name, mimeType: "", buffer: Buffer.from(content) });

/** A capture of so many megabytes on disk, by repetition. */
function large(megabytes) {
  const path = join(folder, `large-${megabytes}.ftrace`);
  const all = text("kprobe-mmap-ext4-sw1").split("\n");
  const heading = all.filter((it) => it.startsWith("#")).join("\n");
  const body = all.filter((it) => it && !it.startsWith("#")).join("\n");
  const piece = Buffer.from(`${body}\n`.repeat(20));
  const file = openSync(path, "w");
  writeSync(file, `${heading}\n`);
  for (let bytes = 0; bytes < megabytes * 1e6; bytes += piece.length) writeSync(file, piece);
  closeSync(file);
  return path;
}

test("a capture is fetched its reader for, opens over the stage, and is there again after Escape", async () => {
  const { page, problems, close } = await site.open();
  const fetched = [];
  page.on("request", (request) => /\/reader-/.test(request.url()) && fetched.push(request.url()));
  await page.keyboard.press("1");
  const stage = await said(page);
  assert.deepEqual(fetched, [], "nothing is fetched before there is anything to read");
  for (const name of CAPTURES) {
    await pick(page, `${name}.ftrace`, text(name));
    await titled(page, `Capture: ${name}.ftrace`);
    assert.ok((await part(page, "capture-rules").locator("li").count()) >= 8);
    assert.match(await page.locator(".capture .case").textContent(), /are about writeback/);
  }
  assert.ok(fetched.some((it) => it.endsWith(".wasm")));
  await page.keyboard.press("Escape");
  await page.locator("dialog[open]").waitFor({ state: "detached" });
  assert.equal(await said(page), stage, "what was on the page is still there");
  await page.keyboard.press("/");
  await page.getByRole("button", { name: /^Show what was opened: kprobe-write/ }).click();
  await titled(page, "Capture: kprobe-write");
  assert.deepEqual(problems(), []);
  await close();
});

test("rules lead to their lines, lines to their text, and all of it is fit for assistive software", async () => {
  const name = "kprobe-mmap-ext4-sw0";
  const lines = text(name).split("\n");
  for (const [width, height, colorScheme] of [[390, 844, "light"], [1024, 768, "dark"], [1366, 768, "light"], [1440, 900, "dark"]]) {
    const { page, problems, close } = await site.open("", { width, height, colorScheme });
    // The list has the field only where it is open; a file can be given to it all the same.
    await pick(page, "sw0.ftrace", text(name));
    await titled(page, "Capture: sw0.ftrace");
    await part(page, "capture-rules").getByRole("button", { name: /not asked for|broken/ }).first().click();
    const outcome = part(page, "capture-rules").locator(".outcomes > li").first();
    const [, line] = /line (\d+)/.exec(await outcome.textContent());
    await outcome.getByRole("button", { name: /^its lines/ }).click();
    const row = outcome.locator("tr", { has: page.getByRole("button", { name: `line ${line}: its original text` }) });
    await row.getByRole("button").click();
    const original = outcome.locator(".original");
    await original.waitFor();
    assert.equal((await original.textContent()).trim(), lines[line - 1].trim());
    const folio = part(page, "capture-folios").locator(".folios > li").first();
    await folio.getByRole("button").first().click();
    await folio.locator("[data-part=capture-events]").waitFor();
    await part(page, "capture-line").fill("100");
    await part(page, "capture-line").press("Enter");
    await page.locator("[data-part=capture-folios] > div [data-part=capture-events]").waitFor();
    await page.locator(".capture summary").click();
    assert.deepEqual(await axe(page), [], `${width} ${colorScheme}`);
    const over = await page.evaluate(() => {
      const dialog = document.querySelector("dialog[open]");
      return dialog.scrollWidth - dialog.clientWidth;
    });
    assert.ok(over <= 1, `${over} pixels too wide at ${width}`);
    assert.deepEqual(problems(), []);
    await close();
  }
});

test("a round of a folio becomes a diagram, and a draft that goes onto the stage", async () => {
  const { page, problems, close } = await site.open();
  await pick(page, "sw0.ftrace", text("kprobe-mmap-ext4-sw0"));
  await titled(page, "Capture: sw0.ftrace");
  const folio = part(page, "capture-folios").locator(".folios > li").first();
  await folio.getByRole("button").first().click();
  await folio.getByRole("button", { name: "as a diagram" }).first().click();
  await titled(page, "Read as a text: folio");
  await part(page, "drawing-reading").waitFor();
  await page.getByRole("button", { name: "Back to the capture sw0.ftrace" }).click();
  await titled(page, "Capture: sw0.ftrace");
  await folio.getByRole("button", { name: "in the model" }).first().click();
  await part(page, "capture-draft").filter({ hasText: "the kernel went" }).waitFor();
  assert.deepEqual(await axe(page), []);
  await page.getByRole("button", { name: "Which orderings of the catalogue explain it" }).click();
  await part(page, "capture-like").locator("li").first().waitFor();
  await page.getByRole("button", { name: "Open as a draft, as captured" }).click();
  await page.locator("dialog[open]").waitFor({ state: "detached" });
  await page.locator(".own").waitFor();
  assert.deepEqual(problems(), []);
  await close();
});

test("200 MB are read without the page standing still, can be cancelled, and lose nothing that was open", async () => {
  const path = large(200);
  const { page, problems, close } = await site.open();
  await pick(page, "small.ftrace", text("kprobe-mmap-ext4-sw0"));
  await titled(page, "Capture: small.ftrace");
  await page.evaluate(() => {
    window.long = [];
    new PerformanceObserver((list) => window.long.push(...list.getEntries().map((it) => Math.round(it.duration)))).observe({ type: "longtask" });
  });
  // Cancelled under way: what was open is a press away.
  await field(page).setInputFiles(path);
  await titled(page, "Reading: large");
  await page.locator(".capture", { hasText: /\d+\.\d of 20\d\.\d MB, [1-9]\d* lines/ }).waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();
  await titled(page, "Not opened: large");
  await page.locator(".unread", { hasText: "Cancelled" }).waitFor();
  await page.getByRole("button", { name: "Back to the capture small.ftrace" }).click();
  await titled(page, "Capture: small.ftrace");
  // To its end.
  const begun = Date.now();
  await field(page).setInputFiles(path);
  const seen = new Set();
  await titled(page, "Reading: large");
  for (;;) {
    const title = await page.locator("#help-title").textContent();
    if (title.startsWith("Capture: large")) break;
    assert.match(title, /^Reading/);
    seen.add(await page.locator(".capture progress").getAttribute("value", { timeout: 1000 }).catch(() => ""));
    await page.waitForTimeout(50);
    assert.ok(Date.now() - begun < 120_000, "it takes too long");
  }
  const seconds = (Date.now() - begun) / 1000;
  console.log(`200 MB in ${seconds.toFixed(1)} s: ${(200 / seconds).toFixed(0)} MB/s`);
  assert.ok(seen.size > 3, `progress was seen at ${[...seen]}`);
  assert.deepEqual(await page.evaluate(() => window.long), [], "long tasks of the page's thread");
  assert.match(await page.locator(".capture .case").textContent(), /of 1.\d\d\d.\d\d\d lines/);
  // A line far behind, read again from the file.
  await part(page, "capture-line").fill("1000000");
  await part(page, "capture-line").press("Enter");
  const events = page.locator("[data-part=capture-folios] > div [data-part=capture-events]");
  await events.locator("tbody th button").first().click();
  assert.match(await events.locator(".original").first().textContent(), /\[00\d\]/);
  assert.deepEqual(problems(), []);
  await close();
});

test("what is no capture says why, with its line, and takes nothing away", async () => {
  const { page, problems, close } = await site.open();
  const stage = await said(page);
  const broken = text("kprobe-mmap-ext4-sw0").split("\n");
  for (const [name, content, reason] of [
    ["empty.txt", "", /It is empty/],
    ["blank.txt", " \n\n", /It is empty/],
    ["photo.png", Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 1]), /Line 1: it is no text from byte 1/],
    ["trace.dat", "\x17\x08\x44tracing6\0\0", /trace-cmd report/],
    ["trace.txt.gz", Buffer.from([0x1f, 0x8b, 8, 0]), /gunzip/],
    ["big.txt", "nothing of the kind\n".repeat(20_000), /It is no capture/],
    ["graph.txt", `# tracer: function_graph\n${broken.slice(20).join("\n")}`, /Line 1: function_graph/],
    ["heading.txt", broken.slice(0, 11).join("\n"), /about writeback/],
    ["foreign.txt", `# tracer: nop\n${"what is this\n".repeat(2_000)}`, /Line \d+ is no line of a trace/],
    ["large.toml", "#".repeat(256 * 1024 + 1), /It is no capture/],
  ]) {
    await pick(page, name, content);
    await titled(page, `Not opened: ${name}`);
    assert.match(await page.locator(".capture .unread").textContent(), reason, name);
  }
  assert.deepEqual(await axe(page), []);
  await page.keyboard.press("Escape");
  assert.equal(await said(page), stage);
  // Broken in its middle, it is read as far as it can be, and says which lines it could not read.
  broken.splice(100, 2, "half a li", "\u0000\u0000");
  await pick(page, "broken.ftrace", broken.join("\n"));
  await titled(page, "Capture: broken.ftrace");
  assert.match(await part(page, "capture-facts").textContent(), /line 101: /);
  assert.deepEqual(problems(), []);
  await close();
});

test("without what reads files it is said so", async () => {
  const { page, pageErrors, close } = await site.open("", { missing: /\/reader-/ });
  await pick(page, "sw0.ftrace", text("kprobe-mmap-ext4-sw0"));
  await titled(page, "Not opened: sw0.ftrace");
  assert.match(await page.locator(".capture .unread").textContent(), /could not be fetched/);
  assert.deepEqual(pageErrors, []);
  await close();
});

test("logs, diagrams and sectors are read as if pasted, a pasted capture as if opened", async () => {
  const { page, problems, close } = await site.open();
  const drop = (name, content) =>
    page.evaluate(
      ([name, content]) => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([typeof content === "string" ? content : new Uint8Array(content)], name));
        document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
      },
      [name, content],
    );
  await drop("dmesg.txt", "[  10.1] sda: guard tag error at sector 264192 (rcvd 7867, want de8a)\n");
  await titled(page, "Read as a text: dmesg.txt");
  await part(page, "log-reading").waitFor();
  const sector = Array.from({ length: 520 }, (_, at) => (at * 31) % 256);
  await drop("sector.bin", sector);
  await titled(page, "Read as a text: sector.bin");
  await part(page, "bytes-reading").filter({ hasText: "512 bytes" }).waitFor();
  await page.keyboard.press("Escape");
  // A key can overtake the dialog's closing, which would then close what the key opened.
  await page.locator("#help").waitFor({ state: "hidden" });
  await page.keyboard.press("x");
  await page.locator(".share textarea").fill(text("kprobe-mmap-ext4-sw0"));
  await page.getByRole("button", { name: /^Show what was opened: pasted text/ }).click();
  await titled(page, "Capture: pasted text");
  assert.deepEqual(problems(), []);
  await close();
});
