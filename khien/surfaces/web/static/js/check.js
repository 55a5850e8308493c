/* The check of a certificate goes to the server where there is a network; without one this device judges by the list it kept.
   Without this script the form is sent as any other. */
"use strict";
(() => {
  const form = document.querySelector("[data-check]");
  if (!form || !("serviceWorker" in navigator) || !globalThis.crypto?.subtle || !("DecompressionStream" in globalThis)) return;
  const KEPT = "khien-kiem-tra", PATIENCE = 4000, AT_EASE = 60000; // ms; whoever waits for an answer has no network beyond the first
  const part = (name) => document.querySelector(`[data-check-${name}]`);
  const trouble = part("trouble");

  let busy = false;

  const registered = navigator.serviceWorker.register(form.dataset.worker, { scope: form.dataset.ask }).then(() => navigator.serviceWorker.ready);
  Promise.all([registered, reached(AT_EASE)]).then(async () => { part("ready").hidden = !(await kept()); })
    .catch(() => { /* then there is no check without a network */ });

  async function kept() {
    const found = await (await caches.open(KEPT)).match(form.dataset.list, { ignoreVary: true });
    return found ? found.json() : null;
  }

  /* Whether the server answers now; its list is renewed by the way. */
  async function reached(patience = PATIENCE) {
    try {
      const found = await fetch(form.dataset.list, { cache: "no-store", signal: AbortSignal.timeout(patience) });
      if (!found.ok) return false;
      await (await caches.open(KEPT)).put(form.dataset.list, found);
      await (await caches.open(KEPT)).put(`${form.dataset.list}.gio`, new Response(String(Date.now())));
      return true;
    } catch {
      return false;
    }
  }

  async function given() {
    const picture = form.elements.photo.files[0];
    if (!picture) return form.elements.text.value;
    if (!("BarcodeDetector" in globalThis)) return null;
    try {
      const found = await new BarcodeDetector({ formats: ["qr_code"] }).detect(await createImageBitmap(picture));
      return found.length === 1 ? found[0].rawValue : null;
    } catch {
      return null;
    }
  }

  function refuse(name) {
    trouble.hidden = false;
    for (const words of trouble.querySelectorAll("span")) words.hidden = !words.hasAttribute(name);
  }

  const shown = (day) => String(day).split("T")[0].split("-").reverse().join("/");
  const country = (code) => {
    try {
      return new Intl.DisplayNames([document.documentElement.lang], { type: "region" }).of(code);
    } catch {
      return code;
    }
  };
  const two = (number) => String(number).padStart(2, "0");
  const moment = (date) => `${two(date.getHours())}:${two(date.getMinutes())} ${two(date.getDate())}/${two(date.getMonth() + 1)}/${date.getFullYear()}`;

  function rows(found) {
    const name = found.certificate.get("nam"), entry = found.entry, words = part("words");
    const product = [...words.content.querySelectorAll("[data-product]")].find((one) => one.dataset.product === entry.get("mp"));
    const parts = (one, two) => [name.get(one), name.get(two)].filter(Boolean).join(" ");
    return {
      name: parts("fn", "gn") || parts("fnt", "gnt").replaceAll("<", " "), born: shown(found.certificate.get("dob") ?? ""),
      vaccine: entry.has("dn") ? product?.textContent ?? entry.get("mp") : "",
      dose: entry.has("dn") ? words.dataset.of.replace("{n}", String(entry.get("dn"))).replace("{all}", String(entry.get("sd"))) : "",
      on: entry.has("dn") ? shown(entry.get("dt") ?? "") : "", issuer: entry.get("is"), country: country(entry.get("co")),
      until: found.expires === null ? "" : moment(new Date(found.expires * 1000)).split(" ")[1],
    };
  }

  function answer(found, list, other) {
    const place = part("answer");
    place.replaceChildren(document.querySelector(`template[data-verdict="${other ? "other_code" : found.reason}"]`).content.cloneNode(true));
    const drawn = place.querySelector("[data-head]"), head = document.createElement("h1");
    head.className = "kh-h1";
    head.tabIndex = -1;
    head.textContent = drawn.textContent;
    drawn.replaceWith(head);
    if (found.certificate) {
      const table = part("rows").content.cloneNode(true);
      for (const [name, value] of Object.entries(rows(found))) {
        const row = table.querySelector(`[data-row="${name}"]`);
        if (value) row.querySelector("dd").textContent = value;
        else row.remove();
      }
      place.append(table);
    }
    const foot = part("foot").content.cloneNode(true), said = foot.querySelector("[data-said]");
    said.textContent = said.dataset.said.replace("{when}", moment(new Date(list.at)));
    place.append(foot);
    part("form").hidden = true;
    place.hidden = false;
    head.focus();
  }

  /* The clock of the server when the list came, gone on by this device's: a device that is a day wrong judges right. */
  async function now(list) {
    const came = await (await caches.open(KEPT)).match(`${form.dataset.list}.gio`);
    const since = came ? Number(await came.text()) : NaN;
    return Number.isFinite(since) && Date.now() >= since ? Date.parse(list.at) + Date.now() - since : Date.now();
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    trouble.hidden = true;
    try { await check(); } finally { busy = false; }
  });

  async function check() {
    if (await reached()) { form.submit(); return; }
    const list = await kept();
    if (!list) { refuse("data-no-list"); return; }
    const text = await given();
    if (!text) { refuse("data-no-picture"); return; }
    const found = await globalThis.khienDcc.judge(text, list, await now(list));
    answer(found, list, found.reason === "broken_text" && !(await globalThis.khienDcc.pasted(text)).toUpperCase().startsWith("HC1:"));
  }
})();
