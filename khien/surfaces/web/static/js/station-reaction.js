// A reaction: two taps, and it is kept. Anaphylaxis: red, with the clock running and each act written with its hour.
export default (kh) => {
  const { h, _ } = kh;
  let run = null; // the anaphylaxis on the screen: {row, began, acts, id}

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
  }
  const said = (row, result) => {
    const words = kh.lang === "en" ? result.advice_en : result.advice_vi;
    const late = result.report_due ? ` ${_("Báo Sở Y tế trước {time}.", { time: kh.hm(result.report_due) })}` : "";
    kh.tell(`${_("Số {n}", { n: row.number })}: ${words}${late}`, result.call_emergency ? "stop" : "wait");
    if (result.call_emergency) kh.alarm(row, result.id);
  };

  // Who has it: the person on the screen, else chosen among those watched.
  kh.alarm = (row, known = null) => {
    if (!holder()) return;
    if (!row) {
      const rows = kh.at("dosed");
      if (!rows.length) return;
      if (rows.length > 1) {
        holder().replaceChildren(h("section.kh-st-red", { role: "alert" }, h("h2.kh-h1", _("Phản vệ: số nào?")), h("div.kh-st-acts", rows.map((one) => kh.button(`${one.number} ${one.name}`, { on: () => kh.alarm(one) })))));
        kh.focus(".kh-st-red button");
        return;
      }
      [row] = rows;
    }
    run = { row, began: kh.now(), acts: [], id: known };
    if (!known) {
      kh.send("react", { visit_id: row.id, symptoms: [], anaphylaxis: true, onset_at: run.began.toISOString() }, { label: _("Số {n}: phản vệ, đã báo trung tâm", { n: row.number }), visit: row.id, number: row.number, then: (result) => run && (run.id = result.id) });
    }
    draw();
  };
  kh.followReaction = (one, row) => {
    run = { row, began: new Date(one.onset_at), acts: one.action_taken ? [one.action_taken] : [], id: one.id };
    draw();
  };

  function draw() {
    const { row } = run;
    const session = kh.pack.session;
    const steps = [
      _("Gọi người hỗ trợ và bác sĩ trực"), _("Adrenalin 1 mg/ml tiêm bắp mặt trước ngoài đùi, liều theo phác đồ"), _("Nằm đầu thấp, gác chân cao; nôn thì nằm nghiêng"), _("Thở ô xy, giữ đường truyền"),
      _("Gọi 115"), session.hospital_phone && _("Gọi bệnh viện: {name} {phone}", { name: session.hospital, phone: session.hospital_phone }), _("Đo mạch, huyết áp, lặp lại mỗi 3 đến 5 phút"), _("Nhắc lại adrenalin sau 3 đến 5 phút nếu chưa ổn"),
    ].filter(Boolean);
    const clock = h("span.kh-st-red__clock", { role: "timer", "aria-live": "off" });
    const note = kh.input("pv-them", { placeholder: _("Việc khác, số đo") });
    const log = h("p", { role: "log" });
    const write = (words) => {
      run.acts.push(`${kh.hm(kh.now())} ${words}`);
      log.textContent = run.acts.join("; ");
      if (run.id) keep("unknown");
    };
    const step = (words) => {
      const time = h("time");
      const button = h("button", { type: "button", "aria-pressed": "false", onclick: () => {
        button.setAttribute("aria-pressed", "true");
        time.textContent = kh.hm(kh.now());
        write(words);
      } }, h("span", words), time);
      return h("li", button);
    };
    const done = (outcome) => {
      clearInterval(timer);
      if (note.value.trim()) write(note.value.trim());
      keep(outcome);
      run = null;
      kh.watchHome();
    };
    holder().replaceChildren(h("section.kh-st-red", { "aria-labelledby": "pv" },
      h("div.kh-st-head", h("div", h("h2#pv.kh-h1", _("Phản vệ: số {n}, {name}", { n: row.number, name: row.name })), h("p", `${kh.sexAge(row)}. ${_("Bắt đầu {time}", { time: kh.hm(run.began) })}. ${kh.vaccine(row.vaccine)}, ${_("tiêm")} ${kh.hm(row.dosed_at)}`)), clock),
      h("ol.kh-st-red__steps", steps.map(step)), log,
      h("div.kh-st-bottom", note, kh.button(_("Ghi"), { hot: "F9", on: () => note.value.trim() && (write(note.value.trim()), (note.value = "")) })),
      h("div.kh-st-bottom", kh.button(_("Đã ổn, tiếp tục theo dõi"), { on: () => done("recovering") }), kh.button(_("Đã chuyển bệnh viện"), { on: () => {
        kh.send("end", { visit_id: row.id, end: "left_early", reason: _("Chuyển bệnh viện vì phản vệ"), detail: { hospital: session.hospital } }, { label: _("Số {n}: chuyển bệnh viện", { n: row.number }), visit: row.id, number: row.number, to: "left_early" });
        done("unknown");
      } }), kh.button(_("Thu nhỏ"), { on: () => done("unknown") }))));
    log.textContent = run.acts.join("; ");
    const mine = run;
    const tick = () => {
      const seconds = Math.max(0, Math.floor((kh.now() - mine.began) / 1000));
      clock.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    };
    const timer = setInterval(() => (run === mine && clock.isConnected ? tick() : clearInterval(timer)), 1000);
    tick();
    kh.focus(".kh-st-red__steps button");
  }

  function keep(outcome) {
    const { row, id, acts } = run;
    if (id) kh.send("outcome", { visit_id: row.id, reaction_id: id, outcome, action_taken: acts.join("; ").slice(0, 500) }, { visit: row.id, number: row.number });
  }
};
