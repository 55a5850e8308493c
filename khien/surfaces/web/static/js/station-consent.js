// Consent: the text as it is in force, in both languages; signed on the screen or on paper, by the person or by a guardian.
export default (kh) => {
  const { h, _ } = kh;

  kh.askConsent = (row, layout, above = null) => {
    const minor = row.form === "child" || (row.birth && kh.ages(row.birth)[0] < 18);
    const text = kh.pack.consent[minor ? "minor" : "adult"];
    let language = kh.lang;
    const body = h("div.kh-st-consent", { tabindex: "0", role: "region", "aria-label": _("Văn bản đồng ý") });
    const say = () => {
      body.lang = language;
      kh.set(body, ...(text[language] || text.vi).split("\n").map((line) => h("p", line)));
    };
    say();
    // Only on paper: where and when, and room for two names. Nobody else's name is printed with it.
    const toSign = () => h("div.kh-st-sign", h("p", [kh.pack.session.site, kh.pack.session.address, kh.dmy(kh.pack.session.on_date), _("bản {version}", { version: text.version })].filter(Boolean).join(", ")),
      h("div.kh-st-sign__names", [minor ? _("Người giám hộ") : _("Người được tiêm, hoặc người giám hộ"), _("Nhân viên y tế")].map((who) => h("p", h("b", who), h("br"), _("(ký, ghi rõ họ tên)")))));
    const other = (row.doses || []).some((dose) => row.vaccine && dose.vaccine !== row.vaccine);
    const wrong = h("p.kh-error", { role: "alert", hidden: true });
    const signer = () => (kh.picked("ky")[0] || (minor ? "guardian" : "self"));
    const give = async (agreed, how) => {
      const guardian = signer() === "guardian";
      const name = document.getElementById("gh-ten")?.value.trim() || "";
      if (guardian && !name) {
        wrong.hidden = false;
        kh.set(wrong, kh.icon("warn"), _("Ghi họ tên người giám hộ."));
        document.getElementById("gh-ten").focus();
        return;
      }
      kh.send("consent", {
        visit_id: row.id, agreed, how, signer: guardian ? "guardian" : "self", text_version: text.version, guardian_name: guardian ? name : "",
        guardian_phone: guardian ? document.getElementById("gh-dt").value.trim() : "", relation: guardian ? "relative" : "", mixing_agreed: Boolean(kh.picked("khac-loai").length),
      }, { label: agreed ? _("Số {n}, {name}: đồng ý", { n: row.number, name: row.name }) : _("Số {n}, {name}: từ chối", { n: row.number, name: row.name }), visit: row.id, number: row.number, to: agreed ? "consented" : "refused", undo: true });
      await kh.written?.();
      if (kh.here.name === "reception") return agreed ? kh.handOn(row, kh.receptionHome) : kh.receptionHome();
      return agreed ? kh.open(kh.row(row.id)) : kh.here.draw();
    };
    layout(
      above,
      kh.strip(row, kh.identityChip(row), minor && kh.chip(_("Chưa đủ 18 tuổi: người giám hộ ký"), "wait"), kh.earlier(row)),
      h("section.kh-st-panel", h("div.kh-st-head", h("h2.kh-h3", _("Đồng ý tiêm")),
        kh.button(language === "en" ? "Tiếng Việt" : "English", { kind: "quiet small", hot: "F3", on: (event) => {
          language = language === "en" ? "vi" : "en";
          event.currentTarget.firstChild.data = language === "en" ? "Tiếng Việt" : "English";
          say();
        } })),
        body, toSign(),
        h("fieldset", h("legend.kh-small", _("Ai ký")), h("div.kh-st-two", kh.toggles("ky", [["self", _("Người được tiêm")], ["guardian", _("Người giám hộ")]], { chosen: [minor ? "guardian" : "self"], on: () => (guardianForm.hidden = signer() !== "guardian") }))),
        other && h("div.kh-st-two", kh.toggles("khac-loai", [["co", _("Đồng ý tiêm khác loại mũi trước")]], { type: "checkbox" })),
        wrong),
      h("div.kh-st-bottom", kh.button(_("Không đồng ý"), { kind: "danger", hot: "F8", on: () => give(false, "screen") }), kh.button(_("Đã ký trên giấy"), { kind: "quiet", hot: "F7", on: () => give(true, "paper") }), kh.button(_("In để ký"), { kind: "quiet", img: "print", on: () => window.print() }), kh.button(_("Đồng ý"), { main: true, on: () => give(true, "screen") })));
    const guardianForm = h("div.kh-st-form", { hidden: !minor }, kh.field(_("Họ tên người giám hộ"), kh.input("gh-ten")), kh.field(_("Điện thoại người giám hộ"), kh.input("gh-dt", { inputmode: "tel" })));
    wrong.before(guardianForm);
    if (minor) document.getElementById("gh-ten").focus();
    else kh.focusScan();
  };
};
