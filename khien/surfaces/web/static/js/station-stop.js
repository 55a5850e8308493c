// The stop: the whole screen, one way on. Nothing else can be done by mistake.
const VIALS = ["stock.", "visits.lot_", "visits.vaccine_not_offered", "visits.other_vaccine"];

export default (kh) => {
  const { h, _ } = kh;

  kh.isVial = (code) => VIALS.some((start) => code.startsWith(start));

  function steps(code, row) {
    if (kh.isVial(code)) {
      if (code === "stock.vial_over") return [_("Bỏ lọ vào hộp an toàn, không rút thêm liều."), _("Mở lọ mới, ghi lọ cũ và lọ mới vào sổ.")];
      if (code === "visits.lot_not_chosen") return [_("Để lọ này lại, lấy lọ của lô đang dùng ở buổi."), _("Muốn dùng lô này: trưởng điểm chọn lô trước.")];
      if (code === "visits.other_vaccine" || code === "visits.vaccine_not_offered") return [_("Để lọ này lại, không rút liều."), _("Lấy lọ của đúng vắc xin, quét mã trên lọ.")];
      return [_("Đặt lọ vào hộp đỏ “Không dùng”."), _("Lấy lọ khác, quét mã trên lọ.")];
    }
    if (code === "visits.slip_of_another" || code === "visits.namesake" || code === "visits.not_confirmed") return [_("Hỏi lại họ tên và ngày sinh."), _("Quét lại đúng phiếu của người ngồi đây.")];
    if (code === "visits.already_dosed") return [_("Không tiêm nữa."), _("Mời người này sang bàn theo dõi.")];
    return [_("Không tiêm. Giải thích cho người tiêm."), _("Mời số {n} về bàn khám, bác sĩ xem lại và hẹn ngày.", { n: row.number })];
  }

  // stops: worded reasons, the gravest first. onlot(text) tries another vial; oninjected() tells that the needle was in already.
  kh.halt = ({ row, stops, onlot, oninjected, onclose }) => {
    const first = stops[0];
    const vial = kh.isVial(first.code);
    const close = () => {
      kh.halted = null;
      node.remove();
      document.querySelector(".kh-top").inert = kh.main.inert = false;
      onclose?.();
      kh.focusScan();
    };
    const box = kh.input("lo-moi", { placeholder: _("Mã trên lọ") });
    const tryLot = (event) => {
      event.preventDefault();
      if (!box.value.trim()) return;
      close();
      onlot(box.value.trim());
    };
    const title = vial ? _("Dừng. Không tiêm lọ này.") : first.code === "visits.slip_of_another" ? _("Dừng. Không đúng người.") : _("Dừng. Không tiêm.");
    const words = (told) => kh.both(told).replace(/^(DỪNG|STOP): */, "").replace(/^./u, (letter) => letter.toUpperCase());
    const node = h(
      "section.kh-halt.kh-st-halt",
      { role: "alertdialog", "aria-modal": "true", "aria-labelledby": "dung", "aria-describedby": "dung-vi" },
      h("div.kh-halt__in",
        kh.svg("svg", { class: "kh-halt__sign", viewBox: "0 0 120 120", "aria-hidden": "true", focusable: "false" },
          kh.svg("path", { d: "M38 6h44l32 32v44l-32 32H38L6 82V38z", fill: "none", stroke: "#fff", "stroke-width": 7, "stroke-linejoin": "round" }),
          kh.svg("path", { d: "M34 60h52", stroke: "#fff", "stroke-width": 14, "stroke-linecap": "round" })),
        h("div",
          h("h1#dung.kh-halt__title", title),
          h("p#dung-vi.kh-halt__why", words(first)),
          stops.slice(1, 3).map((stop) => h("p.kh-halt__who", words(stop))),
          h("p.kh-halt__who", _("Số {n}, {name}. Chưa có gì được ghi vào sổ.", { n: row.number, name: row.name })),
          h("ol.kh-halt__do", steps(first.code, row).map((step) => h("li", h("span", step)))),
          vial && onlot
            ? h("form.kh-halt__form", { onsubmit: tryLot }, h("div", h("label", { for: "lo-moi" }, _("Quét lọ khác")), box), h("button.kh-button.kh-halt__main", { type: "submit", data: { main: "1" } }, _("Kiểm tra lọ"), " ", kh.key("Enter")))
            : h("div.kh-halt__form", h("button.kh-button.kh-halt__main", { type: "button", onclick: close, data: { main: "1" } }, _("Đã hiểu, không tiêm"), " ", kh.key("Enter"))),
          h("p.kh-halt__links",
            oninjected && h("button.kh-st-link", { type: "button", onclick: () => (close(), oninjected()) }, _("Đã lỡ tiêm")),
            first.code === "stock.vial_over" && h("a.kh-st-link", { href: `${kh.urls.base}/lo-mo` }, _("Ghi lọ cũ và lọ mới")),
            vial && onlot && h("button.kh-st-link", { type: "button", onclick: close }, _("Về bàn, không tiêm")),
            h("button.kh-st-link", { type: "button", onclick: () => kh.askHelp(first.code) }, _("Gọi trưởng điểm và hỗ trợ"))))),
      h("p.kh-halt__foot", `${kh.pack.session.site}, ${kh.hm(kh.now())}.`),
    );
    kh.lastError = first.code;
    document.querySelector(".kh-top").inert = kh.main.inert = true;
    document.body.append(node);
    kh.halted = { close, scan: (told, text) => vial && onlot && (close(), onlot(text)) };
    node.querySelector("input, [data-main]").focus();
  };
};
