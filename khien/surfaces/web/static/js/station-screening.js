// Desk 2, screening: the form in force as one page of large keys; measures only where the form asks; the doctor decides.
export default (kh) => {
  const { h, _ } = kh;
  const side = h("div");
  const calls = h("div");
  let here = null; // {row, form, story, answers, vitals, proposal}

  const desk = {
    name: "screening", id: "ban2", title: _("Khám"), right: ["visit.screen"], states: ["consented"],
    draw: () => idle(),
    open,
    takes: (row) => ["checked_in", "consented", "cleared"].includes(row.state) && (row.state !== "checked_in" || !kh.rights.has("visit.receive")),
    refresh: () => (kh.renew(side, queues()), here ? arrived() : kh.renew(calls, next())),
    escape: () => idle(),
    keys: (key) => (here && (key === "1" || key === "2") ? () => answer(key === "2") : null),
  };
  kh.desk(desk);
  kh.screeningNow = () => here;

  function idle() {
    here = null;
    kh.draw(h("div.kh-st-desk", h("div.kh-st-main", kh.tray(), calls), h("div.kh-st-side", kh.lastList(), side)));
    kh.renew(calls, next());
    kh.renew(side, queues());
    kh.changed();
    kh.focusScan();
  }
  const next = () => kh.call(kh.at("consented")[0], _("Khám số {n}"), "", open) || kh.hint("therm", _("Chưa có ai chờ khám."), _("Quét phiếu hoặc gõ số để mở một người."));
  const queues = () => kh.queue("cho-kham", _("Chờ khám"), [...kh.at("consented"), ...kh.at("checked_in")].filter((row) => row.id !== here?.row.id), { on: (row) => open(row), note: (row) => [kh.vaccine(row.vaccine), row.state === "checked_in" && _("chưa ký đồng ý"), row.form === "child" && _("trẻ em")].filter(Boolean).join(", ") });

  async function open(row) {
    if (row.state === "checked_in") return kh.askConsent(row, (...nodes) => kh.draw(h("div.kh-st-main", kh.tray(), nodes)));
    if (!["consented", "cleared"].includes(row.state)) return kh.tell(_("Số {n}: {state}.", { n: row.number, state: kh.stateName(row.state) }), "wait");
    here = { row, form: kh.pack.forms[row.form], answers: { items: {}, details: {}, background: [] }, vitals: {}, proposal: null };
    draw();
    if (kh.rights.has("people.see")) {
      const mine = here;
      try {
        mine.story = await kh.storyOf(row, "screening");
      } catch {
        return undefined;
      }
      if (here === mine && mine.story) recall();
    }
    return undefined;
  }

  // The person's last step got its receipt while the form is open.
  const arrived = () => kh.row(here.row.id)?.unsent || document.getElementById("kham-cho-gui")?.remove();

  // What was answered and measured before ("measure again"), and the earlier doses.
  function recall() {
    const { screening, person } = here.story;
    const chips = kh.main.querySelector(".kh-person__chips");
    for (const dose of (person?.doses || []).slice(-2)) chips.append(kh.chip(_("{dose}: {vaccine} {day}", { dose: dose.counted ? kh.doseName(dose.dose_type, dose.ordinal) : _("Không tính"), vaccine: kh.vaccine(dose.vaccine), day: kh.dmy(dose.on_date) })));
    drawTold();
    if (!screening || Object.keys(here.answers.items).length) return;
    here.answers = { items: { ...screening.answers.items }, details: { ...screening.answers.details }, background: [...(screening.answers.background || [])] };
    here.before = screening;
    draw();
    for (const dose of (person?.doses || []).slice(-2)) kh.main.querySelector(".kh-person__chips").append(kh.chip(kh.doseName(dose.dose_type, dose.ordinal)));
    kh.propose();
  }

  // What was told at registering: doses that the record does not hold, and what was not answered with no.
  function drawTold() {
    const { row, story } = here;
    const doses = kh.declared(story?.person ? story.person.declared : kh.pack.appointments.find((one) => one.person_id === row.person_id)?.declared);
    const health = story?.health || [];
    kh.set(document.getElementById("da-khai"), (doses || health.length > 0) && h("div.kh-st-panel", doses,
      health.length > 0 && h("p", h("b", _("Khai khi đăng ký")), ". ", health.map((one) => [h("b", one.answer === "yes" ? _("Có") : _("Không rõ")), `: ${kh.both(one)} `, h("span.kh-soft.kh-small", `(${kh.dmy(one.told_on)})`), ". "]))));
  }

  // The questions that concern this person.
  function asked() {
    const [low, high] = here.row.birth ? kh.ages(here.row.birth) : [0, 120];
    return here.form.items.filter((item) => !item.computed && item.not_sex !== here.row.sex && high >= item.age_from && (item.age_to === null || low <= item.age_to));
  }

  function draw() {
    const { row, form } = here;
    const skipped = form.items.filter((item) => !item.computed && !asked().includes(item));
    kh.draw(
      kh.tray(),
      kh.strip(row, kh.identityChip(row), row.vaccine && kh.chip(kh.vaccine(row.vaccine)), row.unsent && h("span#kham-cho-gui", kh.chip(_("Chờ gửi"), "wait")), kh.earlier(row)),
      h("section#da-khai", { "aria-label": _("Khai khi đăng ký"), "aria-live": "polite" }),
      h("div.kh-screen",
        h(`section.kh-screen__form${asked().length > 7 ? ".kh-screen__form--many" : ""}`, { "aria-labelledby": "phieu" },
          h("div.kh-screen__head", h("h2#phieu.kh-h3", kh.both(form)), h("p.kh-soft.kh-small", kh.key("1"), ` ${_("không")} `, kh.key("2"), ` ${_("có")} `, kh.key("↑↓"), ` ${_("câu khác")}`)),
          form.note_vi && h("p.kh-small.kh-soft", kh.lang === "en" ? form.note_en : form.note_vi),
          asked().map(question),
          background(),
          skipped.length > 0 && h("p.kh-screen__skip", _("Không hỏi câu {list}: không liên quan người này.", { list: skipped.map((item) => item.no).join(", ") }))),
        h("div.kh-screen__side", h("section#so-do", { "aria-labelledby": "do" }), h("section#de-nghi", { "aria-live": "polite" }), h("div#quyet-dinh")),
      ),
    );
    drawTold();
    kh.drawVitals();
    kh.drawProposal();
    kh.drawDecision();
    kh.propose();
    (kh.main.querySelector(".kh-ask input:checked") || kh.main.querySelector(".kh-ask input")).focus();
  }

  function question(item) {
    const name = `q${item.no}`;
    const value = here.answers.items[item.no];
    const node = h(`fieldset.kh-ask${value ? ".kh-ask--yes" : ""}`, { data: { no: item.no } },
      h("legend.kh-ask__text", h("span.kh-ask__no", item.no), h("span", kh.both(item))),
      item.detail && h("div.kh-ask__more", { hidden: !value }, h("label.kh-hide", { for: `${name}-them` }, _("Ghi rõ: {item}", { item: item.no })),
        h("input", { id: `${name}-them`, value: here.answers.details[item.no] || "", autocomplete: "off", placeholder: item.detail === "allergen" ? _("Dị ứng gì, thế nào") : _("Ghi rõ"), oninput: (event) => ((here.answers.details[item.no] = event.target.value), kh.propose()) })),
      h("div.kh-ask__keys", [["khong", _("Không"), false], ["co", _("Có"), true]].map(([text, label, yes]) => [
        h("input", { type: "radio", id: `${name}${text}`, name, value: text, checked: value === yes, onchange: () => set(item, yes, node) }), h("label", { for: `${name}${text}` }, label)])));
    walk(node);
    return node;
  }
  // The arrows go to another question.
  function walk(node) {
    node.addEventListener("keydown", (event) => {
      if ((event.key !== "ArrowUp" && event.key !== "ArrowDown") || event.target.type !== "radio") return;
      event.preventDefault();
      const all = [...kh.main.querySelectorAll(".kh-ask")];
      focusAsk(all[all.indexOf(node) + (event.key === "ArrowDown" ? 1 : -1)]);
    });
  }
  const focusAsk = (node) => node && (node.querySelector("input:checked") || node.querySelector("input[type=radio]")).focus();

  function set(item, yes, node) {
    here.answers.items[item.no] = yes;
    node.classList.toggle("kh-ask--yes", yes);
    const more = node.querySelector(".kh-ask__more");
    if (more) more.hidden = !yes;
    kh.propose();
  }

  // Keys 1 and 2 answer the question in focus, or the first without an answer, and go on.
  function answer(yes) {
    const all = [...kh.main.querySelectorAll(".kh-ask")];
    const node = document.activeElement.closest?.(".kh-ask") || all.find((one) => !one.querySelector("input:checked"));
    if (!node) return;
    node.querySelector(`input[value="${yes ? "co" : "khong"}"]`).click();
    const more = node.querySelector(".kh-ask__more input");
    if (yes && more) return more.focus();
    if (yes && node.nextElementSibling?.matches(".kh-st-chips")) return node.nextElementSibling.querySelector("input").focus();
    const next = all.slice(all.indexOf(node) + 1).find((one) => !one.querySelector("input:checked"));
    if (next) return focusAsk(next);
    return (kh.main.querySelector("#so-do input") || kh.main.querySelector("#quyet-dinh input")).focus();
  }

  // One question more than the form's: an illness that calls for measuring. Yes opens which.
  function background() {
    if (!here.form.background.length) return null;
    const { answers } = here;
    const which = h("div.kh-st-chips", { hidden: !answers.background.length }, kh.toggles("tien-su", here.form.background.map((one) => [one.code, kh.both(one)]), { type: "checkbox", chosen: answers.background, on: () => ((answers.background = kh.picked("tien-su")), kh.propose()) }));
    const set = (yes) => {
      here.illness = yes;
      which.hidden = !yes;
      node.classList.toggle("kh-ask--yes", yes);
      if (!yes) {
        answers.background = [];
        for (const one of which.querySelectorAll("input")) one.checked = false;
      }
      kh.propose();
    };
    const node = h("fieldset.kh-ask", h("legend.kh-ask__text", h("span.kh-ask__no", ""), h("span", _("Bệnh nền, triệu chứng lạ, đang cho con bú (để biết đo gì)"))), h("div.kh-ask__keys", [["khong", _("Không"), false], ["co", _("Có"), true]].map(([text, label, yes]) => [
      h("input", { type: "radio", id: `qbn${text}`, name: "qbn", value: text, checked: here.illness === yes || (yes && answers.background.length > 0), onchange: () => set(yes) }), h("label", { for: `qbn${text}` }, label)])));
    walk(node);
    return [node, which];
  }
  kh.screeningNext = () => {
    const { row: last } = here;
    const waiting = kh.at("consented").filter((row) => row.id !== last.id);
    const next = waiting.find((row) => kh.order(last, row) < 0) || waiting[0];
    return next && kh.lastDecision !== "stop" ? open(next) : idle();
  };
};
