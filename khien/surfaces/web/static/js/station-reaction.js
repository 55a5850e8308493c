// A reaction: two taps, and it is kept. A sign that means anaphylaxis opens the red screen (station-alarm.js).
export default (kh) => {
  const { h, _ } = kh;

  const holder = () => document.getElementById("theo-doi-mot");

  kh.askReaction = (row) => {
    const sign = (one) => kh.button(kh.both(one), { kind: one.severity === "severe" ? "danger" : "quiet", on: () => report(row, [one.code]) });
    holder().replaceChildren(h("section.kh-st-panel.kh-st-panel--stop", h("div.kh-st-head", h("h2.kh-h2", _("Số {n}, {name}: thấy gì?", { n: row.number, name: row.name })), kh.button(_("Phản vệ: bấm giờ"), { kind: "danger", img: "bell", hot: "F12", on: () => kh.alarm(row) })),
      h("div.kh-st-signs", kh.pack.signs.filter((one) => one.severity === "severe").map(sign)), h("h3.kh-h3", _("Thường gặp")), h("div.kh-st-signs", kh.pack.signs.filter((one) => one.severity !== "severe").map(sign)),
      h("div.kh-st-bottom", kh.button(_("Không có gì, đóng lại"), { kind: "quiet", on: kh.watchHome }))));
    kh.focus(".kh-st-signs button");
  };

  function report(row, symptoms) {
    const names = symptoms.map((code) => kh.both(kh.pack.signs.find((one) => one.code === code))).join(", ");
    kh.send("react", { visit_id: row.id, symptoms, onset_at: kh.now().toISOString() }, { label: _("Số {n}: {signs}", { n: row.number, signs: names }), visit: row.id, number: row.number, then: (result) => said(row, result) });
    kh.watchHome();
    if (!kh.offline) return;
    const severe = symptoms.some((code) => kh.pack.signs.find((one) => one.code === code)?.severity === "severe");
    kh.tell(severe ? _("Số {n}: gọi bác sĩ trực ngay. Nghĩ đến phản vệ thì bấm Phản vệ.", { n: row.number }) : _("Số {n}: đã ghi trên máy, theo dõi tiếp.", { n: row.number }), severe ? "stop" : "wait");
  }
  const said = (row, result) => {
    const words = kh.lang === "en" ? result.advice_en : result.advice_vi;
    const late = result.report_due ? ` ${_("Báo Sở Y tế trước {time}.", { time: kh.hm(result.report_due) })}` : "";
    kh.tell(`${_("Số {n}", { n: row.number })}: ${words}${late}`, result.call_emergency ? "stop" : "wait");
    if (result.call_emergency) kh.tell(`${_("Số {n}", { n: row.number })}: ${words} ${_("Nghĩ đến phản vệ thì bấm Phản vệ.")}`, "stop");
  };
};
