// The red flag of anaphylaxis: on every desk of the session, a doctor within 60 seconds, each act stamped by one tap and edited later.
const HMS = new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Ho_Chi_Minh", hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
const WITHIN = 60;

export default (kh) => {
  const { h, _ } = kh;
  const box = document.getElementById("bao-dong");
  let shown = null; // the visit whose red screen stands open
  let asking = ""; // "confirm", "back", "release" or an entry's id that is being edited
  let drawn = "";
  let fresh = []; // commands whose receipt is newer than the last news of the session

  const ACTS = [
    ["adrenaline", _("Adrenalin tiêm bắp")], ["called_115", _("Gọi 115")], ["position", _("Nằm đầu thấp, chân cao")], ["oxygen", _("Thở ô xy")], ["line", _("Đặt đường truyền")],
    ["fluids", _("Truyền dịch")], ["called_hospital", _("Gọi bệnh viện")], ["vitals", _("Đo mạch, huyết áp")], ["other_drug", _("Thuốc khác")], ["better", _("Đỡ hơn")], ["transfer", _("Chuyển viện")], ["note", _("Ghi thêm")],
  ];
  const named = Object.fromEntries(ACTS);
  const KEYS = ACTS.filter(([kind]) => kind !== "note");

  // What the server told, with what is still on its way: an act counts from its tap.
  const alarms = () => {
    const told = (kh.board.alarms || []).map((one) => ({ ...one, acts: [...one.acts] }));
    fresh = fresh.filter((one) => !kh.board.now || one.got > kh.board.now);
    for (const { envelope, at, got } of [...fresh, ...kh.waiting]) {
      const body = envelope.body;
      if (envelope.name === "alarm" && !told.some((one) => one.visit_id === body.visit_id)) told.push({ id: null, visit_id: body.visit_id, state: "raised", raised_at: at, acts: [] });
      const mine = told.find((one) => one.visit_id === body.visit_id);
      if (!mine) continue;
      if (envelope.name === "alarm_act") {
        mine.acts = mine.acts.filter((act) => act.id !== body.replaces);
        mine.acts.push({ id: null, kind: body.kind, happened_at: body.happened_at, facts: body.facts || {}, who: body.who, words: body.text, unsent: !got });
      }
      if (envelope.name === "alarm_strike") mine.acts = mine.acts.filter((act) => act.id !== body.entry_id);
      if (envelope.name === "alarm_have") Object.assign(mine, { state: "acknowledged", acknowledged_at: at, acknowledged_by: kh.staffName });
      if (envelope.name === "alarm_sure") Object.assign(mine, { state: "confirmed", confirmed_at: at, confirmed_by: kh.staffName });
      if (["alarm_back", "alarm_end"].includes(envelope.name)) mine.state = "over";
    }
    return told.filter((one) => ["raised", "acknowledged", "confirmed"].includes(one.state));
  };
  const seconds = (from, to = kh.now()) => Math.max(0, Math.floor((new Date(to) - new Date(from)) / 1000));
  const clock = (total) => `${Math.floor(total / 60)}:${String(total % 60).padStart(2, "0")}`;
  const about = (one) => kh.row(one.visit_id) || { id: one.visit_id, number: "?", name: "" };
  const send = (name, one, body, label) => {
    const whole = { visit_id: one.visit_id, ...body };
    const at = kh.now().toISOString();
    return kh.send(name, whole, { label, visit: one.visit_id, number: about(one).number, then: (result, receipt) => (fresh.push({ envelope: { name, body: whole }, at, got: receipt.received_at }), kh.changed()) });
  };

  // One tap: who has it is the person on the screen, else chosen among those watched.
  kh.alarm = (row, symptoms = []) => {
    if (!row) {
      const rows = kh.at("dosed", "observed");
      if (!rows.length) return kh.tell(_("Không có ai đang theo dõi."));
      if (rows.length > 1) return choose(rows);
      [row] = rows;
    }
    shown = row.id;
    asking = "";
    if (!alarms().some((one) => one.visit_id === row.id)) {
      send("alarm", { visit_id: row.id }, { symptoms, onset_at: kh.now().toISOString() }, _("Số {n}: phản vệ, đã báo trung tâm", { n: row.number }));
    }
    refresh();
  };

  function choose(rows) {
    shown = "choose";
    kh.set(box, h("main.kh-st-red.kh-pv", h("h1.kh-h1", _("Phản vệ: số nào?")), h("div.kh-st-acts", rows.map((one) => kh.button(`${one.number} ${one.name}`, { on: () => kh.alarm(one) })), kh.button(_("Đóng"), { on: () => ((shown = null), refresh()) }))));
    kh.main.hidden = true;
    box.querySelector("button").focus();
  }

  function refresh() {
    if (shown === "choose") return;
    const standing = alarms();
    const one = standing.find((each) => each.visit_id === shown);
    if (shown && !one) shown = null;
    const stop = kh.board.stop;
    const key = JSON.stringify([shown, asking, stop, standing, kh.waiting.length]);
    if (key === drawn) return;
    if (asking && box.contains(document.activeElement) && drawn.startsWith(JSON.stringify([shown, asking]).slice(0, -1))) return; // somebody is typing
    drawn = key;
    kh.main.hidden = Boolean(one);
    kh.set(box, one ? screen(one) : standing.map(line), !one && stop ? stopped(stop) : null);
    tick();
    if (one && !box.contains(document.activeElement)) box.querySelector(".kh-pv__keys button")?.focus();
  }

  // On every other screen: one line that cannot be overlooked.
  function line(one) {
    const row = about(one);
    return h("section.kh-pv-line", { role: "alert", "aria-label": _("Phản vệ: số {n}", { n: row.number }) }, kh.icon("bell"),
      h("p", h("b", _("Phản vệ: số {n}, {name}", { n: row.number, name: row.name })), " ", h("span.kh-num", { data: { since: one.raised_at } }), " ", h("span", { data: doctorFacts(one) }, doctorWords(one))),
      h("div.kh-pv-line__keys", one.state === "raised" && kh.rights.has("safety.doctor") ? kh.button(_("Bác sĩ nhận"), { on: () => have(one) }) : null, kh.button(_("Mở"), { on: () => ((shown = one.visit_id), refresh()) })));
  }

  function stopped(stop) {
    const may = kh.rights.has("safety.release");
    const why = kh.input("cho-tiem-lai", { placeholder: _("Lý do, ví dụ: đã thay hộp chống phản vệ") });
    return h("section.kh-pv-line.kh-pv-line--stop", { role: "status" }, kh.icon("stop"),
      h("p", h("b", _("Buổi tiêm đang dừng.")), " ", _("Bác sĩ cho dừng lúc {time}: {why}", { time: kh.hm(stop.at), why: stop.text })),
      may ? h("div.kh-pv-line__keys", asking === "release" ? [why, kh.button(_("Cho tiêm lại"), { on: () => release(why) }), kh.button(_("Thôi"), { on: () => ask("") })] : kh.button(_("Cho tiêm lại…"), { on: () => ask("release") })) : h("p", _("Bác sĩ trực cho tiêm lại.")));
  }
  function release(why) {
    if (!why.value.trim()) return why.focus();
    ask("");
    return kh.send("release", { reason: why.value.trim() }, { label: _("Cho tiêm lại") });
  }

  const doctorFacts = (one) => (one.state === "raised" ? { doctor: one.raised_at } : {});
  function doctorWords(one) {
    if (one.state === "raised") return "";
    if (one.state === "confirmed") return _("Bác sĩ xác nhận lúc {time}: {name}. Buổi tiêm dừng.", { time: kh.hm(one.confirmed_at), name: one.confirmed_by || "" });
    return _("Bác sĩ nhận sau {n} giây: {name}", { n: seconds(one.raised_at, one.acknowledged_at), name: one.acknowledged_by || "" });
  }

  const ask = (what) => {
    asking = what;
    box.querySelector(":focus")?.blur();
    refresh();
    (box.querySelector(".kh-pv__ask input, #cho-tiem-lai") || box.querySelector("button"))?.focus();
  };
  const have = (one) => send("alarm_have", one, {}, _("Số {n}: bác sĩ đã nhận", { n: about(one).number }));

  function screen(one) {
    const row = about(one);
    const last = one.acts.filter((act) => act.kind === "adrenaline").at(-1);
    return h("main.kh-st-red.kh-pv", { "aria-labelledby": "pv" },
      h("div.kh-st-head", h("div", h("h1#pv.kh-h1", _("Phản vệ: số {n}, {name}", { n: row.number, name: row.name })), h("p", row.sex ? `${kh.sexAge(row)}. ` : "", row.dosed_at ? `${kh.vaccine(row.vaccine)}, ${_("tiêm")} ${kh.hm(row.dosed_at)}` : "")),
        h("div.kh-st-red__clock", { data: { since: one.raised_at }, role: "timer" })),
      h("p.kh-pv__doctor", h("span", { data: doctorFacts(one) }, doctorWords(one)), last && h("span", " ", _("Adrenalin lần {n}:", { n: one.acts.filter((act) => act.kind === "adrenaline").length }), " ", h("b.kh-num", { data: { since: last.happened_at } }), " ", _("trước; chưa ổn thì nhắc lại sau 3 đến 5 phút."))),
      doctor(one, row),
      h("div.kh-pv__keys", KEYS.map(([kind, words]) => h("button", { type: "button", class: kind === "adrenaline" ? "kh-pv__main" : "", onclick: () => stamp(one, kind) }, h("span", words), kind === "adrenaline" && h("small", _("{mg} mg, sửa liều được sau", { mg: said(usual(row)) }))))),
      h("ol.kh-pv__acts", { "aria-label": _("Diễn biến") }, one.acts.toSorted((a, b) => new Date(a.happened_at) - new Date(b.happened_at)).map((act) => entry(one, act))),
      words(one),
      h("div.kh-st-bottom", kh.button(_("Đã ổn, tiếp tục theo dõi"), { on: () => over(one, "recovering") }), kh.button(_("Đã chuyển bệnh viện"), { on: () => gone(one, row) }), kh.button(_("Thu nhỏ"), { on: () => ((shown = null), refresh(), kh.focusScan()) })));
  }

  function doctor(one, row) {
    const keys = [];
    if (kh.rights.has("safety.doctor")) {
      if (one.state === "raised") keys.push(kh.button(_("Bác sĩ nhận"), { on: () => have(one) }));
      if (one.state !== "confirmed") keys.push(kh.button(_("Xác nhận phản vệ, dừng buổi…"), { on: () => ask("confirm") }));
    }
    if (one.state !== "confirmed") keys.push(kh.button(_("Báo nhầm, rút lại…"), { on: () => ask("back") }));
    if (asking !== "confirm" && asking !== "back") return h("div.kh-st-acts", keys);
    const confirming = asking === "confirm";
    const why = kh.input("pv-vi-sao", { value: confirming ? _("Phản vệ ở số {n}", { n: row.number }) : "" });
    const go = () => {
      if (!why.value.trim()) return why.focus();
      const reason = why.value.trim();
      send(confirming ? "alarm_sure" : "alarm_back", one, { reason }, confirming ? _("Số {n}: xác nhận phản vệ, dừng buổi", { n: row.number }) : _("Số {n}: báo nhầm, đã rút lại", { n: row.number }));
      return ask("");
    };
    return h("div.kh-pv__ask", h("label", { for: "pv-vi-sao" }, confirming ? _("Dừng cả buổi tiêm. Các bàn sẽ đọc:") : _("Vì sao rút lại?")), why, kh.button(confirming ? _("Dừng buổi tiêm") : _("Rút lại báo động"), { on: go }), kh.button(_("Thôi"), { on: () => ask("") }));
  }

  const usual = (row) => (row.birth && kh.ages(row.birth)[1] < 12 ? "0.3" : "0.5");
  function stamp(one, kind) {
    const facts = kind === "adrenaline" ? { dose_mg: usual(about(one)), route: "im" } : {};
    send("alarm_act", one, { kind, happened_at: kh.now().toISOString(), facts }, `${_("Số {n}", { n: about(one).number })}: ${named[kind]}`);
  }

  const said = (number) => (kh.lang === "en" ? number : number.replace(".", ","));
  const factWords = (act) => [act.facts.dose_mg && `${said(act.facts.dose_mg)} mg`, act.facts.pulse && `${_("mạch")} ${act.facts.pulse}`, act.facts.bp && `${_("huyết áp")} ${act.facts.bp}`, act.facts.spo2 && `SpO2 ${act.facts.spo2}`, act.facts.ml && `${act.facts.ml} ml`, act.facts.litres && `${act.facts.litres} ${_("lít/phút")}`, act.words].filter(Boolean).join(", ");
  function entry(one, act) {
    if (act.id && asking === act.id) return h("li.kh-pv__ask", editing(one, act));
    return h("li", h("time", HMS.format(new Date(act.happened_at))), h("span", h("b", named[act.kind] || act.kind), factWords(act) ? ` ${factWords(act)}` : "", act.who ? `, ${act.who}` : "", act.edited ? ` (${_("đã sửa")})` : ""),
      act.id ? h("button", { type: "button", onclick: () => ask(act.id), "aria-label": `${_("Sửa")}: ${named[act.kind]}` }, _("Sửa")) : act.unsent ? kh.chip(_("Chờ gửi"), "wait") : null);
  }
  const FIELDS = { adrenaline: [["dose_mg", _("Liều (mg)")]], vitals: [["pulse", _("Mạch")], ["bp", _("Huyết áp")], ["spo2", "SpO2"]], fluids: [["ml", _("Số ml")]], oxygen: [["litres", _("Lít/phút")]] };
  function editing(one, act) {
    const time = kh.input("pv-gio", { value: HMS.format(new Date(act.happened_at)), inputmode: "numeric" });
    const inputs = (FIELDS[act.kind] || []).map(([name, label]) => [name, label, kh.input(`pv-${name}`, { value: act.facts[name] || "" })]);
    const who = kh.input("pv-ai", { value: act.who || kh.staffName, list: "pv-nguoi" });
    const text = kh.input("pv-loi", { value: act.words || "" });
    const save = () => {
      const found = /^(\d{1,2})[:hg. ](\d{2})(?:[:. ](\d{2}))?$/.exec(time.value.trim());
      if (!found) return time.focus();
      const facts = Object.fromEntries(inputs.map(([name, , input]) => [name, input.value.trim()]));
      if (act.kind === "adrenaline") facts.route = act.facts.route || "im";
      const moment = `${kh.pack.session.on_date}T${found[1].padStart(2, "0")}:${found[2]}:${found[3] || "00"}+07:00`;
      send("alarm_act", one, { kind: act.kind, happened_at: moment, facts, who: who.value.trim(), text: text.value.trim(), replaces: act.id }, _("Sửa một dòng xử trí"));
      return ask("");
    };
    const drop = () => {
      send("alarm_strike", one, { entry_id: act.id }, _("Bỏ một dòng xử trí"));
      ask("");
    };
    return [h("b", named[act.kind]), kh.field(_("Giờ"), time), inputs.map(([, label, input]) => kh.field(label, input)), kh.field(_("Ai làm"), who), h("datalist#pv-nguoi", (kh.pack.staff || []).map((one_) => h("option", { value: one_.name || one_.full_name }))), kh.field(_("Ghi thêm"), text),
      h("div.kh-st-acts", kh.button(_("Lưu"), { on: save }), kh.button(_("Bỏ dòng này"), { on: drop }), kh.button(_("Thôi"), { on: () => ask("") }))];
  }

  function words(one) {
    const note = kh.input("pv-them", { placeholder: _("Việc khác, số đo"), "aria-label": _("Việc khác, số đo") });
    const write = (event) => {
      event.preventDefault();
      if (!note.value.trim()) return;
      send("alarm_act", one, { kind: "note", happened_at: kh.now().toISOString(), text: note.value.trim() }, _("Ghi thêm"));
      note.value = "";
      note.blur();
    };
    return h("form.kh-pv__note", { onsubmit: write }, note, h("button.kh-button", { type: "submit" }, _("Ghi")));
  }

  function over(one, outcome) {
    send("alarm_end", one, { outcome }, outcome === "transferred" ? _("Đã chuyển bệnh viện") : _("Đã ổn, tiếp tục theo dõi"));
    shown = null;
    refresh();
    kh.focusScan();
  }
  function gone(one, row) {
    if (row.state === "dosed") {
      kh.send("end", { visit_id: row.id, end: "left_early", reason: _("Chuyển bệnh viện vì phản vệ"), detail: { hospital: kh.pack.session.hospital } }, { label: _("Số {n}: chuyển bệnh viện", { n: row.number }), visit: row.id, number: row.number, to: "left_early" });
    }
    over(one, "transferred");
  }

  function tick() {
    for (const node of box.querySelectorAll("[data-since]")) node.textContent = clock(seconds(node.dataset.since));
    for (const node of box.querySelectorAll("[data-doctor]")) {
      const passed = seconds(node.dataset.doctor);
      node.textContent = passed <= WITHIN ? _("Chờ bác sĩ: còn {n} giây", { n: WITHIN - passed }) : _("Chưa có bác sĩ nhận, quá {n} giây!", { n: passed - WITHIN });
      node.classList.toggle("kh-pv__late", passed > WITHIN);
    }
  }
  setInterval(tick, 1000);
  kh.listen(refresh);
};
