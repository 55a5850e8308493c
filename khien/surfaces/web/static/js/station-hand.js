// "Hand over": the slip of a visit, large on the screen for the next desk to scan, and on paper without the server.
export default (kh) => {
  const { h, _ } = kh;

  const NEXT = { checked_in: _("bàn khám"), consented: _("bàn khám"), cleared: _("bàn tiêm"), dosed: _("bàn theo dõi"), observed: _("bàn kết thúc") };
  const stands = (row) => [kh.stateName(row.state), row.vaccine && kh.vaccine(row.vaccine), row.observe_until && _("theo dõi đến {time}", { time: kh.hm(row.observe_until) })].filter(Boolean).join(", ");

  function paper(row, code) {
    return h("section.kh-slip", { "aria-hidden": "true" },
      h("p.kh-slip__site", kh.pack.session.site, h("br"), kh.dmy(kh.pack.session.on_date)),
      h("p.kh-slip__no", h("small", _("Số")), h("b", String(row.number))),
      h("p.kh-slip__name", row.name, h("br"), kh.sexAge(row)), code.cloneNode(true),
      h("p.kh-slip__next", NEXT[row.state] ? _("Mời đến {desk}", { desk: NEXT[row.state] }) : kh.stateName(row.state)), h("p.kh-slip__note", _("Giữ phiếu này, đưa cho từng bàn quét.")));
  }
  function print(sheet) {
    document.body.append(sheet);
    document.body.classList.add("kh-printing-slip");
    window.print();
    document.body.classList.remove("kh-printing-slip");
    sheet.remove();
  }

  // Shows the slip of a visit; `onclose` goes on where the desk was.
  kh.handOver = async (row, onclose) => {
    const now = kh.row(row.id) || row;
    const text = await kh.slipOf(now);
    if (!text) return onclose?.();
    const shown = kh.row(row.id) || now;
    const code = kh.qr(text, _("Mã phiếu của số {n}", { n: shown.number }), "L");
    const box = kh.dialog(_("Số {n}: đưa mã này cho {desk}", { n: shown.number, desk: NEXT[shown.state] || _("bàn tiếp theo") }),
      h("div.kh-hand", h("div", h("p.kh-hand__no", String(shown.number)), h("p", h("b", shown.name)), h("p", stands(shown)), h("p.kh-small.kh-soft", _("Bàn sau quét mã này từ màn hình hoặc từ phiếu in."))), code),
      h("div.kh-actions", kh.button(_("Xong, người tiếp theo"), { main: true, on: () => box.close() }), kh.button(_("In phiếu"), { kind: "quiet", img: "print", hot: "F8", on: () => print(paper(shown, code)) })));
    box.classList.add("kh-hand-box");
    box.addEventListener("close", () => onclose?.());
    box.querySelector("[data-main]").focus();
    return undefined;
  };
  // Without a line the person carries the news to the next desk; with one the server does.
  kh.handOn = (row, onclose) => (kh.offline && kh.row(row.id) ? kh.handOver(row, onclose) : onclose?.());
  kh.handKey = (row) => (kh.vault?.open && row?.id ? kh.button(_("Mã phiếu"), { kind: "quiet small", img: "qr", on: () => kh.handOver(row) }) : null);
};
