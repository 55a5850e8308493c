// The line: asks, tells, and knows whether it holds. News of the other desks every five seconds; nothing when nothing changed.
const EVERY = 5000;
const PATIENCE = 20000; // ms: a line that says nothing for so long is none

export default (kh) => {
  let tag = "";
  let since = "";
  let timer = 0;
  let asking = false;
  kh.line = "ready"; // ready, away, door (signed out)
  kh.barred = false; // signed in, and no longer placed at this session
  kh.awaySince = null;

  function holds(line) {
    if (line === "ready") kh.awaySince = null;
    else kh.awaySince ||= kh.now();
    if (kh.line !== line) {
      kh.line = line;
      kh.changed();
    }
  }

  async function ask(url, options) {
    let answer;
    try {
      answer = await fetch(url, { redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(PATIENCE), ...options, headers: { "Khien-Staff": kh.staff, ...options?.headers } });
    } catch {
      holds("away");
      throw { away: true };
    }
    if (answer.type === "opaqueredirect" || answer.status === 401) {
      kh.barred = false;
      holds("door");
      throw { door: true };
    }
    const moment = answer.headers.get("Khien-Now");
    if (moment) kh.offset = Date.parse(moment) - Date.now();
    if (answer.status === 304) {
      holds("ready");
      return null;
    }
    if (answer.status === 403) {
      kh.barred = answer.headers.has("Khien-Barred");
      holds("door");
      throw { door: true };
    }
    if (answer.status === 500) throw { broken: true };
    if (answer.status > 500 || !(answer.headers.get("Content-Type") || "").includes("json")) {
      holds("away");
      throw { away: true };
    }
    const told = await answer.json();
    holds("ready");
    if (!kh.csrf || kh.signedIn !== kh.staff) freshen();
    if (told.refused) throw told;
    return { told, tag: answer.headers.get("ETag") };
  }

  // Opened without a line, or taken over by another who signed in since: what only the server's own page tells (the token, the rights) is
  // read when the server answers in this person's name.
  let fresh = true;
  async function freshen() {
    if (!fresh) return;
    fresh = false;
    try {
      const page = new DOMParser().parseFromString(await (await fetch(kh.urls.base, { redirect: "error", cache: "no-store" })).text(), "text/html");
      const told = page.getElementById("noi-dung").dataset;
      if (told.staff === kh.staff) {
        Object.assign(kh, { csrf: told.csrf, signedIn: told.staff, serverRights: JSON.parse(told.rights), shelfKeys: JSON.parse(told.shelf) });
        kh.rights = new Set(kh.serverRights);
        kh.changed();
      }
    } catch {
      // the line went again: asked again with the next answer
    }
    setTimeout(() => (fresh = true), EVERY);
  }

  kh.get = async (url) => (await ask(url)).told;
  // Sends JSON and reads JSON; throws {refused}, {away} or {door}.
  kh.post = async (url, body) =>
    (await ask(url, { method: "POST", headers: { "Content-Type": "application/json", "X-CSRFToken": kh.csrf }, body: JSON.stringify(body) })).told;

  kh.poll = async () => {
    if (asking) return;
    asking = true;
    clearTimeout(timer);
    try {
      const answer = await ask(since ? `${kh.urls.state}?tu=${encodeURIComponent(since)}` : kh.urls.state, { headers: { ...(tag ? { "If-None-Match": tag } : {}), ...(kh.vault?.open ? { "Khien-Tablets": "1" } : {}) } });
      if (answer) {
        tag = answer.tag;
        since = new Date(Date.parse(answer.told.now) - 60000).toISOString();
        kh.learn(answer.told);
      }
      if (kh.waiting.length || kh.held.length) kh.pump();
    } catch (trouble) {
      if (trouble.broken) holds("away");
    }
    asking = false;
    timer = setTimeout(kh.poll, EVERY);
  };

  kh.begin = async () => {
    try {
      kh.pack = await kh.get(kh.urls.pack);
    } catch {
      kh.pack = kh.vault.pack;
    }
    if (!kh.pack) {
      const again = () => location.reload();
      kh.draw(kh.h("div.kh-st-hint", kh.icon("offline"), kh.h("p", kh._("Chưa mở được các bàn: máy chủ chưa trả lời.")), kh.button(kh._("Thử lại"), { on: again, main: true })));
      return;
    }
    await kh.rowsBefore?.();
    await kh.readLog();
    await kh.readNeeds();
    await kh.poll();
    kh.start();
    kh.pump();
    kh.askNeeds().catch(() => {}); // what was judged while the tablet lay locked, before the next minute's asking
  };
};
