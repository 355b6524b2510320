// The page without a network: a service worker that keeps all files of one build.
// It is the page's only JavaScript written by hand, since a browser needs a script here. tools/publish.sh fills in the constants.
//
// Files of two builds are never mixed: a file with a hash of its content in its name or query is the same in every build,
// so a page goes on getting the files it was built with although a newer service worker has taken over.
const BUILD = "";
const NAMED = []; // Files with a hash of their content in their names.
const PLAIN = []; // Other files.

const SCOPE = self.registration.scope;
// Other copies of the page may be served from other paths of this host; the prefix keeps their caches apart.
const PREFIX = `stable-pages ${SCOPE} `;
const CACHE = PREFIX + BUILD;
let wanted = null; // The id of the page whose visitor chose to change to this build.
const tell = async (id, what) => (await self.clients.get(id))?.postMessage(what);

self.addEventListener("install", (event) => event.waitUntil(install()));
// Claims the page that registered the first service worker, so that it works without a network before it is loaded again.
self.addEventListener("activate", (event) =>
  event.waitUntil(self.clients.claim().then(() => wanted && tell(wanted, "reload"))),
);

// A page sends its messages to the active service worker, which passes some on to the waiting one: to say which build that is
// (`ask`), or to take over (`want`).
self.addEventListener("message", ({ data, source }) => {
  const { waiting } = self.registration;
  if (data.ask) tell(data.ask, BUILD);
  else if (data.want) (wanted = data.want), self.skipWaiting();
  else if (data === "take over") waiting ? waiting.postMessage({ want: source.id }) : tell(source.id, "reload");
  else waiting?.postMessage({ ask: source.id });
  // Without a network the update fails, and there is no newer build.
  if (data === "look") self.registration.update().catch(() => {});
});

self.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  if (method !== "GET" || !url.startsWith(SCOPE)) return;
  if (mode !== "navigate") return event.respondWith(file(event.request));
  // Only the page itself, with any query such as ?embed; the browser loads the plain pages from the network.
  if (!["", "index.html"].includes(url.slice(SCOPE.length).replace(/[?#].*/, ""))) return;
  event.respondWith(page(event.request));
  event.waitUntil(tidy());
});

async function install() {
  await new Promise((done) => setTimeout(done, 3000)); // Else it would take the processors from the page and its checker.
  const cache = await caches.open(CACHE);
  const fresh = PLAIN.map((name) => new Request(name, { cache: "no-cache" }));
  await cache.addAll([...NAMED, ...fresh]);
  // The page is fetched last: if it is still of this build, nothing newer was published while the other files were fetched.
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

// The page comes from the network, so that a link to something new opens; from the cache if the network does not answer.
async function page(request) {
  try {
    const answer = await fetch(request, { cache: "no-cache", signal: AbortSignal.timeout(5000) });
    if (answer.ok || answer.type === "opaqueredirect") return answer;
  } catch {} // No network, or a slow one: the cache has the page.
  return (await (await caches.open(CACHE)).match("./")) ?? fetch(request);
}

// Drops the caches of older builds if only one page is open. It waits a moment, in which a page that this one replaced is closed.
async function tidy() {
  await new Promise((done) => setTimeout(done, 5000));
  const pages = await self.clients.matchAll({ includeUncontrolled: true });
  if (pages.filter((it) => it.url.startsWith(SCOPE)).length > 1) return;
  const names = (await caches.keys()).filter((it) => it.startsWith(PREFIX));
  // Caches are in the order of their creation, so those behind this one are of newer builds.
  await Promise.all(names.slice(0, Math.max(0, names.indexOf(CACHE))).map((it) => caches.delete(it)));
}
