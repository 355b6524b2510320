// The page without a network; its change to newer builds; and the plain pages, which have no program.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { axe, dist, lists, serve as serveFolder, settled, start, watch } from "./harness.mjs";

const publish = fileURLToPath(new URL("../../tools/publish.sh", import.meta.url));
const slugs = readdirSync(new URL("../../assets/scenarios", import.meta.url)).map((name) => name.replace(/\.toml$/, ""));
const chapters = readdirSync(new URL("../../docs/kernel", import.meta.url)).map((name) =>
  name.replace(/\.md$/, "").replace("README", "index"),
);
const lessons = readdirSync(new URL("../../assets/lessons", import.meta.url)).map((name) => name.replace(/\.md$/, ""));
/** The plain pages: every ordering and their list, the kernel dossier, and the course. */
const plain = [
  ...["index", ...slugs].map((slug) => `scenarios/${slug}.html`),
  ...chapters.map((name) => `kernel/${name}.html`),
  ...["index", "teachers", ...lessons].map((slug) => `lessons/${slug}.html`),
];
const read = (name, folder = dist) => readFileSync(join(folder, name), "utf8");
const buildOf = (folder) => /^const BUILD = "(\w{8})";$/m.exec(read("sw.js", folder))[1];

let browser, stop, folders, next;
const servers = [];
before(async () => {
  ({ browser, stop } = await start());
  folders = mkdtempSync(join(tmpdir(), "stable-pages-"));
  next = nextBuild();
});
after(async () => {
  await stop();
  for (const server of servers) server.stop();
  rmSync(folders, { recursive: true });
});

/** A server for one test, which may stop it; else it is stopped at the end. */
async function serve(subPath, folder) {
  const server = await serveFolder(subPath, folder);
  servers.push(server);
  return server;
}

/** A copy of dist/. */
function copy(name) {
  const folder = join(folders, name);
  cpSync(dist, folder, { recursive: true });
  return folder;
}

/**
 * Another build: all files of programs and styles have other names, and one ordering is gone. (Packed scenarios stay the
 * same: others would need programs compiled with them, which ask for them by the name of their build.)
 */
function nextBuild() {
  const folder = copy("next");
  const names = readdirSync(folder);
  const hashes = new Set(names.map((name) => /-[0-9a-f]{8,}/.exec(name)?.[0]).filter(Boolean));
  const other = (text) => {
    for (const hash of hashes) text = text.replaceAll(hash, hash.replace(/^-./, hash[1] === "0" ? "-1" : "-0"));
    return text;
  };
  for (const name of names.filter((it) => /\.(html|js)$/.test(it))) {
    writeFileSync(join(folder, name), other(read(name, folder)));
  }
  for (const name of names) renameSync(join(folder, name), join(folder, other(name)));
  rmSync(join(folder, "scenarios/mkwrite-no-wait.bin"));
  execFileSync(publish, [folder]);
  return folder;
}

/** A browser context of its own, as a visitor has it. */
async function visitor() {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const open = async (url) => {
    const page = await context.newPage();
    const record = await watch(page, new URL(url).origin);
    await page.goto(url);
    await page.locator('html[data-ready="true"]').waitFor({ state: "attached", timeout: 20_000 });
    return Object.assign(page, record);
  };
  return { context, open, close: () => context.close() };
}

/** Waits until the service worker controls a page, which it does once it keeps all files. */
const kept = (page) => page.waitForFunction(() => navigator.serviceWorker.controller !== null, null, { timeout: 30_000 });
// In a frame the title is hidden.
const titled = (page, text) => page.locator("h1", { hasText: text }).waitFor({ state: "attached" });
const go = (page, hash) => page.evaluate((hash) => (location.hash = hash), hash);
const ready = (page) => page.locator('html[data-ready="true"]').waitFor({ state: "attached" });
const buildShown = (page) => page.locator('meta[name="build"]').getAttribute("content");
const caches = (page) => page.evaluate(async () => (await window.caches.keys()).map((it) => it.split(" ").at(-1)));
/** The event of a page that comes to the front again. */
const look = (page) => page.evaluate(() => document.dispatchEvent(new Event("visibilitychange", { bubbles: true })));
const bar = (page) => page.locator(".newer", { hasText: "A new version of this page is available." });

