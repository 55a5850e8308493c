// Desk 3: sure of the person (the slip, the card or two facts), the vial in use, the dose given, and the dose that was in already.
const HOUR = 3600000;

export default (kh) => {
  const { h, _ } = kh;
  const FACTS = [["full_name", _("Họ tên"), "1"], ["birth", _("Ngày sinh"), "2"], ["identifier", _("Số giấy tờ"), "3"]];

  kh.sureBox = () => {
    const now = kh.doseNow();
    if (now.slip || now.told.kind === "card") return h("section", h("h2.kh-h3", _("Đúng người")), h("p", kh.chip(now.slip ? _("Phiếu khớp với số {n}", { n: now.row.number }) : _("Căn cước khớp"), "ready")), kh.doer("tiem", ["injector"], _("Người tiêm:")));
    const on = () => {
      now.facts = kh.picked("hoi");
      if (now.facts.length >= 2) kh.checkSure();
    };
    return h("fieldset.kh-dose__arm", h("legend.kh-h3", _("Quét phiếu, hoặc hỏi hai điều")), h("div.kh-st-two", kh.toggles("hoi", FACTS, { type: "checkbox", chosen: now.facts, on })), h("p#chua-chac.kh-error", { role: "alert", hidden: true }), kh.doer("tiem", ["injector"], _("Người tiêm:")));
  };

  // A slip or a card scanned while somebody is on the screen.
  kh.proves = (told) => {
    const now = kh.doseNow();
    if (now && told.kind === "text" && /^(?=.*\d)[\w-]{4,}$/.test(told.text)) {
      kh.here.open(now.row, now.told, { lot_number: told.text }); // a vial
      return true;
    }
    if (!now?.plan || !["code", "card", "slip"].includes(told.kind)) return false;
    const other = told.kind === "slip" ? told.row : told.kind === "code" ? kh.byCode(told.code) : kh.ofCard(told, [now.row])[0];
    if (other?.id === now.row.id) {
      kh.here.open(now.row, told);
      return true;
    }
    if (told.kind === "card" && kh.ofCard(told, kh.all()).length === 0) return false;
    kh.doseStop([{ code: "visits.slip_of_another", vi: _("Phiếu này là của người khác, không phải số {n}.", { n: now.row.number }), en: _("Phiếu này là của người khác, không phải số {n}.", { n: now.row.number }) }]);
    return true;
  };

  // The open vial on this table: the doses that this device gave of it.
  const vials = () => kh.kept(`${kh.session}:lo-mo`, {});
  kh.vial = (plan) => {
    const per = kh.pack.lots.find((lot) => lot.id === plan.lot_id)?.doses_per_vial || 1;
    if (per < 2) return null;
    const open = (kh.board.vials || []).filter((one) => one.lot_id === plan.lot_id);
    if (open.length) return openVials(open);
    const used = vials()[plan.lot_id] || { count: 0, opened: null };
    const left = per - (used.count % per);
    const hours = kh.pack.vaccines.find((one) => one.code === plan.vaccine)?.use_within_hours;
    const until = used.opened && hours && left < per ? new Date(Date.parse(used.opened) + hours * HOUR) : null;
    const over = until && kh.now() > until;
    return [
      kh.svg("svg", { class: "kh-vial", viewBox: "0 0 200 36", role: "img", "aria-label": _("Lọ đang mở còn {n} trong {m} liều", { n: left, m: per }) },
        Array.from({ length: per }, (_none, place) => kh.svg("rect", { class: place < left ? "kh-vial__full" : "kh-vial__used", x: 1 + (place * 200) / per, y: 2, width: 200 / per - 4, height: 32, rx: 4 }))),
      h("p.kh-small", left === per ? _("Lọ mới: {n} liều.", { n: per }) : [h("b", _("Còn {n} liều", { n: left })), ` ${_("trong lọ mở lúc {time}.", { time: kh.hm(used.opened) })}`, until && ` ${_("Dùng đến {time}.", { time: kh.hm(until) })}`]),
      over && h("p", kh.chip(_("Lọ mở quá {n} giờ: bỏ, lấy lọ mới", { n: hours }), "stop")),
      openButton(plan.lot_id),
      left < per && h("button.kh-button.kh-button--quiet.kh-button--small", { type: "button", onclick: () => (keepVial(plan.lot_id, { count: 0, opened: null }), kh.here.open(kh.doseNow().row, kh.doseNow().told)) }, _("Mở lọ mới")),
    ];
  };
  // Vials that the point's book has open: doses left by the label, minutes left by the clock.
  const openVials = (open) => [
    open.map((one) => {
      const left = Math.max(0, one.doses - one.drawn);
      const minutes = kh.minutesLeft(one.use_until);
      return [
        kh.svg("svg", { class: "kh-vial", viewBox: "0 0 200 36", role: "img", "aria-label": _("Lọ đang mở còn {n} trong {m} liều", { n: left, m: one.doses }) },
          Array.from({ length: one.doses }, (_none, place) => kh.svg("rect", { class: place < left ? "kh-vial__full" : "kh-vial__used", x: 1 + (place * 200) / one.doses, y: 2, width: 200 / one.doses - 4, height: 32, rx: 4 }))),
        h("p.kh-small", h("b", left ? _("Còn {n} liều", { n: left }) : _("Đã rút đủ {n} liều theo nhãn", { n: one.doses })), ` ${_("trong lọ mở lúc {time}.", { time: kh.hm(one.opened_at) })} `, minutes ? _("Còn {n} phút, dùng đến {time}.", { n: minutes, time: kh.hm(one.use_until) }) : null),
        !minutes && h("p", kh.chip(_("Lọ quá giờ dùng: bỏ, lấy lọ mới"), "stop")),
      ];
    }),
    openButton(open[0].lot_id),
    h("p", h("a", { href: `${kh.urls.base}/lo-mo` }, _("Kết thúc lọ, ghi liều còn lại"))),
  ];
  const openButton = (lot) => h("button.kh-button.kh-button--quiet.kh-button--small", { type: "button", onclick: () => kh.send("open_vial", { lot_id: lot, ...kh.doneBy("tiem") }, { label: _("Mở lọ mới"), then: () => keepVial(lot, { count: 0, opened: null }) }) }, _("Ghi mở lọ vào sổ"));
  const keepVial = (lot, told) => kh.keep(`${kh.session}:lo-mo`, { ...vials(), [lot]: told });
  function drawn(lot) {
    const per = kh.pack.lots.find((one) => one.id === lot)?.doses_per_vial || 1;
    const used = vials()[lot] || { count: 0, opened: null };
    keepVial(lot, { count: used.count + 1, opened: used.count % per === 0 ? kh.now().toISOString() : used.opened });
  }

  kh.given = () => {
    const now = kh.doseNow();
    if (!now?.plan) return;
    if (!now.slip && now.facts.length < 2) {
      const wrong = document.getElementById("chua-chac");
      wrong.hidden = false;
      kh.set(wrong, kh.icon("warn"), _("Quét phiếu, hoặc hỏi hai điều rồi đánh dấu."));
      document.querySelector('input[name="hoi"]').focus();
      return;
    }
    const { row, plan } = now;
    drawn(plan.lot_id);
    give(row, { lot_id: plan.lot_id, slip: now.slip, confirmed_facts: now.facts, ...kh.doneBy("tiem") }, plan);
  };

  kh.giveDose = give;
  function give(row, body, plan) {
    kh.send("give_dose", { visit_id: row.id, ...(plan ? { vaccine: plan.vaccine, lot_number: plan.lot_number } : {}), ...body }, {
      plan: plan && { vaccine: plan.vaccine, lot_id: plan.lot_id, dose_type: plan.dose_type, ordinal: plan.ordinal, minutes: plan.minutes },
      label: [_("Số {n}, {name}", { n: row.number, name: row.name }), plan && kh.doseName(plan.dose_type, plan.ordinal).toLowerCase(), plan && _("lô {lot}", { lot: plan.lot_number })].filter(Boolean).join(", "),
      visit: row.id, number: row.number, to: "dosed", undo: true,
      then: (result) => {
        if (result.shortfall) kh.tell(_("Đã ghi. Sổ kho thiếu {n} liều của lô này: báo thủ kho.", { n: result.shortfall }), "wait");
        if (result.marks_said?.length) kh.tell(_("Đã ghi đúng như đã tiêm: {marks}. Trung tâm sẽ xem lại.", { marks: result.marks_said.map(kh.both).join(", ") }), "wait");
      },
      otherwise: (receipt) => {
        const stops = [receipt.refused, ...(receipt.others || [])];
        kh.refusals.unshift({ label: _("Số {n}, {name}: mũi tiêm chưa được ghi", { n: row.number, name: row.name }), visit: row.id, number: row.number, receipt, name: "give_dose", body: {} });
        kh.halt({ row, stops, oninjected: () => kh.alreadyInjected(row, plan?.lot_number || "") });
        return true;
      },
    });
    kh.doseHome();
    kh.written?.().then(() => kh.handOn(row, kh.focusScan));
  }
};
