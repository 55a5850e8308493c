// Desk 5, the end: the next date told, the visit closed, the confirmation printed.
export default (kh) => {
  const { h, _ } = kh;
  const side = h("div");
  const calls = h("div");
  let here = null;

  const desk = {
    name: "closing", id: "ban5", title: _("Kết thúc"), right: ["visit.end"], states: ["observed"],
    draw: idle, open, refresh: () => (kh.renew(side, queue()), here || kh.renew(calls, next())), escape: idle,
    takes: (row) => ["observed", "closed", "left_early"].includes(row.state),
  };
  kh.desk(desk);

  function frame(...nodes) {
    kh.draw(h("div.kh-st-desk", h("div.kh-st-main", kh.tray(), nodes), h("div.kh-st-side", kh.lastList(), side)));
    kh.renew(side, queue());
    kh.changed();
  }
  const queue = () => kh.queue("cho-ve", _("Đủ giờ, chờ ra về"), kh.at("observed").filter((row) => row.id !== here?.id), { on: (row) => open(row), note: (row) => (row.dose_type ? kh.doseName(row.dose_type, row.ordinal) : "") });

  const next = () => kh.call(kh.at("observed")[0], _("Mở số {n}"), "", open) || kh.hint("doc", _("Chưa có ai chờ ra về."), _("Quét phiếu của người đã về để in lại giấy xác nhận."));

  function idle() {
    here = null;
    frame(calls);
    kh.renew(calls, next());
    kh.focusScan();
  }

  async function open(row) {
    here = row;
    const next = h("section.kh-st-panel", { "aria-live": "polite" }, h("h2.kh-h3", _("Hẹn mũi sau")), h("p", _("Đang xem sổ…")));
    const closed = row.state !== "observed";
    const paper = `${kh.urls.base}/giay-xac-nhan/${row.id}.pdf`;
    const print = h("a.kh-button.kh-button--main.kh-button--tall", { href: paper, target: "_blank", rel: "noopener", data: closed ? { main: "1" } : {}, hidden: !closed || kh.offline, id: "in-giay" }, kh.icon("print"), _("In giấy xác nhận"), " ", kh.key("Enter"));
    const close = kh.button(_("Kết thúc, in giấy"), { main: true, on: () => {
      kh.send("close", { visit_id: row.id }, { label: _("Số {n}, {name}: kết thúc", { n: row.number, name: row.name }), visit: row.id, number: row.number, to: "closed", undo: true, then: () => {
        if (here?.id !== row.id) return;
        kh.set(waits, kh.chip(_("Sổ chung đã nhận"), "ready"));
        print.hidden = kh.offline;
        print.dataset.main = "1";
        print.focus();
      } });
      close.replaceWith(waits);
    } });
    const waits = h("p", kh.chip(_("Chờ gửi; có mạng là in được"), "wait"));
    frame(
      kh.strip(row, kh.chip(closed ? kh.stateName(row.state) : _("Đủ giờ"), "ready"), row.dose_type && kh.chip(`${kh.doseName(row.dose_type, row.ordinal)}, ${kh.vaccine(row.vaccine)}`)),
      row.marks?.length ? h("p", kh.chip(_("Mũi này đang được xem lại"), "wait")) : null,
      next,
      h("section.kh-st-panel", h("h2.kh-h3", _("Dặn người tiêm")), h("ul.kh-ticks", [_("Tự theo dõi 28 ngày, nhất là 7 ngày đầu, luôn có người bên cạnh trong 3 ngày đầu."), _("Khó thở, đau ngực, ngất, sưng mặt: gọi 115 ngay."), _("Sốt nhẹ, đau chỗ tiêm là thường gặp; uống đủ nước, nghỉ ngơi.")].map((line) => h("li", kh.icon("tick"), h("span", line))))),
      h("div.kh-st-bottom", kh.button(_("Người tiếp theo"), { kind: "quiet", hot: "F4", on: idle }), closed ? null : close, print));
    kh.focusScan();
    if (!kh.rights.has("people.see")) {
      next.remove();
      return;
    }
    try {
      const story = await kh.storyOf(row, "closing");
      if (here?.id === row.id) kh.set(next, h("h2.kh-h3", _("Hẹn mũi sau")), h("p", h("b", kh.both(story.person?.next) || _("Chưa có hẹn."))), h("ul.kh-st-past", (story.person?.doses || []).map((dose) => h("li", h("b", dose.counted ? kh.doseName(dose.dose_type, dose.ordinal) : _("Không tính")), h("span", kh.dmy(dose.on_date)), h("span", kh.vaccine(dose.vaccine)), h("span", dose.lot)))));
    } catch {
      if (here?.id === row.id) kh.set(next, h("p", _("Mất mạng: ngày hẹn in trên giấy xác nhận.")));
    }
  }
};
