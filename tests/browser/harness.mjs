// Common to the browser tests: a server that serves dist/ as a static host does, Chromium, and pages whose errors
// and failed requests are recorded.
//
//     const site = await start();
//     const { page, problems } = await site.open("#v1/dif", { width: 390, height: 844 });
//     assert.deepEqual(problems(), []);
//     await site.stop();

import { accessSync, constants, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { delimiter, extname, join, normalize, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

/** The folder under test: dist/ of the repository, unless $DIST says otherwise. */
export const dist = resolve(process.env.DIST ?? fileURLToPath(new URL("../../dist", import.meta.url)));

/** The text of a scenario's file, which the page itself never sees. */
export const scenario = (slug) => readFileSync(new URL(`../../assets/scenarios/${slug}.toml`, import.meta.url), "utf8");

const MIME = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
};

// Without the network flags Chromium calls home at every start; --no-sandbox
// because root may not use the sandbox.
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

// The page is served below a path, so that an absolute URL in it fails.
const SUB_PATH = "/some/stable-pages/";

/** Starts Chromium with further `flags`, and servers as tests need them. Call `stop` at the end. */
export async function start(flags = []) {
  const args = [...FLAGS, ...flags];
  const browser = await chromium.launch({ executablePath: findChromium(), headless: true, args });
  const servers = new Map();

  async function urlOf(subPath) {
    if (!servers.has(subPath)) servers.set(subPath, await serve(subPath));
    return servers.get(subPath).url;
  }

  /**
   * Opens the page in a context of its own and waits until it has mounted, unless `mounts` says that it will not.
   * `context` may hold further options of Playwright's newContext; `headers` are added to the response with the page;
   * requests for files that match `missing` fail; those for files that match `late` wait for the promise `until`.
   * Without `visited` it is a first visit, which begins with the course; `script` runs before the page's own.
   * Service workers are blocked unless `context` allows them, since their requests would not be recorded.
   */
  async function open(fragment = "", options = {}) {
    const {
      width = 1440,
      height = 900,
      colorScheme = "light",
      reducedMotion = "no-preference",
      subPath = SUB_PATH,
      headers = {},
      missing = null,
      late = null,
      until = null,
      mounts = true,
      visited = true,
      script = null,
      context: more = {},
    } = options;
    const url = await urlOf(subPath);
    const viewport = { width, height };
    const context = await browser.newContext({ viewport, colorScheme, reducedMotion, serviceWorkers: "block", ...more });
    const page = await context.newPage();
    if (script) await page.addInitScript(script);
    if (visited) {
      await page.addInitScript(() => localStorage.getItem("stable-pages-place") ?? localStorage.setItem("stable-pages-place", "workbench"));
    }
    if (missing) await page.route(missing, (route) => route.fulfill({ status: 404, body: "not found" }));
    if (late) await page.route(late, async (route) => (await until, route.continue()));
    if (Object.keys(headers).length > 0) {
      await page.route(url, async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, headers: { ...response.headers(), ...headers } });
      });
    }
    const record = await watch(page, new URL(url).origin);
    await page.goto(url + fragment);
    if (mounts) try {
      await page.locator('html[data-ready="true"]').waitFor({ state: "attached", timeout: 20_000 });
    } catch {
      throw new Error(`the page did not mount (no data-ready="true" on <html>): ${JSON.stringify(record.problems(), null, 2)}`);
    }
    return { page, url, ...record, close: () => context.close() };
  }

  async function stop() {
    await browser.close();
    for (const server of servers.values()) server.stop();
  }

  return { browser, open, stop };
}

/** The lists of kernels and devices: which is chosen, as scenario files call it; and choosing another. */
export const lists = {
  /** The list of kernels, or that of devices. */
  kernel: (page) => page.locator(".settings select").nth(0),
  device: (page) => page.locator(".settings select").nth(1),
  /** "6.19" of "Linux 6.19", "none" of "ordinary disk (none)". */
  chosen: (list) => list.evaluate((it) => it.selectedOptions[0].textContent.replace(/^Linux |^.*\(|\)$/g, "")),
  async choose(list, word) {
    const all = await list.locator("option").allTextContents();
    const label = all.find((it) => it === `Linux ${word}` || it.endsWith(`(${word})`));
    await list.selectOption({ label });
  },
};

/** Opens a panel of the checker's by the name of its button, in whose tab it is. */
export async function openPanel(page, name) {
  const button = page.getByRole("button", { name, exact: true });
  if (!(await button.first().isVisible())) await page.getByRole("button", { name: "Check", exact: true }).click();
  await button.first().click();
}

/** Waits until the worker has drawn all its sections for the moment shown. */
export async function settled(page) {
  await page.locator('#side[aria-busy="false"]').waitFor({ state: "attached" });
}

