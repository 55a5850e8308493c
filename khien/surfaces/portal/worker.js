/* The page that checks certificates, without a network. VERSION and KEPT are put before this by the server.
   It keeps the page as it was last seen; the page itself keeps the list of signers (check.js). What is checked is never kept. */
"use strict";
const SHELF = `khien-kiem-tra-${VERSION}`;
const LASTING = "khien-kiem-tra";
const PAGE = "/kiem-tra";

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    await (await caches.open(SHELF)).addAll(KEPT);
    await (await caches.open(LASTING)).add(PAGE);
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith(`${LASTING}-`) && name !== SHELF) await caches.delete(name);
    }
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (/^\/(static|css)\//.test(url.pathname)) event.respondWith(fixed(event.request));
  else if (event.request.mode === "navigate" && url.pathname === PAGE) event.respondWith(fresh(event.request));
});

async function fixed(request) {
  return (await caches.match(request, { ignoreVary: true })) || fetch(request);
}

/* What the network says; without it what was kept. */
async function fresh(request) {
  const kept = await caches.open(LASTING);
  try {
    const found = await fetch(request);
    if (found.ok && !found.redirected) await kept.put(PAGE, found.clone());
    return found;
  } catch {
    return (await kept.match(PAGE, { ignoreVary: true })) || Response.error();
  }
}
