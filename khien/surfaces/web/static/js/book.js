/* The health book: works without this; with it the app can be installed, pages are kept, the screen stays awake. */
"use strict";
(() => {
  const PAGES = "khien-so-pages";
  const WHOSE = "/so/.whose";
  if ("serviceWorker" in navigator && window.isSecureContext) {
    navigator.serviceWorker.register("/so/sw.js", { scope: "/so/" }).catch(() => {});
  }
  const store = "caches" in window && window.isSecureContext;

  /* In a large family whose book is open is in sight, without moving the page. */
  const strip = document.querySelector(".kh-family__in");
  const open = strip?.querySelector("[aria-current]")?.parentElement;
  if (open) strip.scrollLeft = open.offsetLeft - strip.offsetLeft - (strip.clientWidth - open.offsetWidth) / 2;

  if (store && document.querySelector("[data-forget]")) caches.delete(PAGES);

  /* "Keep on this device": the button shows only where the device can. */
  const keeper = document.querySelector("[data-keep]");
  if (store && keeper) {
    const said = document.querySelector("[data-kept]");
    const show = (kept) => {
      keeper.hidden = kept;
      if (said) said.hidden = !kept;
    };
    caches.open(PAGES).then((pages) => pages.match(location.pathname, { ignoreVary: true })).then((kept) => show(Boolean(kept)));
    keeper.addEventListener("click", async () => {
      const answer = await fetch(location.pathname, { credentials: "same-origin" });
      const whose = answer.headers.get("X-Khien-Book");
      if (!answer.ok || answer.redirected || !whose) return;
      const pages = await caches.open(PAGES);
      await pages.put(WHOSE, new Response(whose));
      await pages.put(location.pathname, answer);
      show(true);
    });
  }

  /* A kept page says that it is one. */
  const away = document.querySelector("[data-away]");
  if (away) {
    const tell = () => { away.hidden = navigator.onLine; };
    tell();
    window.addEventListener("online", tell);
    window.addEventListener("offline", tell);
  }

  /* The page without a network lists what this device kept. */
  const list = document.querySelector("[data-kept-list]");
  if (store && list) {
    (async () => {
      const pages = await caches.open(PAGES);
      for (const key of await pages.keys()) {
        const path = new URL(key.url).pathname;
        if (path === WHOSE) continue;
        const text = await (await pages.match(key)).text();
        const title = new DOMParser().parseFromString(text, "text/html").title.replace(/ - Khiên$/, "");
        const item = document.createElement("li");
        const link = document.createElement("a");
        link.href = path;
        link.textContent = title || path;
        item.append(link);
        list.append(item);
      }
      const empty = document.querySelector("[data-kept-none]");
      if (empty) empty.hidden = list.children.length > 0;
    })();
  }

  /* The certificate keeps the screen awake while it is shown. */
  if (document.querySelector("[data-awake]") && "wakeLock" in navigator) {
    const hold = () => {
      if (document.visibilityState === "visible") navigator.wakeLock.request("screen").catch(() => {});
    };
    document.addEventListener("visibilitychange", hold);
    hold();
  }
})();
