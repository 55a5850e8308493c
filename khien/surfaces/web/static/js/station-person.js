// The parts that several desks draw: who sits there, the queue, choosing among people, taking a step back, a dialog.
export default (kh) => {
  const { h, _ } = kh;

  // The strip at the top: number, name, what tells this person from others.
  kh.strip = (row, ...chips) =>
    h(
      "section.kh-person",
      { "aria-label": _("Người đang ở bàn") },
      row.number && h("p.kh-person__no", h("span", _("Số")), h("b", String(row.number))),
      h("div", h("h1.kh-person__name", row.name), h("p.kh-person__meta", kh.sexAge(row), row.last4 && [". ", _("Giấy tờ"), " ", h("span.kh-num", `… ${row.last4}`)])),
      h("div.kh-person__chips", chips, kh.handKey(row)),
    );
  kh.identityChip = (row) => {
    if (row.identity_how === "card") return kh.chip(_("Khớp căn cước"), "ready");
    if (row.identity === "disputed") return kh.chip(_("Số giấy tờ có hai người nhận"), "wait");
    return row.last4 ? null : kh.chip(_("Chưa có số giấy tờ"), "wait");
  };
  // The way to a dose given elsewhere, with its evidence: a page of its own.
  kh.earlier = (row) => kh.rights.has("visit.history") && row.id && !row.sealed && !kh.offline && h("a", { href: `${kh.urls.base}/mui-cu/${row.id}` }, _("Thêm mũi nơi khác"));
  // Doses that somebody said they had when registering and that the record does not hold: the paper is asked for.
  kh.declared = (told) => {
    if (!told) return null;
    const last = [told.vaccine && kh.vaccine(told.vaccine), told.on && kh.dmy(told.on), told.place, told.lot && _("lô {lot}", { lot: told.lot })].filter(Boolean).join(", ");
    const count = [_("1 mũi"), _("2 mũi")][told.count - 1] || _("3 mũi trở lên");
    return h("p", kh.chip(_("Đã khai, chưa có trong sổ"), "wait"), " ", last ? _("Khi đăng ký ngày {day} khai đã tiêm {count}, mũi gần nhất: {last}. Hỏi giấy cũ.", { day: kh.dmy(told.told_on), count, last }) : _("Khi đăng ký ngày {day} khai đã tiêm {count}. Hỏi giấy cũ.", { day: kh.dmy(told.told_on), count }));
  };
  kh.strange = (row) => kh.all().filter((other) => other.person_id !== row.person_id && other.id !== row.id && kh.folded(other.name) === kh.folded(row.name));

  // A queue: who is next, each one a button.
  kh.queue = (id, title, rows, { on, note = () => "", empty = _("Chưa có ai."), most = 9, rest = 0, hours = false } = {}) =>
    h(
      "section.kh-st-panel",
      { "aria-labelledby": `${id}-h` },
      h(`h2#${id}-h.kh-h3`, title),
      rows.length
        ? h(`ol#${id}.kh-queue${hours ? ".kh-queue--hours" : ""}`, rows.slice(0, most).map((row) => h("li", h("b", String(row.number ?? "")), h("span", h("button", { type: "button", onclick: () => on(row) }, row.name), h("small", note(row), row.unsent && h("span.kh-queue__wait", ` ${_("chờ gửi")}`))))), (rest || rows.length - most) > 0 && h("li", h("b", ""), h("span", h("small", _("và {n} người nữa", { n: rest || rows.length - most })))))
        : h("p.kh-soft", empty),
    );
  // Draws a queue again without moving what has the focus inside it.
  kh.renew = (holder, node) => {
    if (!holder) return;
    const inside = holder.contains(document.activeElement) ? [...holder.querySelectorAll("button")].indexOf(document.activeElement) : -1;
    kh.set(holder, node);
    if (inside >= 0) holder.querySelectorAll("button")[inside]?.focus();
  };

  kh.hits = (people, on) =>
    h("ul.kh-st-hits", people.map((one) => h("li", h("button", { type: "button", onclick: () => on(one) }, kh.icon("person"), h("span", h("b", one.name), h("small", kh.sexAge(one), one.identifier && `. ${one.identifier}`, one.place && `. ${one.place}`)), one.number ? h("b.kh-num", `${_("số")} ${one.number}`) : one.visit ? h("b.kh-num", `${_("số")} ${one.visit.number}`) : one.due ? h("b.kh-num", `${_("hẹn")} ${one.due}`) : ""))));
  // Several people inside answer to what was typed.
  kh.choose = (rows, on) => {
    const box = document.getElementById("loi-nhan");
    const pick = (row) => (kh.clearTold(), on(row));
    kh.set(box, kh.panel(_("Có {n} người, chọn một", { n: rows.length }), kh.hits(rows, pick)));
    box.querySelector("button").focus();
  };

  // Who comes next to a desk; Enter opens them. Null when nobody waits.
  kh.call = (row, words, more, on) =>
    row && h("section.kh-st-panel.kh-st-hint", h("p", _("Mời số")), h("p.kh-st-done", h("b", String(row.number)), row.name), more && h("p", more), kh.button(words.replace("{n}", row.number), { main: true, on: () => on(row) }));
  kh.hint = (img, words, more) => h("div.kh-st-panel.kh-st-hint", kh.icon(img), h("p", words), more && h("p.kh-small", more));

  kh.dialog = (title, ...children) => {
    const node = h("dialog.kh-st-dialog", { "aria-label": title }, h("h2.kh-h2", title), children);
    node.addEventListener("close", () => {
      node.remove();
      kh.focusScan();
    });
    document.body.append(node);
    node.showModal();
    return node;
  };

  // A step is taken back with a reason: the dose by its own command.
  kh.askUndo = (one) => {
    const dose = one.name === "give_dose";
    const reasons = dose
      ? [["wrong_person", _("Ghi nhầm người")], ["not_given", _("Chưa tiêm")], ["wrong_lot", _("Nhầm lô")], ["other", _("Lý do khác")]]
      : [["wrong_person", _("Ghi nhầm người")], ["too_soon", _("Bấm nhầm")], ["other", _("Lý do khác")]];
    const go = () => {
      const reason = kh.picked("vi-sao-hoan")[0] || "other";
      box.close();
      kh.send(dose ? "undo_dose" : "undo", { visit_id: one.visit, reason: reasons.find(([value]) => value === reason)[1] }, {
        label: _("Hoàn tác số {n}", { n: one.number }), visit: one.visit, number: one.number, then: () => ((one.undo = false), kh.poll()),
      });
    };
    const box = kh.dialog(_("Hoàn tác số {n}?", { n: one.number }), h("p", one.label), h("div.kh-st-two", kh.toggles("vi-sao-hoan", reasons, { chosen: [reasons[0][0]] })),
      h("div.kh-actions", kh.button(_("Hoàn tác"), { main: true, on: go }), kh.button(_("Thôi"), { kind: "quiet", on: () => box.close() })));
    box.querySelector("input").focus();
  };

  // Who did it, when the one at the keyboard keys for another; kept for the desk.
  kh.doer = (desk, roles, label) => {
    const people = kh.pack.staff.filter((one) => one.roles.some((role) => roles.includes(role)));
    if (!people.some((one) => one.id === kh.staff)) people.unshift({ id: kh.staff, name: kh.staffName, roles: [] });
    const id = `ai-${desk}`;
    const kept = kh.kept(`${kh.session}:${id}`, kh.staff);
    const chosen = people.some((one) => one.id === kept) ? kept : kh.staff;
    const select = kh.select(id, people.map((one) => [one.id, one.name]), chosen, { onchange: () => kh.keep(`${kh.session}:${id}`, select.value) });
    return h("p.kh-st-doer", h("label", { for: id }, label), select);
  };
  kh.doneBy = (desk) => {
    const id = document.getElementById(`ai-${desk}`)?.value;
    return id && id !== kh.staff ? { performed_by: id, performed_by_name: kh.pack.staff.find((one) => one.id === id)?.name || "" } : {};
  };
};
