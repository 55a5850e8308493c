// The lead's corner: what the day needs beside the desks, each on a page of its own that works without a script.
export default (kh) => {
  const { h, _ } = kh;
  const desk = { name: "lead", id: "phu-trach", title: _("Phụ trách"), right: ["station.open", "visit.key_paper", "paper.print"], states: [], draw, refresh };
  kh.desk(desk);

  const PAGES = [
    ["opening", _("Lô và bảng kiểm"), _("Chọn lô, để riêng lô, xem bảng kiểm đã ký"), "station.open"],
    ["papers", _("Phiếu giấy"), _("In phiếu có số, hủy, ghi thất lạc"), "paper.print"],
    ["key", _("Nhập phiếu giấy"), _("Quét số phiếu, ghi như trên giấy"), "visit.key_paper"],
    ["correct", _("Sửa một lượt"), _("Lô, giờ tiêm, người tiêm, cách xem giấy tờ"), "visit.correct"],
    ["helper", _("Người giúp và máy"), _("Thẻ và PIN cho người giúp hôm nay"), "station.admit_helper"],
    ["ending", _("Việc còn, tạm dừng, đóng buổi"), _("Ai chưa kết thúc, phiếu nào chưa rõ"), "station.close"],
    ["early", _("Về trước 30 phút"), _("Ai về sớm, gọi hỏi thăm, ghi kết quả"), "safety.follow"],
    ["hall", _("Màn hình sảnh"), _("Chỉ có số, không có tên"), "station.see"],
    ["home", _("Các buổi của tôi"), _("Buổi khác, ngày khác"), "station.see"],
  ];

  function draw() {
    kh.draw(kh.tray(), h("div.kh-st-desk", h("div.kh-st-main", h("section.kh-st-panel", h("h1.kh-h2", _("Phụ trách buổi")), h("ul.kh-links", PAGES.filter(([, , , right]) => right === "station.see" || kh.rights.has(right)).map(([name, words, note]) => h("li", h("a", { href: kh.urls[name] }, h("span", words, h("br"), h("span.kh-soft.kh-small.kh-plain", note)), kh.icon("arrow"))))))),
      h("div.kh-st-side", h("div#tinh-hinh"), kh.lastList())));
    refresh();
    kh.changed();
  }

  function refresh() {
    const box = document.getElementById("tinh-hinh");
    if (!box) return;
    const papers = kh.board.papers;
    const open = kh.at("checked_in", "consented", "cleared", "dosed", "observed").length;
    const others = kh.othersWaiting();
    kh.set(box, h("section.kh-st-panel", h("h2.kh-h3", _("Tình hình")),
      h("p", kh.board.state === "open" ? kh.chip(_("Đang mở"), "ready") : kh.chip(kh.board.state === "paused" ? _("Tạm dừng") : _("Chưa mở hoặc đã đóng"), "wait")),
      h("p", _("{n} người đang ở trong điểm.", { n: open })), h("p", _("{n} phiếu giấy chưa nhập.", { n: papers.printed || 0 })),
      kh.board.lots.map((lot) => h("p", h("b.kh-num", lot.number), ` ${kh.vaccine(lot.vaccine)} `, lot.paused || lot.state !== "released" ? kh.chip(_("Để riêng"), "stop") : kh.chip(_("Đang dùng"), "ready"))),
      others ? h("p", kh.chip(_("{n} phiếu của người khác còn chờ gửi trên máy này: người đó đăng nhập lại", { n: others }), "stop")) : null,
      kh.button(_("Cần hỗ trợ"), { kind: "quiet", img: "talk", hot: "F1", on: () => kh.askHelp() })));
  }
};
