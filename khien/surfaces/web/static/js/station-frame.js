// The frame of every desk: the top line, the desks with their counts, the keys, what was just done and what was refused.
const UNDO_MS = 5 * 60 * 1000;

export default (kh) => {
  const { h, _ } = kh;
  const desks = [];
  const byId = (id) => document.getElementById(id);

  // A desk: {name, id: "ban1", title, right, states, draw(), open(row, told), scan(told), keys(key), refresh(), when(), count()}
  kh.desk = (desk) => desks.push(desk);
  kh.mayDesk = (desk) => (!desk.when || desk.when()) && desk.right.some((right) => kh.rights.has(right));
  kh.deskOf = (state) => desks.find((desk) => desk.states.includes(state) && kh.mayDesk(desk));

  kh.start = () => {
    window.addEventListener("hashchange", show);
    kh.listen(refresh);
    setInterval(tick, 1000);
    dayMark();
    show();
    refresh();
  };

  function show() {
    const mine = desks.filter(kh.mayDesk);
    const wanted = mine.find((desk) => `#${desk.id}` === location.hash) || mine.find((desk) => desk.id === kh.kept(`${kh.session}:ban`)) || mine[0];
    kh.here = wanted;
    kh.keep(`${kh.session}:ban`, wanted.id);
    document.title = `${wanted.title} - Khiên`;
    wanted.draw();
    stations();
    kh.focusScan();
  }
  kh.desksAgain = show; // for another person at the same tablet
  kh.go = (desk) => {
    if (kh.here === desk) return;
    history.replaceState(null, "", `#${desk.id}`);
    show();
  };
  // Opens a person at the desk where they stand, here if this desk takes them.
  kh.open = (row, told = {}) => {
    const desk = kh.here.takes?.(row) ? kh.here : kh.deskOf(row.state);
    if (!desk?.open) return kh.tell(_("Số {n}: {state}.", { n: row.number, state: kh.stateName(row.state) }), "wait");
    kh.go(desk);
    return desk.open(row, told);
  };

  function stations() {
    const links = desks.filter(kh.mayDesk).map((desk, index) => {
      const count = desk.states.length ? kh.at(...desk.states).length : (desk.count?.() ?? null);
      return h(
        "li",
        h("a", { href: `#${desk.id}`, "aria-current": desk === kh.here && "page", "aria-keyshortcuts": `Alt+${index + 1}`, title: `Alt+${index + 1}` },
          h("span", desk.title), count !== null && h("b", String(count), h("span.kh-hide", ` ${_("người")}`))),
      );
    });
    kh.set(byId("cac-ban"), ...links);
  }

  function facts() {
    const usable = kh.pack.session.vaccines.map((code) => kh.lotFor(code)).filter(Boolean);
    const lots = usable.map((lot) => lot.number);
    const waiting = kh.at("checked_in", "consented", "cleared").length;
    const pairs = [
      [_("Lô"), lots.length ? [lots.join(", "), usable.length === 1 && h("span", ` ${_("hạn")} ${kh.dmy(usable[0].expires_on)}`)] : h("span.kh-st-alarm", _("chưa chọn"))],
      [_("Đã tiêm"), String(kh.all().filter((row) => row.dosed_at || row.state === "dosed").length)],
      [_("Đang chờ"), String(waiting)],
      [_("Theo dõi"), String(kh.at("dosed").length)],
    ];
    kh.set(byId("so-lieu"), ...pairs.map(([name, value]) => h("div", h("dt", name), h("dd", value))));
  }

  function sync() {
    const box = byId("dong-bo");
    const count = kh.waiting.filter((entry) => entry.kept !== false || kh.unkept.has(entry)).length;
    const since = kh.awaySince ? kh.hm(kh.awaySince) : "";
    const sealed = kh.vault.open; // a tablet that carries its session sends without anybody signed in
    const writing = !count && kh.waiting.length; // tapped, and not yet on this device: nothing is said to be done
    const tone = kh.unkept.size || (count && kh.log.unknown) || (kh.line === "door" && !sealed) ? "stop" : count || writing || kh.line === "away" ? "wait" : "ready";
    const words = count ? _("{n} phiếu chờ gửi", { n: count }) : writing ? _("Đang ghi") : kh.line === "ready" || (sealed && kh.line === "door") ? _("Đã nhận đủ") : _("Không có phiếu chờ");
    const why = kh.unkept.size ? _("máy không ghi được") : count && kh.log.unknown && kh.line !== "away" ? _("máy chủ không nhận ra máy này") : kh.line === "door" ? (sealed ? _("chưa đăng nhập, vẫn gửi") : kh.barred ? _("không còn vị trí ở buổi này, hỏi người phụ trách") : _("hết phiên, bấm để đăng nhập lại")) : kh.line === "away" ? (sealed ? _("làm trên máy từ {time}", { time: since }) : _("mất mạng từ {time}", { time: since })) : count || writing ? _("đang gửi") : kh.held.length ? _("giữ {n}, chờ bước trước", { n: kh.held.length }) : _("máy chủ đã giữ mọi phiếu");
    const shown = `${tone}|${words}|${why}`;
    if (box.dataset.shown === shown) return;
    box.dataset.shown = shown;
    box.className = `kh-top__sync kh-top__sync--${tone}`;
    box.href = kh.line === "door" && kh.vault.open ? "#may-nay" : kh.line === "door" && !kh.barred ? kh.door : "#dong-bo";
    kh.set(box, kh.icon(tone === "ready" ? "check" : tone === "stop" ? "warn" : "offline"), h("span", h("b", words), ` ${why}`));
  }
  kh.sending = sync;
  byId("dong-bo").addEventListener("click", (event) => {
    if (kh.line === "door" && !kh.vault.open && !kh.barred) return;
    event.preventDefault();
    if (kh.line === "door" && kh.vault.open) kh.askTablet();
    kh.pump();
    kh.poll();
  });

  function refresh() {
    stations();
    facts();
    sync();
    kh.here?.refresh?.();
    lists();
  }
  // A session of another day, left open: said beside its date, whatever the hour at which midnight passes.
  const otherDay = h("span.kh-st-day#khac-ngay", { role: "status" });
  byId("noi-buoi").after(" ", otherDay);
  function dayMark() {
    const behind = Math.round((Date.parse(kh.today()) - Date.parse(kh.pack.session.on_date)) / 86400000);
    const words = !behind ? "" : behind === 1 ? _("Hôm qua") : behind > 1 ? _("{n} ngày trước", { n: behind }) : _("Chưa đến ngày");
    if (otherDay.textContent !== words) otherDay.textContent = words;
  }
  function tick() {
    byId("gio").textContent = kh.hm(kh.now());
    dayMark();
    sync();
    for (const clock of document.querySelectorAll("[data-until]")) {
      const left = Math.max(0, Math.floor((new Date(clock.dataset.until) - kh.now()) / 1000));
      clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
      if (!left) clock.closest("[data-lapses]")?.remove();
    }
    kh.here?.tick?.();
  }

  // What this desk did last (green only with a receipt), and what the server refused.
  kh.lastList = () => h("section.kh-st-panel", { "aria-labelledby": "vua" }, h("h2#vua.kh-h3", _("Vừa làm")), h("ul.kh-st-last#vua-lam"));
  kh.tray = () => [h("div#loi-nhan", { role: "status" }), h("div#khay", { role: "alert" })];
  const held = (entry) => h("li", kh.chip(_("Máy chủ giữ, chờ bước trước"), "wait"), h("span", entry.about.label || ""));
  function lists() {
    const last = byId("vua-lam");
    if (last) kh.set(last, ...kh.held.toReversed().slice(0, 2).map(held), ...kh.waiting.toReversed().slice(0, 4).map(unsent), ...kh.done.filter((one) => one.label).slice(0, 4).map(sent));
    const box = byId("khay");
    if (box) kh.set(box, ...kh.refusals.slice(0, 2).map(refused));
  }
  const unsent = (entry) => h("li", entry.kept === false ? kh.chip(kh.unkept.has(entry) ? _("Chưa ghi được vào máy") : _("Đang ghi"), kh.unkept.has(entry) ? "stop" : "") : kh.chip(_("Chờ gửi"), "wait"), h("span", entry.about.label || entry.envelope.name), takeBack(entry));
  // The last step of a visit that was done here without a line is taken back by a command of its own, sent after it.
  function takeBack(entry) {
    const { about, envelope } = entry;
    if (!about.undo || entry.way !== "log" || kh.now() - new Date(entry.at) > UNDO_MS || kh.row(about.visit)?.last !== envelope.command_id) return null;
    return kh.button(_("Hoàn tác"), { kind: "quiet", img: "undo", on: () => kh.askUndo({ ...about, name: envelope.name }), "aria-label": `${_("Hoàn tác")}: ${about.label}` });
  }
  function sent(one) {
    const undoable = one.undo && kh.now() - new Date(one.got) < UNDO_MS;
    const until = new Date(Date.parse(one.got) + UNDO_MS).toISOString();
    return h("li", { data: undoable ? { lapses: "1" } : {} }, kh.chip(_("Đã nhận {time}", { time: kh.hm(one.got) }), "ready"), h("span", one.label),
      undoable && kh.button(_("Hoàn tác"), { kind: "quiet", img: "undo", on: () => kh.askUndo(one), "aria-label": `${_("Hoàn tác")}: ${one.label}` }),
      undoable && h("b.kh-num", { data: { until } }, ""));
  }
  function refused(one) {
    const drop = () => {
      kh.refusals.splice(kh.refusals.indexOf(one), 1);
      kh.changed();
      kh.focusScan();
    };
    const row = one.visit && kh.row(one.visit);
    // A colleague decided first: both decisions are told; keep theirs, or have the own one written over it as a new version.
    const theirs = one.receipt.refused.code === "visits.decided_already" && one.receipt.refused.facts;
    const mine = () => (drop(), kh.send(one.name, { ...one.body, seen: theirs.version }, { label: one.label, visit: one.visit, number: one.number, to: one.to, undo: one.undo }));
    return h("div.kh-st-refused", h("p", kh.chip(one.receipt.status === "conflict" ? _("Máy khác đã ghi trước") : _("Chưa ghi"), "stop"), " ", h("b", one.label || "")),
      h("p", kh.both(one.receipt.refused)),
      h("div.kh-st-refused__row", kh.button(theirs ? _("Giữ quyết định của {doctor}", { doctor: theirs.doctor || _("người kia") }) : _("Đã đọc"), { on: drop }), theirs && !theirs.ended && kh.button(_("Ghi quyết định của tôi"), { kind: "quiet", on: mine }), row && kh.button(_("Mở số {n}", { n: row.number }), { kind: "quiet", on: () => (drop(), kh.open(row)) }),
        kh.button(_("Cần hỗ trợ"), { kind: "quiet", img: "talk", on: () => kh.askHelp() })));
  }

  // One line that says what happened, read aloud.
  kh.tell = (words, tone = "wait") => {
    const box = byId("loi-nhan");
    if (box) kh.set(box, h(`div.kh-note.kh-note--${tone}`, kh.icon(tone === "stop" ? "warn" : tone === "ready" ? "check" : "info"), h("div", h("p", words))));
  };
  kh.clearTold = () => byId("loi-nhan")?.replaceChildren();

  // Keys: Enter presses the main key, F-keys their own, Alt and a digit a desk.
  kh.pressMain = () => {
    const root = document.querySelector("dialog[open]") || document.querySelector(".kh-st-halt") || document;
    root.querySelector("[data-main]:not(:disabled)")?.click();
  };
  document.addEventListener("keydown", (event) => {
    if (event.altKey && /^[1-9]$/.test(event.key)) {
      const desk = desks.filter(kh.mayDesk)[Number(event.key) - 1];
      if (desk) {
        event.preventDefault();
        kh.go(desk);
      }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "F2") {
      event.preventDefault();
      byId("quet").select();
      kh.focusScan();
      return;
    }
    if (event.key === "F1") {
      event.preventDefault();
      kh.askHelp();
      return;
    }
    if (event.key === "Enter" && !event.defaultPrevented && !event.isComposing && !event.repeat && !event.target.closest?.("button, a, summary, textarea, select, #o-quet")) {
      event.preventDefault();
      kh.pressMain();
      return;
    }
    if (event.key === "Escape" && kh.here?.escape && !document.querySelector("dialog[open]")) kh.here.escape();
    const root = document.querySelector("dialog[open]") || document.querySelector(".kh-st-halt") || document;
    const hot = event.key.startsWith("F") && event.key.length > 1 && root.querySelector(`[data-hot="${CSS.escape(event.key)}"]`);
    if (hot) {
      event.preventDefault();
      hot.click();
    }
  });
};
