// Desk 1, reception: who comes in. A code, a card or a name is looked for; without a line, in the list that the desk holds.
export default (kh) => {
  const { h, _ } = kh;
  const side = h("div");

  const desk = {
    name: "reception", id: "ban1", title: _("Tiếp đón"), right: ["visit.receive"], states: ["checked_in"],
    draw: () => layout(idle()),
    open: (row) => (row.state === "checked_in" ? kh.askConsent(row, layout) : kh.tell(_("Số {n} đã tiếp đón: {state}.", { n: row.number, state: kh.stateName(row.state) }))),
    refresh: () => kh.renew(side, queues()),
    escape: () => desk.draw(),
    // A name is looked for in the whole record: whoever is inside may have a namesake at the door.
    scan: (told) => kh.arriving?.scan?.(told) || (told.kind === "text" && Boolean(kh.receive(told))),
  };
  kh.desk(desk);
  kh.receptionHome = () => {
    kh.arriving = null;
    if (kh.here === desk) desk.draw();
    kh.focusScan();
  };

  function layout(...nodes) {
    kh.draw(h("div.kh-st-desk", h("div.kh-st-main", kh.tray(), h("div#dang-don.kh-st-main", nodes)), h("div.kh-st-side", kh.lastList(), side)));
    kh.renew(side, queues());
    kh.changed();
  }
  kh.receptionLayout = layout;

  const idle = (told) => [
    kh.hint("scan", _("Quét căn cước hoặc mã hẹn, hoặc gõ tên."), _("Người đến không hẹn: quét căn cước, phiếu tự điền.")),
    h("p.kh-st-acts", kh.button(_("Ghi người không có căn cước"), { kind: "quiet", img: "plus", hot: "F4", on: () => kh.walkIn(asTyped(told || kh.inBox())) }),
      kh.family && kh.button(_("Ghi người nhà của {name}", { name: kh.family.name }), { kind: "quiet", img: "people", hot: "F6", on: () => kh.walkIn({ phone: kh.family.phone, address: kh.family.address }) })),
  ];

  function queues() {
    const waiting = kh.at("checked_in");
    const expected = kh.pack.appointments.filter((one) => !kh.arrived(one));
    return h("div.kh-st-side",
      kh.queue("cho-ky", _("Đã đón, chờ đồng ý"), waiting, { on: (row) => kh.open(row), empty: _("Không còn ai."), most: 4 }),
      kh.queue("sap-den", _("Chưa đến: {n}", { n: expected.length }), expected.slice(0, 6).map((one) => ({ ...one, number: kh.hm(one.starts_at) })), {
        on: (one) => kh.receive({ kind: "code", code: one.code, whole: true }), rest: expected.length - 4, note: (one) => [one.due?.ordinal && kh.doseName(one.due.dose_type, one.due.ordinal), kh.vaccine(one.vaccine)].filter(Boolean).join(", "), empty: _("Ai có hẹn cũng đã đến."), most: 4, hours: true,
      }));
  }

  // Whatever was typed or scanned and is not inside yet.
  kh.receive = async (told) => {
    kh.go(desk);
    layout(kh.hint("search", _("Đang tìm…")));
    const asked = told.kind === "code" ? told.code : told.text;
    if ((kh.rights.has("people.search") || told.kind === "code") && !kh.offline) {
      try {
        return show(told, await kh.soon(kh.post(kh.urls.search, { q: asked })));
      } catch (trouble) {
        if (trouble.refused) {
          kh.lastError = trouble.refused.code;
          layout(idle());
          return kh.tell(kh.both(trouble.refused), "stop");
        }
      }
    }
    return alone(told);
  };

  function show(told, found) {
    if (found.kind === "card") return kh.fromCard(found);
    if (told.kind === "code" && !found.code) told = { kind: "text", text: told.code }; // a number after all: no slip was seen
    const people = nearFirst(told, found.people);
    if (people.length === 1) return choose(people[0], told, found.appointment);
    if (people.length) return list(people, (one) => choose(one, told), told, found.more);
    return nobody(told, _("Không thấy trong sổ"));
  }
  async function cardAlone(told) {
    let card = plainly(told)({});
    try {
      if (kh.vault?.open) card = await kh.soon(kh.askRules("card", { scan: told.text })).catch(plainly(told));
    } catch (trouble) {
      if (trouble.refused) return kh.tell(kh.both(trouble.refused), "stop");
    }
    return kh.walkIn({ ...card, alone: true });
  }
  // No rules here, or they do not wake in time: the parts of the card as they stand; the record reads the scan itself.
  const plainly = (told) => (trouble) => {
    if (trouble.refused) throw trouble;
    const [, , name = "", , sex = ""] = told.text.split("|");
    return { scan: told.text, name: name.trim(), birth: told.birth, sex: { Nam: "male", Nữ: "female" }[sex.trim()] || "unknown", number: told.number, address: "", mangled: !name.trim() };
  };
  // What was typed of somebody who is not in the book, in the boxes of the form where each part belongs; nobody types it twice.
  function asTyped(told) {
    const text = (told.kind === "text" && told.text) || "";
    const whole = text.replaceAll(/[\s.\-]/g, "");
    if (/^0[35789]\d{8}$/.test(whole)) return { phone: whole };
    if (/^[A-Za-z]{0,2}\d{6,15}$/.test(whole)) return { identifier: whole };
    const [birth = ""] = /\d{1,2}[/.-]\d{1,2}[/.-]\d{4}|\b(?:19|20)\d\d\b/.exec(text) || [];
    const words = text.replace(birth, " ").split(/\s+/);
    return { name: words.filter((one) => !/\d/.test(one)).join(" ").trim(), identifier: words.find((one) => /^[A-Za-z]{0,2}\d{6,15}$/.test(one)) || "", born: birth };
  }
  function nobody(told, words) {
    if (told.wrong) {
      layout(idle());
      return kh.tell(told.wrong, "stop");
    }
    layout(kh.panel(words, h("p", _("Quét căn cước, hoặc ghi người mới.")), kh.button(_("Ghi người mới"), { main: true, hot: "F4", on: () => kh.walkIn(asTyped(told)) })));
    return undefined;
  }
  function list(people, on, told, more) {
    layout(kh.panel(more ? _("Có hơn {n} người, chọn một hoặc gõ thêm tên", { n: people.length }) : _("Có {n} người, chọn một", { n: people.length }), kh.hits(people, on),
      h("p", kh.button(_("Không phải ai ở trên: ghi người mới"), { kind: "quiet", img: "plus", hot: "F4", on: () => kh.walkIn(asTyped(told)) }))));
    kh.focus(".kh-st-hits button");
  }

  // People of today, inside or expected, as the list on the device knows them.
  const expectedOne = (one) => ({ id: one.person_id, name: one.name, birth: one.birth, sex: one.sex, identifier: one.last4 && `… ${one.last4}`, identity: one.identity, doses: null, due: kh.hm(one.starts_at), appointment: { ...one, odd: [] } });
  const insideOne = (row) => ({ id: row.person_id, name: row.name, birth: row.birth, sex: row.sex, identifier: row.last4 && `… ${row.last4}`, visit: { id: row.id, number: row.number, ended: kh.ended(row) }, doses: null });
  const ofToday = (text) => [...kh.named(text, kh.all()).map(insideOne), ...kh.named(text, kh.pack.appointments.filter((one) => !kh.arrived(one))).map(expectedOne)];
  // Whoever is inside or expected comes first; a long list of the record may have left them out.
  function nearFirst(told, people) {
    if (told.kind !== "text" || /\d/.test(told.text)) return people;
    const near = ofToday(told.text);
    const asTold = (one) => ({ ...people.find((other) => other.id === one.id), ...(people.some((other) => other.id === one.id) ? { due: one.due } : one) });
    const seen = new Set(near.map((one) => one.id));
    return [...new Map(near.map((one) => [one.id, asTold(one)])).values(), ...people.filter((one) => !seen.has(one.id))];
  }

  // The one chosen: who is inside is opened; of anybody else the record tells the appointment and the doses first.
  async function choose(one, told, appointment) {
    let whole = one;
    const inside = one.visit && !one.visit.ended;
    if (!inside && !one.next) {
      try {
        const found = kh.offline ? { people: [] } : await kh.soon(kh.post(kh.urls.search, { person: one.id }));
        whole = found.people[0] || one;
      } catch (trouble) {
        if (trouble.refused) return kh.tell(kh.both(trouble.refused), "stop");
      }
    }
    return kh.found(whole, { how: told.kind === "code" ? "slip" : "spoken", appointment: appointment || whole.appointment, alone: whole.doses === null });
  }

  // Without a line: the list of those expected is on the device; a card's own text says the rest.
  async function alone(told) {
    const expected = kh.pack.appointments.filter((one) => !kh.arrived(one));
    const found = told.kind === "text" ? ofToday(told.text) : (told.kind === "code" ? expected.filter((one) => one === kh.expected(told.code)) : kh.ofCard(told, expected)).map(expectedOne);
    const take = async (one) => {
      const show = (story) => kh.found({ ...one, ...story?.person }, { how: told.kind === "card" ? "card" : told.kind === "code" ? "slip" : "spoken", appointment: one.appointment, alone: true });
      const story = kh.askStory({ person_id: one.id, birth: one.birth, sex: one.sex }).catch(() => null);
      const early = await kh.soon(story, 1000).catch(() => null); // nobody waits at the door for rules that wake
      show(early);
      const mine = kh.arriving;
      if (!early) story.then((late) => late && kh.arriving === mine && show(late));
    };
    if (found.length === 1) return take(found[0]);
    if (found.length) return list(found, take, told);
    if (told.kind === "card") return cardAlone(told);
    if (kh.vault?.open) return nobody(told, _("Không có trong danh sách trên máy"));
    if (told.wrong) return nobody(told);
    layout(idle(told));
    return kh.tell(_("Mất mạng và không có trong danh sách hẹn. Quét căn cước để nhận như người đến trực tiếp, hoặc ghi phiếu giấy."), "wait");
  }
};
