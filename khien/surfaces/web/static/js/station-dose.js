// Desk 3, injection: who, which dose and why it may be given, the lot; sure of the person, then Enter. What stops, stops before.
export default (kh) => {
  const { h, _ } = kh;
  const side = h("div");
  const calls = h("div");
  const plans = new Map(); // asked ahead for those who come next, so that a short silence of the line stops nobody
  let here = null; // {row, lot, plan, told: how the person was found, facts, slip}

  const desk = {
    name: "injection", id: "ban3", title: _("Tiêm"), right: ["visit.dose"], states: ["cleared"],
    draw: () => idle(),
    open,
    takes: (row) => ["cleared", "consented", "checked_in"].includes(row.state) && !kh.rights.has("visit.screen"),
    refresh: () => (kh.renew(side, queue()), here || kh.renew(calls, next()), ahead(), again()),
    escape: () => idle(),
    scan: (told) => kh.proves(told),
    keys: (key) => (here?.plan && /^[1-3]$/.test(key) ? () => document.querySelectorAll('input[name="hoi"]')[Number(key) - 1]?.click() : null),
  };
  kh.desk(desk);
  kh.doseNow = () => here;
  kh.doseHome = () => kh.here === desk && idle();

  function idle() {
    here = null;
    kh.draw(h("div.kh-st-desk", h("div.kh-st-main", kh.tray(), calls, lotPanel()), h("div.kh-st-side", kh.lastList(), side)));
    kh.renew(calls, next());
    kh.renew(side, queue());
    kh.changed();
    kh.focusScan();
  }
  const next = () => kh.call(kh.at("cleared")[0], _("Mở số {n}"), _("Quét phiếu của người ngồi vào ghế, hoặc Enter rồi hỏi hai điều."), open) || kh.hint("syringe", _("Chưa có ai chờ tiêm."), _("Quét phiếu của người ngồi vào ghế."));
  const queue = () => kh.queue("cho-tiem", _("Đang chờ tiêm"), kh.at("cleared").filter((row) => row.id !== here?.row.id), { on: (row) => open(row), note: (row) => [planOf(row) && kh.doseName(planOf(row).dose_type, planOf(row).ordinal), kh.vaccine(row.vaccine)].filter(Boolean).join(", ") });

  const lotPanel = () =>
    h("section.kh-st-panel", h("h2.kh-h3", _("Lô trên bàn này")), kh.pack.session.vaccines.map((code) => {
      const usable = kh.lots(code);
      return kh.field(kh.vaccine(code), kh.select(`lo-${code}`, usable.map((lot) => [lot.lot_id, `${lot.number}, ${_("hạn")} ${kh.dmy(lot.expires_on)}`]), kh.lotFor(code)?.lot_id, { onchange: (event) => kh.chooseLot(code, event.target.value) }));
    }));

  // Plans of the next three, kept for a minute.
  const planOf = (row) => plans.get(`${row.id}:${kh.lotFor(row.vaccine)?.lot_id}`)?.answer.plan;
  async function ahead() {
    const missing = kh.at("cleared").filter((row) => !row.unsent).slice(0, 3).find((row) => kh.lotFor(row.vaccine) && !plans.has(`${row.id}:${kh.lotFor(row.vaccine).lot_id}`));
    if (!missing || (kh.line !== "ready" && !kh.vault?.open) || ahead.busy) return;
    ahead.busy = true;
    try {
      await ask(missing, { lot_id: kh.lotFor(missing.vaccine).lot_id });
    } catch {
      // asked again when the person is opened
    }
    ahead.busy = false;
  }
  async function ask(row, lot, sure = {}) {
    const answer = await kh.askDose(row, lot, sure);
    if (!sure.slip && !sure.confirmed_facts) plans.set(`${row.id}:${answer.plan.lot_id}`, { answer });
    return answer;
  }

  // The lot of the dose on the screen was recalled, held or set aside at this moment: what stops stops now, not at the next Enter.
  let asked = "";
  const again = () => {
    const { row, plan, told, alone } = here || {};
    const key = plan && `${row.id}:${plan.lot_id}`;
    if (!plan || alone || kh.lots(plan.vaccine).some((one) => one.lot_id === plan.lot_id)) return;
    if (asked !== key) (asked = key), open(row, told, { lot_id: plan.lot_id });
  };

  async function open(row, told = {}, lot = null) {
    const known = lot || { lot_id: kh.lotFor(row.vaccine)?.lot_id };
    here = { row, told, slip: told.kind === "code" ? told.code : told.kind === "slip" ? row.id : "", facts: told.kind === "card" ? ["full_name", "birth", "identifier"] : [], lot: known };
    if (!known.lot_id && !known.lot_number) {
      idle();
      return kh.tell(_("Chưa chọn lô {vaccine} cho buổi. Trưởng điểm chọn lô ở “Mở buổi, lô”.", { vaccine: kh.vaccine(row.vaccine) }), "stop");
    }
    const mine = here;
    draw(_("Đang kiểm tra lô và mũi tiêm…"));
    let answer = null;
    try {
      answer = await ask(row, known);
      if (mine !== here) return undefined;
      if (answer.stops.length) return stop(answer.stops);
      const told2 = sure(mine);
      if (told2) answer = { ...answer, stops: (await ask(row, { lot_id: answer.plan.lot_id }, told2)).stops };
    } catch (trouble) {
      if (mine !== here) return undefined;
      if (trouble.refused) return stop([trouble.refused]);
      answer = plans.get(`${row.id}:${known.lot_id}`)?.answer;
      if (!answer) {
        draw(_("Mất mạng, chưa kiểm tra được với sổ chung. Đợi mạng, hoặc tiêm theo phiếu giấy rồi nhập sau."));
        return undefined;
      }
      mine.alone = true;
    }
    if (mine !== here) return undefined;
    if (answer.stops.length) return stop(answer.stops);
    Object.assign(mine, { plan: answer.plan, warnings: answer.warnings });
    if (known.lot_number) kh.chooseLot(answer.plan.vaccine, answer.plan.lot_id); // the vial in the hand is the table's from now on
    draw();
    return advice(mine);
  }
  const sure = (mine) => (mine.slip ? { slip: mine.slip } : mine.facts.length ? { confirmed_facts: mine.facts } : null);
  kh.checkSure = async () => {
    const mine = here;
    try {
      const answer = await ask(mine.row, { lot_id: mine.plan.lot_id }, sure(mine));
      if (mine === here && answer.stops.length) stop(answer.stops);
    } catch {
      // checked again when the dose is recorded
    }
  };

  function stop(stops) {
    const { row, lot } = here;
    const number = lot.lot_number || here.plan?.lot_number || kh.board.lots.find((one) => one.lot_id === lot.lot_id)?.number || "";
    const again = here;
    here = null;
    idle();
    kh.halt({ row, stops, onlot: (text) => open(row, again.told, { lot_number: text }), oninjected: () => kh.alreadyInjected(row, number) });
  }
  kh.doseStop = stop;

  function draw(wait = "") {
    const { row, plan } = here;
    const proved = here.slip ? kh.chip(_("Đã quét phiếu"), "ready") : here.told.kind === "card" ? kh.chip(_("Khớp căn cước"), "ready") : null;
    const strange = kh.strange(row);
    kh.draw(kh.tray(),
      kh.strip(row, proved, kh.identityChip(row), strange.length && kh.chip(_("Trùng tên với số {list}", { list: strange.map((one) => one.number).join(", ") }), "wait")),
      h("div.kh-dose",
        h("div.kh-dose__main",
          wait ? h("p.kh-dose__heed", wait) : [
            h("section", { "aria-labelledby": "mui" }, h("h2#mui.kh-dose__title", h("span", kh.doseName(plan.dose_type, plan.ordinal)), ` ${kh.vaccine(plan.vaccine)} `, plan.volume_ml && h("small", _("{ml} ml, tiêm bắp", { ml: String(Number(plan.volume_ml)).replace(".", kh.lang === "en" ? "." : ",") }))),
              h("p.kh-dose__rule", kh.icon("check"), h("b", kh.both(plan))),
              (here.warnings || []).map((one) => h("p", kh.chip(kh.both(one), "wait"))),
              here.alone && h("p", kh.chip(_("Mất mạng: kiểm tra từ trước, ghi xong sẽ gửi khi có mạng"), "wait"))),
            h("div.kh-dose__grid", h("section", { "aria-labelledby": "lo-h" }, h("h2#lo-h.kh-h3", _("Lô đang dùng")), h("p.kh-dose__lot", plan.lot_number), h("p.kh-soft", _("Hạn {day}.", { day: kh.dmy(kh.board.lots.find((lot) => lot.lot_id === plan.lot_id)?.expires_on) })), kh.vial(plan)), kh.sureBox()),
            h("section#bac-si-dan"),
            h("button.kh-button.kh-button--main.kh-button--huge", { type: "button", id: "da-tiem", data: { main: "1" }, "aria-keyshortcuts": "Enter", onclick: () => kh.given() }, _("Đã tiêm"), " ", kh.key("Enter")),
            h("p.kh-st-acts", kh.button(_("Không tiêm, về danh sách"), { kind: "quiet", on: () => idle() }), kh.button(_("Thử lọ khác"), { kind: "quiet", img: "vial", on: () => otherLot() }), kh.button(_("Đã lỡ tiêm rồi"), { kind: "quiet", on: () => kh.alreadyInjected(row, plan.lot_number) })),
          ]),
        h("div.kh-dose__side", kh.lastList(), side)));
    kh.renew(side, queue());
    kh.changed();
    // Nobody is sure of the person yet: 1, 2, 3 mark what was asked. In the scan box they would be a number of the queue.
    kh.focus('input[name="hoi"]') || kh.focusScan();
  }
  const otherLot = () => {
    const { row, told } = here;
    const box = kh.dialog(_("Quét mã trên lọ"), kh.input("lo-khac"), h("div.kh-actions", kh.button(_("Kiểm tra lọ"), { main: true, on: () => (box.close(), open(row, told, { lot_number: document.getElementById("lo-khac")?.value || box.querySelector("input").value })) })));
    box.querySelector("input").focus();
  };

  // What the doctor said that the injector should know.
  async function advice(mine) {
    if (!kh.rights.has("people.see")) return;
    try {
      const story = await kh.storyOf(mine.row, "injection");
      const box = document.getElementById("bac-si-dan");
      const last = story.screening;
      if (!box || here !== mine || !last) return;
      const lines = [last.reason, mine.plan.minutes > kh.pack.minutes && _("Theo dõi {n} phút.", { n: mine.plan.minutes }), ...last.reasons.map((one) => kh.both(one))].filter(Boolean);
      if (!lines.length) return;
      box.className = "kh-dose__heed";
      kh.set(box, h("h2.kh-h3", _("Bác sĩ dặn")), h("p", lines.join(" ")));
    } catch {
      // the desk goes on without it
    }
  }
};
