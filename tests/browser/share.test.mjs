// Share: text for a mail, figures and data that are saved, diagrams and figures that are opened again; and the page in a
// frame.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { axe, scenario, settled, start } from "./harness.mjs";

let site;
before(async () => (site = await start()));
after(() => site.stop());

const clipboard = { context: { permissions: ["clipboard-read", "clipboard-write"] } };
const shown = (page) => page.locator("input[type=range]").getAttribute("aria-valuetext");
const sheet = (page) => page.locator("dialog[open] .share");

async function share(page) {
  await settled(page);
  await page.keyboard.press("x");
  await sheet(page).waitFor();
}

/** The file that a link or button of the Share sheet saves. */
async function saved(page, name) {
  const [download] = await Promise.all([page.waitForEvent("download"), sheet(page).getByText(name, { exact: false }).first().click()]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

test("one key copies the run as a text for a mail, and pasted back it is the same run", async () => {
  const { page, url, problems, close } = await site.open("#unlock-gap", clipboard);
  await page.keyboard.press("f");
  await page.waitForFunction(() => location.hash.includes("/at-34"));
  await settled(page);
  await page.keyboard.press("c");
  await page.getByText(/^Copied: \d+ lines/).waitFor();
  const text = await page.evaluate(() => navigator.clipboard.readText());
  const lines = text.split("\n");
  for (const line of lines) {
    assert.match(line, /^[\x20-\x7e]*$/);
    assert.doesNotMatch(line, /^(From |>)| $|\t/);
    assert.ok(line.length <= 72 || line.includes("://"), line);
  }
  assert.match(text, /^unlock_page before set_page_writeback\nLinux 3\.0, DIX\+DIF disk$/m);
  assert.match(text, /^CPU0 \(flusher\), then disk {2,}CPU1 \(writer\)$/m);
  assert.match(text, /guard 0xb218, data 0x9f99/);
  assert.match(text, /\(Exhaustive search, \d+ states\.\)/);
  assert.doesNotMatch(text, /schedules|%|\[1\]|breaks /);
  const link = lines.find((it) => it.includes("://"));
  assert.ok(link.includes(`${url}#1`), link);
  // The diagram, quoted as in a mail, is read back.
  await share(page);
  const mail = `On Monday somebody wrote:\n${lines.filter((it) => !it.includes("://")).map((it) => `> ${it}`).join("\n")}\n\nIndeed.\n`;
  await sheet(page).locator("textarea").fill(mail);
  const reading = page.locator("[data-part=reading]");
  await reading.filter({ hasText: /(\d+) of \1 lines have a place .* of which 0 are filled in/ }).waitFor();
  assert.deepEqual(await axe(page), []);
  await reading.getByRole("button", { name: "Open this run" }).click();
  await page.waitForFunction(() => document.querySelector("input[type=range]").getAttribute("aria-valuetext").startsWith("step 34 of "));
  assert.deepEqual(problems(), []);
  await close();
});

test("a diagram out of a commit finds its scenario among all; what has no place is said by line", async () => {
  const { page, problems, close } = await site.open("");
  await share(page);
  const drawing = readFileSync(new URL("../golden/diagram/mail/64081362e8ff.txt", import.meta.url), "utf8");
  await sheet(page).locator("textarea").fill(drawing);
  // It is programs of its own first, and beside that a run of an ordering of ours.
  await page.locator("[data-part=drawing-reading]").waitFor();
  await sheet(page).locator("summary").filter({ hasText: "As a run of" }).click();
  const reading = page.locator("[data-part=reading]");
  await reading.waitFor();
  await reading.getByRole("button", { name: "Try every ordering" }).click();
  await reading.filter({ hasText: "Lines placed by others:" }).waitFor();
  assert.match(await reading.innerText(), /Not placed: /);
  await reading.getByRole("button", { name: "Open this run" }).click();
  await page.waitForFunction(() => /^#1\w{4}\/two-page-(inversion|submitted)\//.test(location.hash));
  // A text that is no diagram.
  await share(page);
  await sheet(page).locator("textarea").fill("hello");
  await page.locator(".unread").filter({ hasText: "Nothing that this page knows was found" }).waitFor();
  assert.deepEqual(problems(), []);
  await close();
});

test("somebody's drawing becomes programs that run, line by line as the visitor wants it", async () => {
  const { page, problems, close } = await site.open("", { width: 1366, height: 768 });
  await share(page);
  const drawing = readFileSync(new URL("../drawings/01-memcg-fault-writeback-abba.txt", import.meta.url), "utf8");
  await sheet(page).locator("textarea").fill(`Hi,\n\nthis happens here:\n\n${drawing}\nThanks\n`);
  const reading = page.locator("[data-part=drawing-reading]");
  await reading.filter({ hasText: "As drawn: deadlock." }).waitFor();
  assert.match(await reading.innerText(), /The bio of page P is built, but column2 has not submitted it/);
  assert.match(await reading.innerText(), /where it goes out as soon as PG_writeback is set, nothing fails/);
  assert.deepEqual(await axe(page), []);
  // By keyboard: the second column's first lock is a remark, and nothing is held any more that the first wants.
  const line = reading.locator("tr").filter({ hasText: "lock_page(Q)" }).first().locator("select");
  await line.focus();
  await line.selectOption({ label: "a remark" });
  await reading.filter({ hasText: "Another order of the same lines" }).or(reading.filter({ hasText: "Nothing fails" })).or(reading.filter({ hasText: "As drawn:" })).first().waitFor();
  await reading.locator("tr").filter({ hasText: "lock_page(Q)" }).first().filter({ hasText: "a remark" }).waitFor();
  await line.selectOption({ label: "it was read" });
  await reading.filter({ hasText: "As drawn: deadlock." }).waitFor();
  // A column can begin elsewhere.
  await reading.getByRole("button", { name: "further left" }).click();
  await reading.filter({ hasText: "As drawn: deadlock." }).waitFor();
  // The draft, at the end of what is drawn, in the editor.
  await reading.getByRole("button", { name: "Open as a draft" }).click();
  await page.waitForFunction(() => location.hash.includes("/draft/") && document.querySelector("[data-part=editor], .faces"));
  await page.locator(".sentence, [data-part=sentence]").filter({ hasText: "Deadlock" }).first().waitFor();
  assert.deepEqual(problems(), []);
  await close();
});

test("lines of a kernel log are decoded and answered, and an ordering that fits opens", async () => {
  const { page, problems, close } = await site.open("", { width: 1366, height: 768 });
  await share(page);
  const log = readFileSync(new URL("../logs/11-nvme-guard.txt", import.meta.url), "utf8");
  await sheet(page).locator("textarea").fill(`Subject: md7\n\n> ${log.replaceAll("\n", "\n> ")}\nwhat is this?`);
  const reading = page.locator("[data-part=log-reading]");
  await reading.filter({ hasText: "5 lines of a kernel log are known here." }).waitFor();
  const text = await reading.innerText();
  assert.match(text, /NVMe controller: a write's guard does not fit/);
  assert.match(text, /nvme1n1 and nvme2n1 refuse the same write/);
  assert.match(text, /error 84 is EILSEQ/);
  assert.equal(await page.locator(".unread").count(), 0);
  assert.deepEqual(await axe(page), []);
  // By keyboard alone, the first ordering.
  const first = reading.locator(".candidates button").first();
  await first.focus();
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => location.hash.includes("kernel-metadata-writer"));
  assert.deepEqual(problems(), []);
  await close();
});

test("figures and data are saved, and a figure brings its run back", async () => {
  const { page, problems, close } = await site.open("#insert-mode-blindness", clipboard);
  await page.keyboard.press("f");
  await page.waitForFunction(() => /\/at-\d+$|\w$/.test(location.hash) && location.hash.startsWith("#1"));
  const moment = await shown(page);
  await share(page);
  const svg = await saved(page, "SVG: ");
  assert.equal(svg.name, "insert-mode-blindness.svg");
  assert.match(svg.bytes.toString(), /<svg[^]*<metadata>[^]*<\/svg>\s*$/);
  assert.doesNotMatch(svg.bytes.toString(), /<script|href="http|<image/);
  const png = await saved(page, "PNG");
  assert.equal(png.name, "insert-mode-blindness.png");
  assert.equal(png.bytes.subarray(1, 4).toString(), "PNG");
  assert.ok(png.bytes.readUInt32BE(16) > 1500, "wide enough to be printed");
  const run = JSON.parse((await saved(page, "JSON: ")).bytes.toString());
  assert.match(JSON.stringify(run), /insert-mode-blindness/);
  const trace = JSON.parse((await saved(page, "Chrome trace: ")).bytes.toString());
  assert.ok((trace.traceEvents ?? trace).length > 40);
  assert.match((await saved(page, "Promela: ")).bytes.toString(), /^\/\*[^]*init\s*{/);
  await page.getByRole("button", { name: "Close" }).first().click();
  const other = await site.open("");
  const file = { name: svg.name, mimeType: "image/svg+xml", buffer: svg.bytes };
  await other.page.locator('input[type="file"]').setInputFiles(file);
  await other.page.waitForFunction((it) => document.querySelector("input[type=range]").getAttribute("aria-valuetext") === it, moment);
  // An SVG without a run in it changes nothing.
  await other.page.locator('input[type="file"]').setInputFiles({ ...file, name: "x.svg", buffer: Buffer.from("<svg/>") });
  await other.page.locator(".notice").filter({ hasText: /x\.svg cannot be shown: .*What was on the page is still there/ }).waitFor();
  assert.equal(await shown(other.page), moment);
  assert.deepEqual([...problems(), ...other.problems()], []);
  await other.close();
  await close();
});

test("a figure of a visitor's own file carries the file", async () => {
  const { page, problems, close } = await site.open("");
  const text = scenario("unlock-gap").replace(/^title = .*/m, 'title = "My own gap"');
  await page.locator('input[type="file"]').setInputFiles({ name: "mine.toml", mimeType: "", buffer: Buffer.from(text) });
  await page.locator("h1", { hasText: "My own gap" }).waitFor();
  await page.keyboard.press("f");
  const moment = await shown(page);
  await share(page);
  // It travels in its link as well.
  await sheet(page).locator("code.address", { hasText: "#2" }).waitFor();
  const svg = await saved(page, "SVG: ");
  const other = await site.open("");
  await other.page.locator('input[type="file"]').setInputFiles({ name: "figure.svg", mimeType: "", buffer: svg.bytes });
  await other.page.locator("h1", { hasText: "My own gap" }).waitFor();
  await other.page.waitForFunction((it) => document.querySelector("input[type=range]").getAttribute("aria-valuetext") === it, moment);
  assert.deepEqual([...problems(), ...other.problems()], []);
  await other.close();
  await close();
});

for (const [width, height, colorScheme] of [[1440, 900, "light"], [390, 844, "dark"]]) {
  test(`the sheet at ${width} px, ${colorScheme}: nothing sticks out, axe finds nothing`, async () => {
    const { page, problems, close } = await site.open("#two-page-inversion", { width, height, colorScheme });
    await page.keyboard.press("f");
    await share(page);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= width, `${wide} px wide`);
    assert.deepEqual(await axe(page), []);
    assert.deepEqual(problems(), []);
    await close();
  });
}

test("in a frame: stage and controls, its height told, the way to the full page", async () => {
  const { page, url, problems, close } = await site.open("?embed#unlock-gap", { width: 700, height: 500 });
  for (const gone of [".top", ".checker", ".actors", ".side"]) assert.equal(await page.locator(gone).isVisible(), false, gone);
  // Nothing can be opened there by keys.
  for (const key of ["/", "k", "m", "d", "e"]) await page.keyboard.press(key);
  for (const gone of [".orderings[open], #orderings[open]", "[data-panel=open]", "[data-drawer=side]"]) assert.equal(await page.locator(gone).count(), 0, gone);
  await page.getByRole("button", { name: /Forward/ }).click();
  await page.waitForFunction(() => document.querySelector("#full").getAttribute("href").includes("#1"));
  const full = await page.getByRole("link", { name: "open the full page" }).getAttribute("href");
  assert.ok(full.startsWith(`${url}#1`) && full.endsWith("/at-1"), full);
  assert.match(await page.evaluate(() => location.search), /^\?embed$/);
  assert.deepEqual(await axe(page), []);
  assert.deepEqual(problems(), []);
  await close();
  // The frame is in a page of another origin.
  const around = createServer((_, response) => {
    response.writeHead(200, { "content-type": "text/html" });
    response.end(`<!doctype html><title>mail</title><iframe src="${url}?embed#unlock-gap" width="700" height="300"></iframe>
      <script>addEventListener("message", (event) => { if (event.data.type === "stable-pages") window.told = event.data.height; });</script>`);
  });
  await new Promise((done) => around.listen(0, "127.0.0.1", done));
  const outer = await site.open("");
  await outer.page.goto(`http://localhost:${around.address().port}/`);
  await outer.page.waitForFunction(() => window.told > 300);
  around.close();
  around.closeAllConnections();
  await outer.close();
});