/** The text of the page's main part, without the outlooks, which the worker sends a moment later. */
export async function said(page) {
  await settled(page);
  return page.evaluate(() => {
    const main = document.querySelector("main");
    // What would happen without the step comes even later, after a search of its own.
    const late = [...main.querySelectorAll(".outlook, [data-part=why] :is(dt, dd), [data-part=why] > button")];
    // An outlook has a line that is short and one that is whole.
    const words = late.flatMap((it) => it.innerText.split("\n").map((line) => line.trim()));
    const lines = main.innerText.split("\n").filter((line) => line.trim() && !words.includes(line.trim()));
    return lines.join("\n");
  });
}

/** All bytes of a place in the inspector, after unfolding them. */
export async function inspected(page, place) {
  const all = page.getByRole("button", { name: "Show every byte" });
  if ((await all.count()) > 0) {
    await all.click();
    await settled(page);
  }
  const letter = await page.locator(`[data-part="held-${place}"] .version`).textContent();
  const lines = await page.locator(`[data-part="bytes-${letter}"]`).allTextContents();
  const hex = lines.join("").replace(/\s/g, "");
  return hex.match(/../g).map((byte) => parseInt(byte, 16));
}

/** The faults that axe finds, each as "rule: description (selectors)". */
export async function axe(page, options = {}) {
  // axe is injected by `evaluate`, since the page's Content-Security-Policy refuses a <script>.
  const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  await page.evaluate(source);
  const { violations } = await page.evaluate((options) => globalThis.axe.run(document, options), options);
  return violations.map(({ id, help, nodes }) => `${id}: ${help} (${nodes.map((node) => node.target.join(" ")).join(", ")})`);
}

/** Records the errors and failed requests of a page in arrays that grow as long as it is open. */
export async function watch(page, origin) {
  const consoleErrors = []; // Warnings too, since the page should cause none.
  const pageErrors = [];
  const cspViolations = [];
  const foreignRequests = [];
  const failedRequests = [];

  page.on("console", (message) => {
    // This is Playwright's own message, not the page's.
    if (message.text() === "Service Worker registration blocked by Playwright") return;
    if (message.type() === "error" || message.type() === "warning") consoleErrors.push(message.text());
  });
  page.on("pageerror", (error) => pageErrors.push(String(error)));
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.origin !== origin && !["data:", "blob:"].includes(url.protocol)) foreignRequests.push(url.href);
  });
  page.on("requestfailed", (request) => {
    const why = request.failure()?.errorText;
    // The browser gives up an icon that is still on its way when the page is loaded again; a missing one is not aborted.
    if (why === "net::ERR_ABORTED" && request.url().includes("/favicon-")) return;
    failedRequests.push(`${request.url()} ${why}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400) failedRequests.push(`${response.url()} ${response.status()}`);
  });
  await page.exposeFunction("__cspViolation", (text) => cspViolations.push(text));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) =>
      window.__cspViolation(`${event.effectiveDirective} refused ${event.blockedURI} ${event.sample}`.trim()),
    );
  });

  const lists = { consoleErrors, pageErrors, cspViolations, foreignRequests, failedRequests };
  const problems = () => Object.entries(lists).flatMap(([kind, list]) => list.map((text) => `${kind}: ${text}`));
  return { ...lists, problems };
}

/**
 * Serves a folder below `subPath`, and nothing for other addresses. Setting `folder` to another one is what a deploy does;
 * `stop` and `begin` take the server off the network and put it back.
 */
export async function serve(subPath = SUB_PATH, folder = dist) {
  const site = { folder };
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
    const name = path === subPath ? "index.html" : path.slice(subPath.length);
    const file = normalize(join(site.folder, name));
    try {
      if (!path.startsWith(subPath) || !file.startsWith(site.folder + sep)) throw new Error("not ours");
      const body = await readFile(file);
      response.writeHead(200, { "content-type": MIME[extname(file)] ?? "application/octet-stream" });
      response.end(body);
    } catch {
      response.writeHead(404, { "content-type": "text/plain" });
      response.end("not found");
    }
  });
  const listen = (port) => new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  await listen(0);
  const { port } = server.address();
  site.url = `http://127.0.0.1:${port}${subPath}`;
  site.begin = () => listen(port);
  site.stop = () => {
    server.close();
    server.closeAllConnections();
  };
  return site;
}

/** $CHROMIUM, or the first browser of the family on PATH. */
function findChromium() {
  const names = process.env.CHROMIUM ? [process.env.CHROMIUM] : ["chromium", "chromium-browser", "google-chrome"];
  for (const name of names) {
    const places = name.includes(sep) ? [resolve(name)] : (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, name));
    for (const place of places) {
      try {
        accessSync(place, constants.X_OK);
        return place;
      } catch {
        // Not this one: the next name is tried.
      }
    }
  }
  throw new Error(`no browser found (looked for ${names.join(", ")}); run tools/setup.sh browser, or set CHROMIUM`);
}
