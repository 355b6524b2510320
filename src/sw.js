// The page without a network: a service worker that keeps all files of one build.
// The only JavaScript written by hand: a browser takes nothing else for this. tools/publish.sh fills in the constants.
//
// Files of two builds are never mixed: a name with the content in it (or in its query) means the same file in every
// build, so a page goes on getting the files it was built with although a newer worker has taken over.
const BUILD = "";
const NAMED = []; // Files with their content in their names.
const PLAIN = []; // Other files.

const SCOPE = self.registration.scope;
// Pages of other paths may be served from the same place, and keep their own.
const PREFIX = `stable-pages ${SCOPE} `;
const CACHE = PREFIX + BUILD;

let wanted = null; // The page whose visitor asked for this build.
const tell = async (id, what) => (await self.clients.get(id))?.postMessage(what);

self.addEventListener("install", (event) => event.waitUntil(install()));
// Claims the page that registered the first worker, which need not be loaded again to work without a network.
self.addEventListener("activate", (event) =>
  event.waitUntil(self.clients.claim().then(() => wanted && tell(wanted, "reload"))),
);

// Pages speak to the worker they have. It hands on what is for the one that waits, which says its build, or takes over.
self.addEventListener("message", ({ data, source }) => {
  const { waiting } = self.registration;
  if (data.ask) tell(data.ask, BUILD);
  else if (data.want) (wanted = data.want), self.skipWaiting();
  else if (data === "take over") waiting ? waiting.postMessage({ want: source.id }) : tell(source.id, "reload");
  else waiting?.postMessage({ ask: source.id });
  // Without a network there is nothing newer.
  if (data === "look") self.registration.update().catch(() => {});
});

self.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  if (method !== "GET" || !url.startsWith(SCOPE)) return;
  if (mode !== "navigate") return event.respondWith(file(event.request));
  // With any query, such as ?embed. The plain pages are left to the browser.
  if (!["", "index.html"].includes(url.slice(SCOPE.length).replace(/[?#].*/, ""))) return;
  event.respondWith(page(event.request));
  event.waitUntil(tidy());
});

async function install() {
  const cache = await caches.open(CACHE);
  const fresh = PLAIN.map((name) => new Request(name, { cache: "no-cache" }));
  await cache.addAll([...NAMED, ...fresh]);
  // Last: if it still is of this build, so was everything before it, whatever was published meanwhile.
  const index = await fetch("./", { cache: "no-cache" });
  if (!(await index.clone().text()).includes(BUILD)) throw new Error(`the server has another build than ${BUILD}`);
  await cache.put("./", index);
  for (const { id } of await self.clients.matchAll({ includeUncontrolled: true })) tell(id, BUILD);
}

async function file(request) {
  const options = { ignoreVary: true };
  const own = await (await caches.open(CACHE)).match(request, options);
  return own ?? (await caches.match(request, options)) ?? fetch(request);
}

// From the network, so that a link to something new leads there; where that does not answer, from here.
async function page(request) {
  try {
    const answer = await fetch(request, { cache: "no-cache", signal: AbortSignal.timeout(5000) });
    if (answer.ok || answer.type === "opaqueredirect") return answer;
  } catch {} // Cut off, or too slow.
  return (await (await caches.open(CACHE)).match("./")) ?? fetch(request);
}

// Drops what older builds left, once a page is open and nothing else: a moment later the one it replaced is gone.
async function tidy() {
  await new Promise((done) => setTimeout(done, 5000));
  const pages = await self.clients.matchAll({ includeUncontrolled: true });
  if (pages.filter((it) => it.url.startsWith(SCOPE)).length > 1) return;
  const names = (await caches.keys()).filter((it) => it.startsWith(PREFIX));
  // Those after it are of newer builds.
  await Promise.all(names.slice(0, Math.max(0, names.indexOf(CACHE))).map((it) => caches.delete(it)));
}