/** Checks everything that the page can do without its server. */
async function works(page) {
  const framed = new URL(page.url()).searchParams.has("embed");
  if (framed) return worksFramed(page);
  await settled(page);
  await page.keyboard.press("End");
  await page.locator('[data-part="failure"]').waitFor();
  await page.locator('[data-part="result"]', { hasText: "guard error" }).waitFor({ state: "attached" });
  // The checker builds the scenario for another kernel; the list shows the former kernel until it has.
  const era = page.locator(".settings select").nth(0);
  await lists.choose(era, "6.19");
  await page.waitForFunction((list) => list.selectedOptions[0].textContent === "Linux 6.19", await era.elementHandle());
}

/** The same for a page in a frame: stage, controls, and a scenario that the checker builds. */
async function worksFramed(page) {
  await page.locator('#side[aria-busy="false"]').waitFor({ state: "attached" });
  await page.keyboard.press("End");
  await page.waitForFunction(() => /^step [1-9]/.test(document.querySelector("input[type=range]").getAttribute("aria-valuetext")));
}

for (const subPath of ["/some/stable-pages/", "/"]) {
  test(`below ${subPath}, after the first visit, everything works without a network`, async () => {
    const server = await serve(subPath);
    const { open, close } = await visitor();
    const first = await open(server.url);
    await kept(first);
    assert.deepEqual(await caches(first), [buildOf(dist)]);
    assert.deepEqual(first.problems(), []);
    server.stop();
    // The open page, although it was loaded before the service worker was there.
    await go(first, "#unlock-gap");
    await titled(first, "unlock_page before");
    await first.reload();
    await ready(first);
    await titled(first, "unlock_page before");
    await works(first);
    // An ordering that was not opened before, in a page of its own with the address of a frame.
    for (const address of ["?embed#mkwrite-no-wait", "index.html?embed#mkwrite-no-wait"]) {
      const second = await open(server.url + address);
      await titled(second, "page_mkwrite without");
      await works(second);
      assert.deepEqual(second.problems(), []);
    }
    assert.deepEqual(first.problems(), []);
    await close();
  });
}

test("a newer build is announced, and comes when it is asked for; nothing is mixed", async () => {
  const server = await serve();
  const { open, close } = await visitor();
  const [old, other] = [await open(`${server.url}#unlock-gap`), await open(server.url)];
  await kept(old);
  const [first, second] = [buildOf(dist), buildOf(next)];
  assert.notEqual(first, second);
  assert.equal(await buildShown(old), first);

  server.folder = next;
  await look(old);
  await bar(old).waitFor({ timeout: 20_000 });
  assert.deepEqual(await axe(old), []);
  await bar(other).waitFor();
  assert.deepEqual(await caches(old), [first, second]);
  // An old page gets the files of its own build, although the server no longer has them.
  await go(old, "#mkwrite-no-wait");
  await titled(old, "page_mkwrite without");
  await works(old);

  await bar(other).getByRole("button", { name: "Close", exact: true }).click();
  assert.equal(await bar(other).count(), 0);

  await go(old, "#unlock-gap");
  await titled(old, "unlock_page before");
  await bar(old).getByRole("button", { name: "Reload" }).click();
  await old.waitForFunction((build) => document.querySelector('meta[name="build"]')?.content === build, second);
  await ready(old);
  await titled(old, "unlock_page before");
  assert.equal(new URL(old.url()).hash, "#unlock-gap");
  await works(old);
  assert.equal(await bar(old).count(), 0);

  // The other page is still of the first build and goes on working, although its service worker is the second build's.
  assert.equal(await buildShown(other), first);
  await go(other, "#mkwrite-no-wait");
  await titled(other, "page_mkwrite without");
  await works(other);
  assert.deepEqual(await caches(other), [first, second]);
  assert.deepEqual([...old.problems(), ...other.problems()], []);

  // Once it is closed, the first build's files are dropped; without a network the second build opens.
  await other.close();
  server.stop();
  // The address names the other kernel.
  await go(old, "#unlock-gap");
  await old.waitForFunction(() => document.querySelector(".settings select").value === "1");
  await old.reload();
  await ready(old);
  assert.equal(await buildShown(old), second);
  for (let i = 0; i < 75 && (await caches(old)).length > 1; i++) await old.waitForTimeout(200);
  assert.deepEqual(await caches(old), [second]);
  await works(old);
  assert.deepEqual(old.problems(), []);
  await close();
});

