// Makes PNGs of those SVGs that are needed as PNGs too, in Chromium:
//
//   make pictures
//
// assets/icons/favicon.svg for the icons of an installed page, and assets/site/share.svg for previews of links.

import { readFile, stat, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { start } from "../tests/browser/harness.mjs";

const assets = (name) => fileURLToPath(new URL(`../assets/${name}`, import.meta.url));

// Systems cut maskable icons into shapes of their own, down to a circle over 80 % of the width: the drawing is made
// smaller, on a full square of its colour.
const icon = await readFile(assets("icons/favicon.svg"), "utf8");
const maskable = icon
  .replace('viewBox="0 0 32 32"', 'viewBox="-4 -4 40 40"')
  .replace('<rect x="3" y="3" width="26" height="26" rx="5"', '<rect x="-4" y="-4" width="40" height="40"');
if (!/-4 -4 40 40.*width="40"/s.test(maskable)) throw new Error("favicon.svg is not drawn as it was");

const PICTURES = [
  ["icons/icon-192.png", icon, 192, 192],
  ["icons/icon-512.png", icon, 512, 512],
  ["icons/maskable-192.png", maskable, 192, 192],
  ["icons/maskable-512.png", maskable, 512, 512],
  ["site/share.png", await readFile(assets("site/share.svg"), "utf8"), 1200, 630],
];

const { browser, stop } = await start();
for (const [name, svg, width, height] of PICTURES) {
  const page = await browser.newPage({ viewport: { width, height } });
  await page.setContent(`<style>body { margin: 0 } svg { display: block; width: 100vw; height: 100vh }</style>${svg}`);
  await writeFile(assets(name), await page.screenshot({ omitBackground: true }));
  await page.close();
  console.log(`${String((await stat(assets(name))).size).padStart(7)} bytes  assets/${name}`);
}
await stop();
