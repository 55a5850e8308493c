/* The health book without a network. VERSION and KEPT are put before this by the server.
   Pages of a person are kept only where the person asked for it (book.js), renewed when they are looked at,
   and cleared at sign-out or when another account signs in. */
"use strict";
const SHELF = `khien-so-shell-${VERSION}`;
const PAGES = "khien-so-pages";
const WHOSE = "/so/.whose";
const PATIENCE = 6000; // ms; then the kept page is shown rather than nothing

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELF).then((shelf) => shelf.addAll(KEPT)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith("khien-so-shell-") && name !== SHELF) await caches.delete(name);
    }
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (/^\/(static|css)\//.test(url.pathname)) event.respondWith(fixed(event.request));
  else if (event.request.mode === "navigate" && url.pathname.startsWith("/so/")) event.respondWith(page(event.request, url));
});

async function fixed(request) {
  return (await caches.match(request, { ignoreVary: true })) || fetch(request);
}

async function page(request, url) {
  const kept = await (await caches.open(PAGES)).match(url.pathname, { ignoreVary: true });
  try {
    const fresh = await (kept ? soon(fetch(request)) : fetch(request));
    await mind(url.pathname, fresh, Boolean(kept));
    return fresh;
  } catch {
    return kept || (await caches.match("/so/ngoai-tuyen")) || Response.error();
  }
}

function soon(answer) {
  return Promise.race([answer, new Promise((_, fail) => setTimeout(() => fail(new Error("slow")), PATIENCE))]);
}

/* Clear what another account left; renew a kept page, or drop it when it is no longer there. */
async function mind(path, fresh, kept) {
  const whose = fresh.headers.get("X-Khien-Book");
  if (whose) {
    const pages = await caches.open(PAGES);
    const before = await pages.match(WHOSE);
    if (whose === "none" || (before && (await before.text()) !== whose)) await caches.delete(PAGES);
    if (whose !== "none") await (await caches.open(PAGES)).put(WHOSE, new Response(whose));
  }
  if (kept && fresh.status === 404) await (await caches.open(PAGES)).delete(path);
  if (kept && fresh.ok && !fresh.redirected && whose && whose !== "none") await (await caches.open(PAGES)).put(path, fresh.clone());
}
