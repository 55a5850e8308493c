/* The desks without a network. VERSION, KEPT and DOOR are put before this by the server.
   It keeps pages and scripts only: nothing that the server told about a session, its staff or a person. What was done on the
   tablet lies in the vault, which no version of this touches. */
"use strict";
const SHELF = `khien-diem-${VERSION}`;
const PATIENCE = 5000; // ms; then the kept page is shown rather than nothing
const RULES = /^\/diem\/luat\.(zip|js)$/;
const DESK = /^\/diem\/[0-9a-f]{8}-[0-9a-f-]{27}\/?$/;

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const shelf = await caches.open(SHELF);
    // What a version before already holds under the same address is the same content: it is not fetched again.
    await Promise.all(KEPT.map(async (address) => {
      const known = address.includes("?v=") && (await caches.match(address));
      if (known) await shelf.put(address, known);
      else await shelf.add(new Request(address, { cache: "reload" }));
    }));
    await shelf.add(new Request(DOOR, { cache: "reload" }));
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith("khien-diem-") && name !== SHELF) await caches.delete(name);
    await self.clients.claim();
  })());
});

/* The kept page again, in the language that is now chosen. */
self.addEventListener("message", (event) => {
  if (event.data?.kind !== "shell") return;
  event.waitUntil(caches.open(SHELF).then((shelf) => shelf.add(new Request(DOOR, { cache: "reload" }))).catch(() => {}));
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (event.request.mode === "navigate") event.respondWith(page(event.request, url));
  else if (RULES.test(url.pathname)) event.respondWith(rules(event.request));
  else if (/^\/(static|css)\//.test(url.pathname) || KEPT.includes(url.pathname + url.search)) event.respondWith(fixed(event.request));
});

/* A pack that was taken before the server was upgraded names rules that are gone: without a line those of now answer. */
async function rules(request) {
  const shelf = await caches.open(SHELF);
  const same = await shelf.match(request, { ignoreVary: true });
  return same || (await fetch(request).catch(() => null)) || (await shelf.match(request, { ignoreVary: true, ignoreSearch: true })) || Response.error();
}

async function fixed(request) {
  return (await (await caches.open(SHELF)).match(request, { ignoreVary: true })) || fetch(request);
}

/* The server's page; without a line, or with a server that cannot answer, the kept one. A desk whose session lies on this tablet opens
   by its passphrase when the line is slow, and when nobody is signed in any more. */
async function page(request, url) {
  const mine = DESK.test(url.pathname) && (await carried(url.pathname.split("/")[2]));
  let fresh = null;
  try {
    fresh = await (mine ? soon(fetch(request)) : fetch(request));
    if (fresh.type === "opaqueredirect" ? !mine : fresh.status < 502) return fresh;
  } catch { /* no line */ }
  return (await (await caches.open(SHELF)).match(DOOR, { ignoreVary: true })) || fresh || Response.error();
}

function soon(answer) {
  return Promise.race([answer, new Promise((_, fail) => setTimeout(() => fail(new Error("slow")), PATIENCE))]);
}

/* Whether the pack of this session lies in the vault. */
function carried(session) {
  return new Promise((done) => {
    const asked = indexedDB.open("khien-desk");
    asked.onupgradeneeded = () => asked.transaction.abort();
    asked.onerror = () => done(false);
    asked.onsuccess = () => {
      const base = asked.result;
      base.onversionchange = () => base.close();
      try {
        const got = base.transaction("packs").objectStore("packs").getKey(session);
        got.onsuccess = () => (base.close(), done(Boolean(got.result)));
        got.onerror = () => (base.close(), done(false));
      } catch {
        base.close();
        done(false);
      }
    };
  });
}
