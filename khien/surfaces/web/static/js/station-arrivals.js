// A person found, a card compared, a walk-in written: then Enter, and a number.
export default (kh) => {
  const { h, _ } = kh;
  const FIELDS = { full_name: _("họ tên"), birth: _("ngày sinh"), sex: _("giới tính"), cccd: _("số căn cước"), number: _("số giấy tờ"), phone: _("điện thoại") };

  const NO_NUMBER = [["", ""], ["lost", _("Bị mất")], ["being_issued", _("Đang làm lại")], ["never_issued", _("Chưa từng được cấp")], ["held_by_other", _("Người khác giữ")], ["declined", _("Không muốn đưa")]];

  // A scanned card: the record agrees, differs, or there is none.
  kh.fromCard = (found) => {
    const [person] = found.people;
    if (found.match === "exact") return kh.found(person, { how: "card", appointment: person.appointment, chip: kh.chip(_("Khớp căn cước"), "ready") });
    if (!person) return kh.walkIn({ ...found.card, fromCard: true });
    const names = found.differences.map((field) => FIELDS[field] || field).join(", ");
    // Name and birth date both differ: most likely somebody else's number was typed earlier, so Enter does not take one for the other.
    const other = found.differences.includes("full_name") && found.differences.includes("birth");
    const same = kh.button(_("Vẫn là người này"), { main: !other, kind: other ? "quiet" : "", hot: other ? "F6" : undefined, on: () => kh.found(person, { how: "spoken", appointment: person.appointment, note: names }) });
    const another = kh.button(_("Là người khác"), { main: other, kind: other ? "" : "quiet", hot: other ? undefined : "F6", on: () => kh.walkIn({ ...found.card, fromCard: true, told: person.id }) });
    kh.receptionLayout(
      kh.strip({ ...person, last4: "" }, kh.chip(_("Khác sổ ở {fields}", { fields: names }), "wait")),
      h("section.kh-st-panel.kh-st-panel--wait", h("h2.kh-h3", found.differences.includes("identifier") ? _("Số chứng minh cũ trên thẻ đã có trong sổ, nhưng khác ở: {fields}", { fields: names }) : _("Số căn cước này đã có trong sổ, nhưng khác ở: {fields}", { fields: names })),
        h("p", _("Trên thẻ: {name}, {birth}.", { name: found.card.name || _("(máy quét làm sai chữ)"), birth: kh.birth(found.card.birth) })),
        h("p", _("Vẫn là người này: nhận, ghi chú chỗ khác, sổ sẽ được sửa sau. Là người khác: ghi người mới, trung tâm sẽ xem lại số.")),
        h("div.kh-st-acts", other ? [another, same] : [same, another])));
    return undefined;
  };

  // A person of the record, ready to be received.
  kh.found = (person, { how, appointment, chip, note = "", alone = false } = {}) => {
    const inside = person.visit && !person.visit.ended;
    if (inside && kh.row(person.visit.id)) {
      kh.receptionHome();
      return kh.open(kh.row(person.visit.id));
    }
    const receive = () => {
      const body = { identity_how: kh.picked("giay-to")[0] || how, identity_note: note, ...kh.doneBy("don") };
      if (appointment) body.appointment_code = appointment.code;
      else body.person_id = person.id;
      if (!appointment && kh.picked("vac-xin")[0]) [body.vaccine] = kh.picked("vac-xin");
      send(body, person, appointment);
    };
    // The card of somebody on the screen: identity is proved by it.
    kh.arriving = {
      scan: (told) => {
        if (told.kind !== "card" || (person.identifier && !told.number.endsWith(person.identifier.slice(-4))) || (person.birth.length === 10 && !kh.sameBirth(told.birth, person.birth))) return false;
        document.getElementById("giay-to-card")?.click();
        kh.tell(_("Khớp căn cước."), "ready");
        return true;
      },
    };
    kh.receptionLayout(
      kh.strip({ ...person, last4: (person.identifier || "").slice(-4) }, chip, person.died_on && kh.chip(_("Sổ ghi đã mất {day}", { day: kh.dmy(person.died_on) }), "stop"), alone && kh.chip(_("Mất mạng: theo danh sách trên máy"), "wait")),
      h("section.kh-st-panel",
        h("div.kh-st-head", h("h2.kh-h3", appointment ? _("Hẹn {time} {day}", { time: kh.hm(appointment.starts_at), day: kh.dmy(appointment.on_date || kh.pack.session.on_date) }) : _("Không có lịch hẹn: nhận như người đến trực tiếp")),
          appointment && h("p", [appointment.ordinal && kh.doseName(appointment.dose_type, appointment.ordinal), kh.vaccine(appointment.vaccine)].filter(Boolean).join(", "))),
        (appointment?.odd || []).map((odd) => h("p", kh.chip(kh.both(odd), "wait"))),
        person.doses && doses(person),
        kh.declared(person.doses ? person.declared : appointment?.declared),
        note && h("p", kh.chip(_("Ghi chú: khác sổ ở {fields}", { fields: note }), "wait"))),
      !appointment && kh.pack.session.vaccines.length > 1 && kh.panel(_("Vắc xin"), h("div.kh-st-two", kh.toggles("vac-xin", kh.pack.session.vaccines.map((code) => [code, kh.vaccine(code)]), { chosen: person.next ? [] : [] }))),
      h("fieldset.kh-st-panel", h("legend.kh-h3", _("Đã xem giấy tờ")), h("div.kh-st-two", kh.toggles("giay-to", kh.identityHow(), { chosen: [how] }))),
      h("div.kh-st-bottom", kh.button(_("Bỏ qua"), { kind: "quiet", on: kh.receptionHome }), kh.button(_("Tiếp đón, lấy số"), { main: true, on: receive })));
    kh.focusScan();
    return undefined;
  };
  const doses = (person) => [
    person.doses.length ? h("ul.kh-st-past", person.doses.map((dose) => h("li", h("b", dose.counted ? kh.doseName(dose.dose_type, dose.ordinal) : _("Không tính")), h("span", kh.dmy(dose.on_date)), h("span", kh.vaccine(dose.vaccine)), !dose.counted && h("span", kh.both(dose))))) : h("p", _("Chưa có mũi nào trong sổ.")),
    person.next && h("p", h("b", kh.both(person.next))),
  ];

  // Somebody new, from a card or as typed.
  kh.walkIn = (told) => {
    kh.arriving = null;
    const card = Boolean(told.scan);
    const text = (id, label, value, more = {}) => kh.field(label, kh.input(id, { value: value || "", ...more }));
    const minor = () => {
      const birth = card ? told.birth : kh.readDay(document.getElementById("w-sinh")?.value || "");
      return birth && kh.ages(birth)[0] < 18;
    };
    const guardian = h("div.kh-st-form.kh-st-wide", { hidden: true }, text("w-gh", _("Người giám hộ"), ""), text("w-gh-dt", _("Điện thoại người giám hộ"), "", { inputmode: "tel" }));
    const look = () => (guardian.hidden = !minor());
    const sexes = [["male", _("Nam")], ["female", _("Nữ")]];
    const number = told.number || told.identifier || "";
    const ofCard = card && [kh.sexAge({ sex: told.sex, birth: told.birth || "" }), ". ", _("Căn cước"), " ", h("span.kh-num", number.replace(/^(\d{3})(\d{3})(\d{3})(\d{3})$/, "$1 $2 $3 $4"))];
    const form = h("div.kh-st-form",
      card && !told.mangled && told.name ? h("p.kh-st-wide", kh.chip(_("Lấy từ căn cước"), "ready"), " ", h("b", told.name), h("br"), ofCard) : text("w-ten", card ? _("Họ và tên, gõ như trên căn cước") : _("Họ và tên"), card ? "" : told.name, { autocapitalize: "words" }),
      card ? (told.mangled || !told.name) && h("p.kh-st-wide", ofCard) : [text("w-sinh", _("Ngày sinh (ngày/tháng/năm, hoặc chỉ năm)"), told.born, { inputmode: "numeric", oninput: look }), h("fieldset", h("legend.kh-small", _("Giới tính")), h("div.kh-st-two", kh.toggles("w-gioi", sexes, { chosen: told.sex ? [told.sex] : [] }))), text("w-so", _("Số giấy tờ"), told.identifier), kh.field(_("Không có số thì vì sao"), kh.select("w-vi-sao", NO_NUMBER))],
      text("w-dt", _("Điện thoại"), told.phone, { inputmode: "tel" }),
      text("w-o", _("Nơi ở"), told.address),
      kh.pack.session.vaccines.length > 1 && h("fieldset.kh-st-wide", h("legend.kh-small", _("Vắc xin")), h("div.kh-st-two", kh.toggles("vac-xin", kh.pack.session.vaccines.map((code) => [code, kh.vaccine(code)])))),
      guardian);
    const wrong = h("p.kh-error#w-loi", { role: "alert", hidden: true });
    const value = (id) => document.getElementById(id)?.value.trim() || "";
    const go = () => {
      const person = { phone: value("w-dt"), address: value("w-o") };
      if (card) Object.assign(person, { scan: told.scan, full_name: value("w-ten") });
      else Object.assign(person, { full_name: value("w-ten"), birth: kh.readDay(value("w-sinh")), sex: kh.picked("w-gioi")[0] || "", identifier: value("w-so") });
      const missing = (card ? [told.mangled && !person.full_name && _("họ và tên")] : [!person.full_name && _("họ và tên"), !person.birth && _("ngày sinh"), !person.sex && _("giới tính"), !person.identifier && !value("w-vi-sao") && _("số giấy tờ, hoặc vì sao không có")]).filter(Boolean);
      if (missing.length) {
        wrong.hidden = false;
        kh.set(wrong, kh.icon("warn"), _("Mời ghi {what}.", { what: missing.join(", ") }));
        form.querySelector(!person.full_name ? "#w-ten" : !person.birth ? "#w-sinh" : !person.sex ? 'input[name="w-gioi"]' : "#w-so")?.focus();
        return;
      }
      if (person.phone || person.address) kh.family = { phone: person.phone, address: person.address, name: person.full_name || told.name };
      if (!guardian.hidden && value("w-gh")) person.guardian = { full_name: value("w-gh"), phone: value("w-gh-dt"), relation: "relative" };
      if (!card && !person.identifier) person.no_identifier_reason = value("w-vi-sao");
      const body = { person, identity_how: card ? "card" : person.identifier ? "typed" : "spoken", ...kh.doneBy("don") };
      if (kh.picked("vac-xin")[0]) [body.vaccine] = kh.picked("vac-xin");
      const one = { name: person.full_name || told.name, birth: card ? told.birth : person.birth, sex: told.sex || person.sex };
      askAlike(person, { ...one, told: told.told }, () => send(body, one), draw);
    };
    const parts = [h("section.kh-st-panel", h("div.kh-st-head", h("h1.kh-h2", _("Người đến trực tiếp")), card && !told.alone && kh.chip(_("Chưa có trong sổ"), "wait")),
      told.mangled && h("p", kh.chip(_("Bộ gõ tiếng Việt đang bật: chữ trên thẻ bị sai, gõ lại họ tên"), "wait")), wrong, form),
      h("div.kh-st-bottom", kh.button(_("Bỏ qua"), { kind: "quiet", on: kh.receptionHome }), kh.button(_("Tiếp đón, lấy số"), { main: true, on: go }))];
    const draw = () => kh.receptionLayout(...parts);
    draw();
    look();
    kh.focus("#w-ten") || (card && kh.focusScan());
  };

  const WHY = { number: _("cùng số giấy tờ"), name: _("cùng tên"), name_alike: _("tên gần giống"), birth: _("cùng ngày sinh"), birth_year: _("cùng năm sinh"), phone: _("cùng điện thoại"), home: _("cùng nhà"), papers: _("không có số giấy tờ để so") };

  // Before somebody is written as new: who in the record may be this person. Asks, and never stops: without a line nobody is asked.
  async function askAlike(person, one, write, back) {
    if (kh.line === "away" && !kh.vault?.open) return write();
    const asked = (kh.arriving = { asking: one.name });
    let near = [];
    try {
      if (kh.offline) kh.tell(_("Đang kiểm tra…"));
      if (kh.offline) near = await kh.alikeHere(person, one);
      else near = (await kh.soon(kh.post(kh.urls.search, { new: person }))).people || [];
    } catch (trouble) {
      if (trouble.refused) return kh.tell(kh.both(trouble.refused), "stop");
    }
    if (kh.arriving !== asked) return undefined;
    near = near.filter((each) => each.id !== one.told); // the holder of a scanned number was asked about already
    if (!near.length) return write();
    const take = async (found) => {
      if (kh.offline) return kh.receive({ kind: "text", text: found.name });
      const whole = (await kh.post(kh.urls.search, { person: found.id }).catch(() => ({ people: [] }))).people[0] || found;
      return kh.found(whole, { how: "spoken", appointment: whole.appointment });
    };
    kh.receptionLayout(kh.panel(_("{name} có thể đã có trong sổ", { name: one.name }),
      h("p", _("Hỏi thêm: nơi ở, mũi đã tiêm, số điện thoại. Nếu là một người thì chọn dòng của họ, mọi mũi sẽ về một sổ.")),
      kh.hits(near.map((each) => ({ ...each, place: [each.place, each.why.map((why) => WHY[why] || why).join(", ")].filter(Boolean).join(". ") })), take)),
      h("div.kh-st-bottom", kh.button(_("Quay lại sửa"), { kind: "quiet", on: back }),
        kh.button(_("Là người khác, ghi người mới"), { hot: "F4", on: write })));
    return kh.focus(".kh-st-hits button");
  }

  // Sends the reception; when the receipt comes, the number is shown and consent asked.
  function send(body, person, appointment = null) {
    if (kh.vault?.open) return sendHere(body, person, appointment);
    const id = kh.send("check_in", body, {
      label: _("Đón {name}", { name: person.name }), row: rowOf(body, person, appointment),
      then: (result) => {
        const label = kh.done.find((one) => one.result === result);
        if (label) Object.assign(label, { label: _("Số {n}, {name}: đã đón", { n: result.number, name: person.name }), visit: result.visit.visit_id, number: result.number });
        if (kh.arriving?.command === id) received(result, person);
        kh.changed();
      },
      otherwise: (receipt) => {
        if (kh.arriving?.command !== id) return false;
        kh.receptionHome();
        kh.tell(kh.both(receipt.refused), "stop");
        return true;
      },
    });
    kh.arriving = { command: id };
    kh.receptionLayout(kh.panel(_("Đang lấy số cho {name}", { name: person.name }), h("p", kh.chip(_("Chờ máy chủ nhận"), "wait"), " ", _("Có mạng là có số. Làm người tiếp theo được rồi.")), kh.button(_("Người tiếp theo"), { on: kh.receptionHome })));
    kh.focusScan();
  }
  // The row of somebody received just now, as far as this desk knows them.
  const rowOf = (body, person, appointment, more = {}) => ({
    code: "", codes: [appointment?.code].filter(Boolean), registration_code: appointment?.registration_code || "", person_id: person.id || null, state: "checked_in", previous: "", name: person.name, birth: person.birth || "",
    sex: person.sex || "", last4: (person.identifier || body.person?.identifier || "").slice(-4), identity: person.identity || "", form: person.birth && kh.ages(person.birth)[0] < 18 ? "child" : "adult", identity_how: body.identity_how,
    vaccine: appointment?.vaccine || body.vaccine || (kh.pack.session.vaccines.length === 1 ? kh.pack.session.vaccines[0] : ""), marks: [], appointment_id: appointment?.id || null, walk_in: !appointment, decision: null, health: {}, mixing: false,
    checked_in_at: kh.now().toISOString(), person: body.person || null, observe_minutes: kh.pack.minutes, dosed_at: null, observe_until: null, place: person.place || body.person?.address || "", ...more,
  });

  // On a tablet that holds the session: the number is its own, the letter says whose; the visit exists from here on.
  async function sendHere(body, person, appointment) {
    const { number, letter } = kh.nextNumber();
    const id = kh.newId();
    const row = rowOf(body, person, appointment, { id, no: number, letter, number });
    kh.send("check_in", { ...body, visit_id: id, number, letter }, { label: _("Số {n}, {name}: đã đón", { n: `${letter}${number}`, name: person.name }), visit: id, number: `${letter}${number}`, row, to: "checked_in" });
    await kh.written?.();
    const known = kh.row(id) || { ...row, number: `${letter}${number}` };
    const others = kh.strange(known).map((other) => other.number);
    const minor = known.form === "child";
    received({ visit: { visit_id: id }, number: known.number, warnings: [
      minor && { vi: _("Chưa đủ 18 tuổi: người giám hộ ký đồng ý."), en: _("Chưa đủ 18 tuổi: người giám hộ ký đồng ý.") },
      others.length > 0 && { vi: _("Trùng tên với số {list}", { list: others.join(", ") }), en: _("Trùng tên với số {list}", { list: others.join(", ") }) },
      !kh.pastOf(known) && { vi: _("Chưa xem được sổ: hỏi giấy xác nhận các mũi trước."), en: _("Chưa xem được sổ: hỏi giấy xác nhận các mũi trước.") },
    ].filter(Boolean) }, person);
  }

  function received(result, person) {
    const row = kh.row(result.visit.visit_id);
    const told = h(`section.kh-st-panel.kh-st-panel--${row?.unsent ? "wait" : "ready"}`, { "aria-live": "polite" }, h("p.kh-st-told", kh.chip(result.already ? _("Đã có số {n} từ trước", { n: result.number }) : _("Đã đón, số {n}", { n: result.number }), row?.unsent ? "wait" : "ready"), kh.vault?.open ? kh.button(_("Mã phiếu, in phiếu"), { kind: "quiet small", img: "print", on: () => kh.handOver(row) }) : h("a", { href: `${kh.urls.base}/so-cho/${result.visit.visit_id}`, target: "_blank", rel: "noopener" }, kh.icon("print"), _("In số")),
      result.warnings.map((warning) => kh.chip(kh.both(warning), "wait"))));
    kh.arriving = null;
    if (row?.state === "checked_in" && kh.rights.has("visit.consent")) return kh.askConsent({ ...row, doses: person.doses }, kh.receptionLayout, told);
    kh.receptionLayout(told, h("div.kh-st-bottom", kh.button(_("Người tiếp theo"), { main: true, on: kh.receptionHome })));
    return kh.focusScan();
  }
};