test("a page that is of the newer build already is not told of it", async () => {
  const server = await serve();
  const { open, close } = await visitor();
  const old = await open(server.url);
  await kept(old);
  server.folder = next;
  const fresh = await open(`${server.url}#unlock-gap`);
  assert.equal(await buildShown(fresh), buildOf(next), "the newest is shown where there is a network");
  await bar(old).waitFor({ timeout: 20_000 });
  await fresh.waitForTimeout(1000);
  assert.equal(await bar(fresh).count(), 0);
  await works(fresh);
  // Both pages go on without a network.
  server.stop();
  for (const page of [fresh, old]) {
    await go(page, "#guard-before-freeze");
    await titled(page, "Guards computed");
    await works(page);
    assert.deepEqual(page.problems(), []);
  }
  await close();
});

test("a build that is replaced while it is fetched is not kept", async () => {
  const server = await serve(undefined, copy("half"));
  writeFileSync(join(server.folder, "index.html"), read("index.html").replace(buildOf(dist), "00000000"));
  const { open, close } = await visitor();
  const page = await open(`${server.url}#unlock-gap`);
  const worker = () =>
    page.evaluate(async () => {
      const it = await navigator.serviceWorker.getRegistration();
      return it && (it.active ?? it.waiting ?? it.installing)?.state;
    });
  for (let i = 0; i < 50 && !(await worker()); i++) await page.waitForTimeout(100);
  assert.equal(await worker(), "installing");
  for (let i = 0; i < 200 && (await worker()) === "installing"; i++) await page.waitForTimeout(100);
  assert.equal(await worker(), undefined);
  await works(page);
  await close();
});

test("the page needs nobody's worker: without a secure address there is none", async () => {
  const server = await serve();
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.addInitScript(() => delete Navigator.prototype.serviceWorker);
  const { problems } = await watch(page, new URL(server.url).origin);
  await page.goto(server.url);
  await ready(page);
  await settled(page);
  assert.equal(await page.evaluate(() => "serviceWorker" in navigator), false);
  assert.deepEqual(problems(), []);
  await context.close();
});

test("the worker keeps every file that the page can ask for, and is small", () => {
  const script = read("sw.js");
  const template = readFileSync(new URL("../../src/sw.js", import.meta.url), "utf8");
  assert.ok(template.trimEnd().split("\n").length <= 80);
  const listed = [...script.matchAll(/^ {2}"(.*)",$/gm)].map((it) => it[1].replace(/\?.*/, ""));
  const all = readdirSync(dist, { recursive: true, withFileTypes: true }).filter((it) => it.isFile());
  const names = all.map((it) => join(it.parentPath, it.name).slice(dist.length + 1)).filter((it) => !it.startsWith(".stage"));
  // The page itself is kept under the address of its folder. The service worker leaves out pages without a program and
  // files for other programs.
  const others = (it) => /^(index\.html|sw\.js|share\.png|robots\.txt|sitemap\.xml|schema\/.*|scenarios\/.*\.(html|css)|kernel\/.*|lessons\/.*)$/.test(it);
  assert.deepEqual(listed.sort(), names.filter((it) => !others(it)).sort());
});

