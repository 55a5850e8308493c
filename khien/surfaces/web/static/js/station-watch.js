// Desk 4, observation: a board by the minutes left. The eye finds who is ready first, then who is next.
const MOST = 36; // cards at once: who leaves next comes first
const GONE = 3_600_000; // ms after the last minute: without a line another tablet may have let them go, and nobody told this one

export default (kh) => {
  const { h, _ } = kh;
  const board = h("div");
  const told = new Set(); // whose minutes were over when it was drawn
  let open = null;

  const desk = {
    name: "observation", id: "ban4", title: _("Theo dõi"), right: ["visit.observe"], states: ["dosed"],
    draw, refresh, tick: () => stale() && refresh(), escape: draw,
    open: (row) => (row.state === "dosed" ? show(row) : kh.tell(_("Số {n}: {state}.", { n: row.number, state: kh.stateName(row.state) }))),
  };
  kh.desk(desk);
  let drawnAt = "";
  const stale = () => kh.hm(kh.now()) !== drawnAt || watched().some((row) => row.observe_until && !told.has(row.id) && !kh.minutesLeft(row.observe_until));

  const longGone = (row) => Boolean(row.observe_until) && kh.now() - new Date(row.observe_until) > GONE;
  const order = (a, b) => longGone(a) - longGone(b) || ((a.observe_until || "") < (b.observe_until || "") ? -1 : 1);
  const watched = () => kh.at("dosed").sort(order);

  function draw() {
    open = null;
    kh.draw(kh.tray(), h("div#theo-doi-mot"), board, kh.lastList());
    kh.changed(); // draws the board, once
    kh.focusScan();
  }
  kh.watchHome = draw;

  function refresh() {
    drawnAt = kh.hm(kh.now());
    const rows = watched();
    const ready = rows.filter((row) => row.observe_until && !kh.minutesLeft(row.observe_until));
    for (const row of ready) told.add(row.id);
    kh.renew(board, h("div.kh-st-main",
      h("div.kh-obs__head", h("h1.kh-h2", _("Theo dõi: {n} người, {m} người đủ giờ", { n: rows.length, m: ready.length })), h("p.kh-soft.kh-small", _("Xếp theo số phút còn lại.")),
        h("button.kh-button.kh-alarm", { type: "button", onclick: () => kh.alarm(open), data: { hot: "F12" }, "aria-keyshortcuts": "F12" }, kh.icon("bell"), _("Phản vệ: bấm giờ"), " ", kh.key("F12")), kh.rights.has("safety.follow") ? h("a.kh-small", { href: kh.urls.early }, _("Ai về trước 30 phút")) : null),
      kh.reactions.map(reacting),
      rows.length ? [h("ol.kh-watches", rows.slice(0, MOST).map(card)), rows.length > MOST && h("p.kh-soft", _("và {n} người nữa, còn nhiều phút hơn hoặc đã đủ giờ từ lâu: gõ số để mở", { n: rows.length - MOST }))] : kh.hint("clock", _("Không có ai đang theo dõi."))));
  }

  function reacting(one) {
    const row = kh.row(one.visit_id);
    if (!row || row.state !== "dosed" || one.anaphylaxis || (one.urgency !== "P1" && one.outcome !== "unknown")) return null;
    const signs = one.symptoms.map((code) => kh.both(kh.pack.signs.find((sign) => sign.code === code)) || (code === "anaphylaxis" ? _("Phản vệ") : code)).join(", ");
    return h("section.kh-react", { "aria-label": _("Đang xử trí số {n}", { n: row.number }) }, h("p.kh-react__no", String(row.number)),
      h("div", h("h2.kh-h3", kh.icon("warn"), _("Đang xử trí: {name}", { name: row.name })), h("p", `${kh.hm(one.onset_at)} ${signs}. ${one.action_taken}`)),
      h("button.kh-button.kh-button--danger", { type: "button", onclick: () => kh.alarm(row) }, _("Phản vệ: bấm giờ")));
  }

  function card(row) {
    const left = row.observe_until ? kh.minutesLeft(row.observe_until) : row.observe_minutes;
    const ready = !left;
    const risk = row.observe_minutes > kh.pack.minutes;
    const share = Math.max(0, Math.min(100, 100 - (100 * left) / (row.observe_minutes || 30)));
    return h(`li.kh-watch${ready ? ".kh-watch--ready" : ""}${risk && !ready ? ".kh-watch--risk" : ""}${row.unsent ? ".kh-watch--wait" : ""}`,
      h("div.kh-watch__head", h("span.kh-watch__no", String(row.number)), h("p.kh-watch__min", ready ? [kh.icon("check"), h("b", _("Đủ giờ"))] : [h("b", String(left)), _("phút")])),
      h("p.kh-watch__name", h("span", row.name)),
      row.unsent ? h("p.kh-watch__note", _("chờ gửi")) : risk && h("p.kh-watch__note", _("Theo dõi {n} phút", { n: row.observe_minutes })),
      kh.svg("svg", { class: "kh-watch__bar", viewBox: "0 0 100 4", preserveAspectRatio: "none", "aria-hidden": "true" }, kh.svg("rect", { class: "kh-watch__bed", width: 100, height: 4 }), kh.svg("rect", { class: "kh-watch__run", width: share, height: 4 })),
      h("div.kh-watch__keys",
        ready ? h("button.kh-watch__go", { type: "button", onclick: () => leave(row), "aria-label": `${_("Mời ra về")}, ${_("số")} ${row.number}` }, _("Mời ra về")) : h("button.kh-watch__more", { type: "button", onclick: () => show(row), "aria-label": `${_("Thêm")}, ${_("số")} ${row.number}` }, _("Thêm…")),
        h("button", { type: "button", onclick: () => kh.askReaction(row), "aria-label": `${_("Phản ứng")}, ${_("số")} ${row.number}` }, _("Phản ứng"))));
  }

  function leave(row) {
    kh.send("observe", { visit_id: row.id }, { label: _("Số {n}, {name}: đủ giờ, mời ra bàn 5", { n: row.number, name: row.name }), visit: row.id, number: row.number, to: "observed", undo: true });
    draw();
  }

  // One person: leave when the minutes are over, stay longer, leave early with a reason.
  function show(row) {
    open = row;
    const left = row.observe_until ? kh.minutesLeft(row.observe_until) : 0;
    const minutes = kh.input("them-phut", { value: Math.max(60, row.observe_minutes + 15), inputmode: "numeric" });
    const why = kh.input("them-vi-sao");
    const early = kh.input("ve-vi-sao");
    const wrong = h("p.kh-error", { role: "alert", hidden: true });
    const need = (input, words) => {
      if (input.value.trim()) return true;
      wrong.hidden = false;
      kh.set(wrong, kh.icon("warn"), words);
      input.focus();
      return false;
    };
    const longer = () => {
      if (!need(why, _("Ghi lý do theo dõi lâu hơn."))) return;
      kh.send("extend", { visit_id: row.id, minutes: minutes.value.trim(), reason: why.value.trim() }, { label: _("Số {n}: theo dõi {m} phút", { n: row.number, m: minutes.value }), visit: row.id, number: row.number });
      draw();
    };
    const goes = () => {
      if (!need(early, _("Ghi lý do về trước giờ."))) return;
      kh.send("end", { visit_id: row.id, end: "left_early", reason: early.value.trim() }, { label: _("Số {n}, {name}: về trước giờ", { n: row.number, name: row.name }), visit: row.id, number: row.number, to: "left_early", undo: true });
      draw();
    };
    kh.set(document.getElementById("theo-doi-mot"), h("div.kh-st-main",
      kh.strip(row, left ? kh.chip(_("Còn {n} phút, đến {time}", { n: left, time: kh.hm(row.observe_until) }), "wait") : kh.chip(_("Đủ giờ"), "ready"), kh.chip(_("Tiêm {time}", { time: kh.hm(row.dosed_at) }))),
      wrong,
      h("div.kh-st-desk.kh-st-desk--even",
        h("section.kh-st-panel", h("h2.kh-h3", _("Theo dõi lâu hơn")), h("div.kh-st-form", kh.field(_("Tổng số phút"), minutes), kh.field(_("Lý do"), why)), kh.button(_("Kéo dài"), { on: longer })),
        h("section.kh-st-panel", h("h2.kh-h3", _("Về trước giờ")), h("div.kh-st-form", kh.field(_("Lý do"), early)), kh.button(_("Ghi về trước giờ"), { kind: "danger", on: goes }))),
      h("div.kh-st-bottom", kh.button(_("Đóng"), { kind: "quiet", on: draw }), kh.button(_("Phản ứng"), { kind: "danger", hot: "F9", on: () => kh.askReaction(row) }), left ? kh.button(_("Về danh sách"), { main: true, on: draw }) : kh.button(_("Mời ra về"), { main: true, on: () => leave(row) }))));
    kh.focusScan();
  }
};
