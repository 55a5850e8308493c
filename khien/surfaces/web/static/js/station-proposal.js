// Desk 2, right: the measures that the form asks for, what the software proposes and why, what the doctor decides.
const WAIT_MS = 250;

export default (kh) => {
  const { h, _ } = kh;
  const VERDICTS = {
    eligible: [_("Đủ điều kiện tiêm"), "ready", "check"], caution: [_("Khám kỹ trước khi tiêm"), "wait", "clock"], defer: [_("Hoãn tiêm"), "wait", "undo"],
    refer: [_("Chuyển bệnh viện"), "stop", "send"], contraindicated: [_("Chống chỉ định"), "stop", "stop"],
  };
  const CLEARS = ["eligible", "caution"];
  let timer = 0;

  const kind = (code) => kh.pack.vitals.find((one) => one.code === code) || { code, vi: code, en: code, unit: "" };
  const wanted = () => {
    const now = kh.screeningNow();
    return now.proposal?.needs || [{ vital: "temperature_c", ...pair("temperature_c"), unit: kind("temperature_c").unit, why_vi: "", why_en: "" }];
  };
  const pair = (code) => ({ vi: kind(code).vi, en: kind(code).en });

  // Blood pressure is one box, as people say it: 148/84.
  kh.drawVitals = () => {
    const box = document.getElementById("so-do");
    const now = kh.screeningNow();
    const needs = wanted();
    const shown = needs.filter((need) => need.vital !== "bp_diastolic").map((need) => need.vital);
    if (box.dataset.shown === shown.join()) return;
    box.dataset.shown = shown.join();
    const focused = document.activeElement?.id;
    kh.set(box, 
      h("h2#do.kh-h3", _("Số đo")),
      h("div.kh-vitals", needs.filter((need) => need.vital !== "bp_diastolic").map((need) => {
        const pressure = need.vital === "bp_systolic";
        const id = `do-${need.vital}`;
        const value = pressure ? [now.vitals.bp_systolic, now.vitals.bp_diastolic].filter(Boolean).join("/") : now.vitals[need.vital] || "";
        return h("div", { data: { vital: need.vital } }, h("label", { for: id }, pressure ? _("Huyết áp") : kh.both(need)),
          h("span.kh-vital", h("input", { id, value, inputmode: "decimal", autocomplete: "off", oninput: (event) => read(need.vital, event.target.value) }), h("span", need.unit)));
      })),
      h("p.kh-vital__why#do-vi", { hidden: true }),
      h("p.kh-small.kh-soft", [...new Set(needs.map((need) => (kh.lang === "en" ? need.why_en : need.why_vi)).filter(Boolean))].join(". ")),
    );
    if (focused) document.getElementById(focused)?.focus();
  };
  function read(vital, text) {
    const { vitals } = kh.screeningNow();
    if (vital === "bp_systolic") [vitals.bp_systolic, vitals.bp_diastolic = ""] = text.split(/\s*[/\\ -]\s*/);
    else vitals[vital] = text;
    kh.propose();
  }

  kh.propose = () => {
    clearTimeout(timer);
    const mine = kh.screeningNow();
    timer = setTimeout(async () => {
      if (kh.screeningNow() !== mine) return;
      try {
        const half = Boolean(mine.vitals.bp_systolic) !== Boolean(mine.vitals.bp_diastolic);
        const { bp_systolic, bp_diastolic, ...others } = mine.vitals;
        mine.proposal = await kh.askProposal(mine.row, mine.answers, half ? others : { ...others, bp_systolic, bp_diastolic });
        mine.trouble = "";
      } catch (trouble) {
        mine.trouble = trouble.refused ? kh.both(trouble.refused) : _("Mất mạng: máy chưa đề nghị được. Bác sĩ vẫn quyết định, ghi lý do; máy chủ xem lại khi có mạng.");
      }
      if (kh.screeningNow() !== mine || kh.here.name !== "screening") return;
      kh.drawVitals();
      kh.drawProposal();
      heed();
    }, WAIT_MS);
  };

  kh.drawProposal = () => {
    const box = document.getElementById("de-nghi");
    const { proposal, trouble } = kh.screeningNow();
    box.className = "kh-propose";
    if (trouble || !proposal) {
      kh.set(box, h("p.kh-propose__cap", _("Máy đề nghị")), h("p", trouble || _("Trả lời các câu hỏi; máy sẽ đề nghị.")));
      return;
    }
    const missing = proposal.missing.length;
    const [words, tone, img] = VERDICTS[proposal.verdict];
    const quiet = missing && proposal.verdict === "eligible";
    box.className = `kh-propose kh-propose--${quiet ? "none" : tone}`;
    kh.set(box, 
      h("p.kh-propose__cap", missing ? _("Máy đề nghị, còn thiếu {n} mục", { n: missing }) : _("Máy đề nghị")),
      h("h2.kh-propose__what", quiet ? null : kh.icon(img), quiet ? _("Chưa đủ để đề nghị") : words),
      proposal.reasons.length ? h("ul", proposal.reasons.slice(0, 4).map((reason) => h("li", kh.both(reason)))) : null,
      h("p.kh-propose__src", proposal.source),
    );
    for (const node of document.querySelectorAll("#so-do [data-vital]")) node.classList.toggle("kh-vital--bad", proposal.reasons.some((reason) => reason.code.startsWith(node.dataset.vital)));
  };

  kh.drawDecision = () => {
    const { row } = kh.screeningNow();
    const key = (id, value, img, words, tone, hot) => [h("input", { type: "radio", name: "qd", id, value, onchange: heed, data: { hot } }), h("label", { for: id, class: tone && `kh-decide--${tone}` }, kh.icon(img), words, kh.key(hot))];
    kh.set(document.getElementById("quyet-dinh"), 
      h("fieldset.kh-decide", h("legend.kh-h3", _("Bác sĩ quyết định")), kh.doer("kham", ["screener", "doctor_on_duty"], _("Bác sĩ:")),
        h("div.kh-decide__keys", key("d1", "clear", "check", _("Cho tiêm"), "", "F5"), key("d2", "wait", "clock", _("Đo lại sau 15 phút"), "wait", "F6"), key("d3", "defer", "undo", _("Hoãn, hẹn lại"), "wait", "F7"), key("d4", "away", "stop", _("Không tiêm ở đây"), "stop", "F8")),
        h("div#qd-them.kh-st-form")),
      h("p.kh-error#qd-loi", { role: "alert", hidden: true }),
      h("div.kh-st-stick", kh.button(_("Ghi và gọi số tiếp"), { main: true, on: decide })),
    );
    heed();
    return row;
  };

  // What the choice asks besides: a reason where it differs, the day of coming again, where to, how long to watch.
  function heed() {
    const now = kh.screeningNow();
    const box = document.getElementById("qd-them");
    if (!box) return;
    const [choice] = kh.picked("qd");
    const kept = Object.fromEntries([...box.querySelectorAll("input, select")].filter((one) => one.id).map((one) => [one.id, one.type === "radio" ? one.checked : one.value]));
    const verdict = now.proposal?.verdict;
    const chosen = { clear: CLEARS.includes(verdict) ? verdict : "eligible", defer: "defer", wait: "wait", away: kept["kd-contraindicated"] || (!("kd-refer" in kept) && verdict === "contraindicated") ? "contraindicated" : "refer" }[choice];
    const same = !choice || choice === "wait" || chosen === verdict;
    now.chosen = chosen;
    now.same = same;
    const parts = [choice];
    const nodes = [];
    if (choice === "away") nodes.push(h("fieldset.kh-st-wide", h("legend.kh-hide", _("Không tiêm ở đây")), h("div.kh-st-two", kh.toggles("kd", [["refer", _("Chuyển bệnh viện")], ["contraindicated", _("Chống chỉ định")]], { chosen: [chosen], on: heed }))));
    if (choice === "away" && chosen === "refer") nodes.push(kh.field(_("Bệnh viện"), kh.input("qd-bv", { value: kept["qd-bv"] ?? kh.pack.session.hospital })));
    if (choice === "defer") nodes.push(kh.field(_("Hẹn lại ngày"), kh.input("qd-ngay", { inputmode: "numeric", placeholder: _("ngày/tháng/năm"), value: kept["qd-ngay"] || "" })));
    if (choice === "clear") nodes.push(kh.field(_("Theo dõi, phút"), kh.input("qd-phut", { inputmode: "numeric", value: kept["qd-phut"] || now.before?.minutes || kh.pack.minutes })));
    if (choice && choice !== "wait") nodes.push(kh.field(same ? _("Ghi chú") : _("Lý do khác đề nghị (bắt buộc)"), kh.input("qd-ly-do", { value: kept["qd-ly-do"] || "" })));
    parts.push(chosen === "refer", same);
    if (box.dataset.shown === parts.join()) return;
    box.dataset.shown = parts.join();
    const focused = document.activeElement?.id;
    kh.set(box, ...nodes);
    const wrong = document.getElementById("qd-loi");
    if (wrong) wrong.hidden = true; // what was wrong was said of another choice
    if (choice) box.scrollIntoView({ block: "nearest" });
    if (focused && box.querySelector(`#${CSS.escape(focused)}`)) document.getElementById(focused).focus();
  }

  async function decide() {
    const now = kh.screeningNow();
    const { row, proposal } = now;
    const wrong = document.getElementById("qd-loi");
    const say = (words, id) => {
      wrong.hidden = false;
      kh.set(wrong, kh.icon("warn"), words);
      document.getElementById(id)?.focus();
    };
    const value = (id) => document.getElementById(id)?.value.trim() || "";
    if (!kh.picked("qd").length) return say(_("Chọn quyết định của bác sĩ (F5 đến F8)."), "d1");
    heed();
    const decision = now.chosen;
    if (CLEARS.includes(decision) && proposal && !proposal.complete) return say(_("Còn thiếu: {what}", { what: proposal.missing.map((one) => kh.both(one)).slice(0, 3).join("; ") }), proposal.missing[0].item ? `q${proposal.missing[0].item}khong` : `do-${proposal.missing[0].code}`);
    if (!now.same && !value("qd-ly-do")) return say(_("Quyết định khác đề nghị: ghi lý do."), "qd-ly-do");
    const returns = kh.readDay(value("qd-ngay"));
    if (value("qd-ngay") && !/^\d{4}-\d\d-\d\d$/.test(returns)) return say(_("Ghi ngày hẹn dạng ngày/tháng/năm."), "qd-ngay");
    const minutes = Number(value("qd-phut")) || null;
    const to = decision === "wait" ? "consented" : { eligible: "cleared", caution: "cleared", defer: "deferred", refer: "referred", contraindicated: "contraindicated" }[decision];
    const health = kh.vault?.open ? await kh.askHealth(row, now.answers).catch(() => row.health) : undefined;
    kh.send("screen", {
      visit_id: row.id, answers: now.answers, vitals: Object.fromEntries(Object.entries(now.vitals).filter(([, one]) => one)), decision, reason: value("qd-ly-do"),
      observe_minutes: minutes && minutes !== kh.pack.minutes ? minutes : null, return_on: returns || null, detail: value("qd-bv") ? { hospital: value("qd-bv") } : {}, ...(now.story && { seen: now.story.screening?.version || 0 }), ...(kh.vault?.open && proposal && { proposed: { verdict: proposal.verdict, form: proposal.form, rules_version: proposal.rules_version || "" } }), ...kh.doneBy("kham"),
    }, { label: _("Số {n}, {name}: {what}", { n: row.number, name: row.name, what: decision === "wait" ? _("đo lại") : VERDICTS[decision][0].toLowerCase() }), visit: row.id, number: row.number, to, undo: decision !== "wait", health, reasons: proposal?.reasons.slice(0, 4) });
    await kh.written?.();
    return decision === "wait" ? kh.screeningNext() : kh.handOn(row, kh.screeningNext);
  }
};