test("the manifest is right, and its icons are of the sizes it states", () => {
  assert.match(read("index.html"), /<link\b[^>]*href="?manifest\.webmanifest"?[^>]*>/);
  const manifest = JSON.parse(read("manifest.webmanifest"));
  assert.match(manifest.name, /^Stable Pages/);
  assert.equal(manifest.short_name, "Stable Pages");
  assert.equal(manifest.display, "standalone");
  for (const address of [manifest.id, manifest.start_url, manifest.scope]) assert.equal(address, "./");
  for (const purpose of [undefined, "maskable"]) {
    for (const size of [192, 512]) {
      const icon = manifest.icons.find((it) => it.sizes === `${size}x${size}` && it.purpose === purpose);
      const png = readFileSync(join(dist, icon.src));
      assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [size, size]);
    }
  }
});

test("links to the page are shown with a title, a text and a picture", () => {
  const html = read("index.html");
  for (const name of ["og:title", "og:description", "og:type", "og:image", "twitter:card", "description", "theme-color"]) {
    assert.match(html, new RegExp(`<meta\\b[^>]*(name|property)="?${name}"?[ />]`), name);
  }
  const png = readFileSync(join(dist, "share.png"));
  assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [1200, 630]);
  assert.ok(png.length < 80_000);
});

test("only a build that knows its address tells it", () => {
  const without = copy("without");
  execFileSync(publish, [without], { env: { ...process.env, SITE_URL: "" } });
  assert.equal(buildOf(without), buildOf(dist), "the same files, the same build");
  assert.ok(!existsSync(join(without, "sitemap.xml")));
  assert.doesNotMatch(read("robots.txt", without), /sitemap/i);
  assert.doesNotMatch(read("index.html", without), /canonical|og:url/);

  const site = "https://example.org/kernel/pages/";
  const folder = copy("with");
  execFileSync(publish, [folder], { env: { ...process.env, SITE_URL: site.slice(0, -1) } });
  assert.notEqual(buildOf(folder), buildOf(dist));
  assert.ok(read("robots.txt", folder).includes(`Sitemap: ${site}sitemap.xml\n`));
  const sitemap = [...read("sitemap.xml", folder).matchAll(/<loc>(.*?)<\/loc>/g)].map((it) => it[1]);
  assert.deepEqual(sitemap.sort(), [site, ...plain.map((name) => site + name)].sort());
  for (const name of ["index.html", "scenarios/unlock-gap.html", "kernel/protocol.html"]) {
    const address = name === "index.html" ? site : site + name;
    const html = read(name, folder);
    assert.ok(html.includes(`<link rel="canonical" href="${address}" />`), name);
    assert.ok(html.includes(`<meta property="og:url" content="${address}" />`), name);
    assert.ok(html.includes(`"${site}share.png"`), name);
  }
  for (const bad of ["example.org", 'https://example.org/"><script>', "https://example.org/a b"]) {
    const run = () => execFileSync(publish, [folder], { env: { ...process.env, SITE_URL: bad }, stdio: "pipe" });
    assert.throws(run, /SITE_URL=/);
  }
});

test("without JavaScript the page tells the protocol, and leads to every ordering", async () => {
  const server = await serve();
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(server.url);
  const text = await page.locator("main").innerText();
  for (const words of [/set_page_writeback/, /Chris Mason/, /b218.*9f99/s, /-EILSEQ/]) {
    assert.match(text, words);
  }
  await page.getByRole("link", { name: "every ordering is told in words" }).click();
  await page.locator("h1", { hasText: "All orderings" }).waitFor();
  await page.locator('a[href="unlock-gap.html"]').click();
  await page.locator("h1", { hasText: "unlock_page before" }).waitFor();
  await page.goto(server.url);
  await page.getByRole("link", { name: "Unlock the page too early" }).click();
  await page.locator("h1", { hasText: "unlock_page before" }).waitFor();
  await context.close();
});

/** Where sources lead. */
const ARCHIVES = new Set(["git.kernel.org", "docs.kernel.org", "lore.kernel.org", "lkml.iu.edu", "lwn.net", "man7.org", "www.spinics.net"]);

