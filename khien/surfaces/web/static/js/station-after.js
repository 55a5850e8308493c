// The needle was in before the screen said stop: the record tells the truth, with its reason; a person decides later.
const SOON = 300; // ms without a key before the number is read

export default (kh) => {
  const { h, _ } = kh;

  kh.alreadyInjected = (row, number) => {
    const wrong = h("p.kh-error", { role: "alert", hidden: true });
    const read = h("p.kh-st-wide", { id: "roi-doc", role: "status" });
    const fields = {
      lot: kh.input("roi-lo", { value: number, maxlength: 40, "aria-describedby": "roi-doc" }), hour: kh.input("roi-gio", { value: kh.hm(kh.now()), inputmode: "numeric" }), why: kh.input("roi-vi-sao"),
    };
    const vaccine = kh.pack.session.vaccines.length > 1 && kh.select("roi-vx", kh.pack.vaccines.map((one) => [one.code, kh.both(one)]), row.vaccine);
    const told = () => ({ vaccine: vaccine ? vaccine.value : row.vaccine || kh.pack.session.vaccines[0], typed: fields.lot.value.trim() });
    const key = () => Object.values(told()).join("|");

    // What the number on the screen is read as; shown before it is recorded, so that a wrong reading is seen.
    let seen = { key: "" };
    let sure = ""; // the number whose reading was told to be right
    let waits = 0;
    async function look() {
      const { vaccine: code, typed } = told();
      const asked = key();
      if (seen.key === asked) return seen;
      if (!typed) return say({ key: asked }, "");
      let found;
      try {
        found = { key: asked, lot: await kh.readLot(row, code, typed) };
      } catch {
        found = { key: asked, away: true };
      }
      if (asked !== key()) return look();
      return say(found, ...words(found, code, typed));
    }
    const say = (found, ...told) => (kh.set(read, ...told), sure !== found.key && label(_("Ghi mũi đã tiêm")), (seen = found));
    const plain = ({ lot, away }, code) => away || (lot && lot.as_typed && lot.vaccine === code);
    function words({ lot, away }, code, typed) {
      if (away) return [_("Mất mạng: chưa xem được số này là lô nào. Soát lại với nhãn lọ.")];
      if (!lot) return [kh.chip(_("Không có trong sổ"), "wait"), " ", _("Sẽ ghi là lô {lot}, {vaccine}, chưa rõ hạn. Soát lại với nhãn lọ.", { lot: typed.toUpperCase(), vaccine: kh.vaccine(code) })];
      const name = lot.product ? kh.both(lot.product) : kh.vaccine(lot.vaccine);
      const expiry = lot.expires_on < "9999" ? _("hạn {day}", { day: kh.dmy(lot.expires_on) }) : _("chưa rõ hạn");
      return [
        lot.vaccine !== code && kh.chip(_("Khác vắc xin"), "stop"), !lot.as_typed && kh.chip(_("Khác số đã gõ"), "wait"), " ",
        _("Sẽ ghi là lô {lot}, {vaccine}, {expiry}.", { lot: lot.number, vaccine: name, expiry }),
        !lot.as_typed && ` ${_("Chữ O đọc là số 0, chữ I và L đọc là số 1. Soát lại với nhãn lọ.")}`,
      ];
    }
    const later = () => (clearTimeout(waits), (waits = setTimeout(look, SOON)));
    fields.lot.addEventListener("input", later);
    if (vaccine) vaccine.addEventListener("change", look);

    const go = async () => {
      const at = kh.atHour(fields.hour.value);
      const missing = [!fields.lot.value.trim() && _("số lô"), (!at || new Date(at) > kh.now()) && _("giờ tiêm"), !fields.why.value.trim() && _("lý do")].filter(Boolean);
      if (missing.length) {
        wrong.hidden = false;
        kh.set(wrong, kh.icon("warn"), _("Mời ghi {what}.", { what: missing.join(", ") }));
        return;
      }
      const found = await look();
      if (!box.open) return;
      if (!plain(found, told().vaccine) && sure !== found.key) { // shown is not read: whoever has read it presses once more
        sure = found.key;
        label(_("Đúng nhãn lọ, ghi mũi đã tiêm"));
        return;
      }
      box.close();
      kh.giveDose(row, { already_injected: true, lot_number: told().typed, vaccine: found.lot?.vaccine || told().vaccine, performed_at: at, reason: fields.why.value.trim(), ...kh.doneBy("tiem") }, null);
    };
    const record = kh.button(_("Ghi mũi đã tiêm"), { main: true, on: go });
    const label = (text) => kh.set(record, text, " ", kh.key("Enter"));
    const box = kh.dialog(_("Ghi mũi đã tiêm của số {n}", { n: row.number }),
      h("p", _("Ghi đúng lô, giờ và lý do như đã xảy ra. Mũi này được đánh dấu để trung tâm xem lại; không ai bị phạt vì ghi thật.")),
      h("div.kh-st-form", kh.field(_("Số lô trên lọ"), fields.lot), vaccine && kh.field(_("Vắc xin trên lọ"), vaccine), read, kh.field(_("Giờ tiêm"), fields.hour), kh.field(_("Vì sao"), fields.why, { class: "kh-st-wide" })), wrong,
      h("div.kh-actions", record, kh.button(_("Thôi"), { kind: "quiet", on: () => box.close() })));
    fields.why.focus();
    look();
  };
};
