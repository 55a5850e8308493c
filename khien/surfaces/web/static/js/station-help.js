// "Cần hỗ trợ" at every desk: the response centre learns the site, the desk and the last error, nothing to type.
export default (kh) => {
  const { h, _ } = kh;
  const NAMES = { reception: "reception", screening: "screening", injection: "injection", observation: "observation", closing: "closing", lead: "lead" };

  kh.askHelp = (code = kh.lastError) => {
    if (document.querySelector("dialog[open]")) return;
    const says = h("p", { role: "status" });
    const send = () => {
      kh.send("help", { desk: NAMES[kh.here.name] || "lead", last_error: code || "" }, {
        label: _("Đã gọi hỗ trợ"),
        then: () => says.isConnected && kh.set(says, kh.chip(_("Hỗ trợ đã nhận"), "ready"), " ", _("Có người gọi lại hoặc đến bàn.")),
      });
      kh.set(says, kh.chip(_("Đang gửi"), "wait"));
      ask.remove();
    };
    const ask = kh.button(_("Gọi hỗ trợ"), { main: true, on: send });
    const phone = kh.pack.hotline;
    const box = kh.dialog(_("Cần hỗ trợ ở bàn {desk}", { desk: kh.here.title }),
      h("p", _("Gửi tên điểm, bàn này và lỗi gần nhất. Không gửi tên người tiêm.")),
      code && h("p.kh-small.kh-soft", code), phone && h("p", _("Gọi điểm: {phone}", { phone })), h("p", _("Cấp cứu: 115")), says,
      h("div.kh-actions", ask, kh.button(_("Đóng"), { kind: "quiet", on: () => box.close() })));
    ask.focus();
  };

  document.querySelector(".kh-top__nav").append(h("button.kh-button.kh-button--quiet.kh-st-help", { type: "button", onclick: () => kh.askHelp(), "aria-keyshortcuts": "F1" }, kh.icon("talk"), _("Cần hỗ trợ"), " ", kh.key("F1")));
};