test("every ordering has a page that tells it, and the dossier its own: well-formed, without a program, all links lead somewhere", async () => {
  const server = await serve();
  const page = await browser.newPage({ javaScriptEnabled: true });
  const { problems } = await watch(page, new URL(server.url).origin);
  await page.goto(new URL("scenarios/index.html", server.url).href);
  const listed = await page.locator("main a").evaluateAll((all) => all.map((it) => it.getAttribute("href")));
  assert.deepEqual(listed.map((it) => it.replace(/\.html$/, "")).sort(), [...slugs].sort());
  const titles = new Set();
  for (const name of plain) {
    const [folder, slug] = name.replace(/\.html$/, "").split("/");
    const text = read(name);
    const found = await page.evaluate((text) => {
      const it = new DOMParser().parseFromString(text.replace("<!doctype html>", ""), "application/xhtml+xml");
      const all = (selector) => [...it.querySelectorAll(selector)];
      return {
        error: it.querySelector("parsererror")?.textContent,
        lang: it.documentElement.getAttribute("lang"),
        title: it.querySelector("title")?.textContent,
        about: it.querySelector("meta[name=description]")?.getAttribute("content"),
        policy: it.querySelector("meta[http-equiv]")?.getAttribute("content"),
        heads: all("h1").length,
        steps: all("ol > li").length,
        devices: all("td").length,
        links: all("[href]").map((it) => it.getAttribute("href")),
        pictures: all("img").map((it) => [it.getAttribute("src"), it.getAttribute("alt")]),
        active: all("script, style, [style], iframe, form").length,
        ticks: it.documentElement.textContent.includes("`"),
      };
    }, text);
    assert.equal(found.error, undefined, name);
    assert.equal(found.lang, "en");
    assert.ok(found.title && found.about, name);
    assert.ok(!titles.has(found.title), `two pages are called ${found.title}`);
    titles.add(found.title);
    assert.match(found.policy, /^default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'$/);
    assert.equal(found.heads, 1, name);
    assert.equal(found.active, 0, name);
    assert.ok(!found.ticks, name);
    if (folder === "scenarios" && slug !== "index") {
      assert.ok(found.steps >= 3, name);
      assert.ok(found.devices >= 4, name);
      assert.ok(found.links.includes(`../#${slug}`), name);
      assert.ok(found.links.some((it) => /^\.\.\/kernel\/.*#/.test(it)), `${name} leads to no section of the dossier`);
    }
    for (const [src, alt] of found.pictures) {
      assert.ok(alt, name);
      assert.ok(existsSync(join(dist, folder, src)), `${name} shows ${src}`);
    }
    for (const link of found.links) {
      // Sources lead to other sites, where nothing is fetched from until one is followed.
      if (ARCHIVES.has(new URL(link, server.url).hostname)) continue;
      const to = new URL(link, new URL(name, server.url));
      assert.equal(to.origin, new URL(server.url).origin, `${name}: ${link}`);
      const file = to.pathname.slice(new URL(server.url).pathname.length) || "index.html";
      assert.ok(existsSync(join(dist, file)), `${name} links to ${link}`);
    }
  }
  for (const [name, width, colorScheme] of [
    ["scenarios/index", 1440, "light"],
    ["kernel/index", 1440, "light"],
    ["kernel/protocol", 360, "dark"],
    ["kernel/orderings", 360, "light"],
    ["kernel/diagrams", 360, "light"],
    ["scenarios/unlock-gap", 360, "dark"],
    ["lessons/index", 360, "light"],
    ["lessons/teachers", 1440, "dark"],
    ["lessons/lock-and-bit", 360, "light"],
    ["lessons/challenges", 360, "dark"],
    ["scenarios/two-page-inversion", 360, "light"],
  ]) {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme });
    await page.goto(new URL(`${name}.html`, server.url).href);
    assert.deepEqual(await axe(page), [], name);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), `${name} is too wide`);
  }
  // From an ordering to its place in the dossier, and back.
  await page.locator('main a[href="../kernel/orderings.html#S26"]').first().click();
  await page.locator("#S26", { hasText: "two-page-inversion" }).waitFor();
  await page.locator('#S26 + p a[href="../scenarios/two-page-inversion.html"]').click();
  await page.locator("a", { hasText: "Step through it" }).click();
  await titled(page, "wraps around");
  assert.deepEqual(problems(), []);
  await page.close();
});
