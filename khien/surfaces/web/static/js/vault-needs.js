// "Cần xem": what the server did not take as it was sent. It stays in the vault until somebody settled it; nothing is dropped.

export default (kh) => {
  const { h, _, vault, box } = kh;
  // The names of the fields, said here so that they are translated.
  const LABELS = { full_name: _("Họ và tên"), birth: _("Ngày sinh"), sex: _("Giới tính"), identifier: _("Số giấy tờ"), phone: _("Điện thoại"), address: _("Nơi ở"), reason: _("Lý do"), minutes: _("Số phút"), lot_number: _("Số lô"), performed_at: _("Giờ làm"), onset_at: _("Giờ bắt đầu"), text: _("Ghi chú"), identity_note: _("Ghi chú giấy tờ"), note: _("Ghi chú") };
  kh.needs = [];
  let editing = "";

  kh.readNeeds = async () => {
    if (!vault.open) return;
    const records = (await box.all("needs")).filter((one) => one.session === vault.session);
    const read = await Promise.all(records.map(async (record) => ({ record, ...(await vault.show(record.told, `need:${record.command_id}`)) })));
    read.sort((one, other) => (one.record.at < other.record.at ? 1 : -1));
    kh.needs = read.filter((one) => !one.settled);
    settledOnes = read.filter((one) => one.settled);
    kh.changed();
  };
  let settledOnes = [];

  async function keep(one, more) {
    const { record, ...told } = { ...one, ...more };
    await box.write(["needs", { ...record, told: await vault.hide(told, `need:${record.command_id}`) }]);
    vault.news?.postMessage({ kind: "needs" });
    await kh.readNeeds();
    desk.again();
  }
  // What a person at the server judged meanwhile.
  kh.askNeeds = async () => {
    const asked = kh.needs.filter((one) => one.receipt.status === "quarantined");
    if (!asked.length) return;
    for (const receipt of await kh.log.outcomes(asked.map((one) => one.record.command_id))) {
      const one = asked.find((other) => other.record.command_id === receipt.command_id);
      if (receipt.status === "accepted") await keep(one, { receipt, settled: { by: "", at: receipt.received_at, how: _("Người phụ trách đã cho ghi") } });
      else if (["refused", "conflict"].includes(receipt.status)) await keep(one, { receipt });
    }
  };

  // Settled says who, when and how; the line stays to be read.
  const settle = (one, how) => {
    kh.refusals = kh.refusals.filter((other) => other.receipt.command_id !== one.record.command_id);
    return keep(one, { settled: { by: kh.staffName, at: kh.now().toISOString(), how } });
  };

  const desk = { name: "needs", id: "can-xem", title: _("Cần xem"), right: ["visit.receive", "visit.screen", "visit.dose", "visit.observe", "visit.end", "station.open"], states: [], draw, count: () => kh.needs.length, when: () => vault.open && (kh.needs.length > 0 || settledOnes.length > 0), again: () => kh.here === desk && draw(), refresh: () => kh.here === desk && !editing && draw() };
  kh.desk(desk);

  let drawn = "";
  function draw() {
    const key = JSON.stringify([editing, kh.needs, settledOnes.map((one) => one.record.command_id)]);
    if (key === drawn && document.getElementById("can-xem-ds")) return;
    drawn = key;
    kh.draw(h("div#loi-nhan", { role: "status" }), h("div.kh-st-main#can-xem-ds", h("h1.kh-h2", _("Cần xem: {n} phiếu", { n: kh.needs.length })), h("p.kh-soft.kh-small", _("Máy chủ chưa ghi những phiếu này như đã gửi. Mỗi phiếu ở đây cho đến khi có người giải quyết.")),
      kh.needs.length ? kh.needs.map(card) : kh.hint("check", _("Không còn phiếu nào cần xem.")),
      settledOnes.length ? h("details.kh-details", h("summary", _("Đã giải quyết: {n}", { n: settledOnes.length })), h("ul.kh-st-rows", settledOnes.map((one) => h("li", h("p", h("b", one.about?.label || ""), ` ${one.settled.how}. ${[one.settled.by, kh.hm(one.settled.at)].filter(Boolean).join(", ")}`))))) : null));
  }

  const STATUS = { conflict: _("Máy khác đã ghi trước"), quarantined: _("Máy chủ giữ lại để người phụ trách xem"), refused: _("Chưa ghi") };
  function card(one) {
    const { receipt, about = {}, envelope, record } = one;
    const row = about.visit && kh.row(about.visit);
    const mine = editing === record.command_id;
    return h("section.kh-st-refused", { "aria-label": about.label || "" }, h("p", kh.chip(STATUS[receipt.status] || STATUS.refused, receipt.status === "quarantined" ? "wait" : "stop"), " ", h("b", about.label || _("Phiếu lúc {time}", { time: kh.hm(record.at) })), " ", h("span.kh-num", kh.hm(record.at))),
      h("p", kh.both(receipt.refused)), one.handed && h("p", kh.chip(_("Đã giao trưởng điểm {time}", { time: kh.hm(one.handed.at) }), "wait"), " ", one.handed.by),
      mine ? form(one) : h("div.kh-st-refused__row",
        row && kh.button(_("Mở số {n}", { n: kh.numberOf?.(row) || row.number }), { on: () => kh.open(row) }),
        envelope?.name && receipt.status !== "quarantined" && kh.button(_("Sửa và gửi lại"), { img: "pencil", kind: "quiet", on: () => edit(one) }),
        kh.button(_("Cần hỗ trợ"), { kind: "quiet", img: "talk", on: () => kh.askHelp(receipt.reason) }),
        !one.handed && kh.button(_("Giao trưởng điểm"), { kind: "quiet", img: "person", on: () => hand(one) }),
        kh.button(_("Đã giải quyết…"), { kind: "quiet", img: "tick", on: () => askSettle(one) })));
  }

  // To the lead: the mark stays with the command on this tablet, and the call for help says where.
  function hand(one) {
    kh.send("help", { desk: "lead", last_error: one.receipt.reason || "" }, { label: _("Giao trưởng điểm: {what}", { what: one.about?.label || "" }) });
    return keep(one, { handed: { by: kh.staffName, at: kh.now().toISOString() } });
  }
  function askSettle(one) {
    const why = kh.input("giai-quyet", { placeholder: _("Ví dụ: đã nhập từ phiếu giấy 0012") });
    const go = (event) => {
      event.preventDefault();
      if (!why.value.trim()) return why.focus();
      box_.close();
      return settle(one, why.value.trim());
    };
    const box_ = kh.dialog(_("Đã giải quyết thế nào?"), h("form.kh-st-main", { onsubmit: go }, h("p", one.about?.label || ""), kh.field(_("Đã làm gì"), why), h("div.kh-actions", kh.button(_("Ghi lại"), { main: true, type: "submit" }), kh.button(_("Thôi"), { kind: "quiet", on: () => box_.close() }))));
    why.focus();
  }

  // The same thing again as a new command, with what was wrong put right. The first keeps its own line and its own receipt.
  function edit(one) {
    const row = one.about?.visit && kh.row(one.about.visit);
    if (one.envelope.name === "give_dose" && row && kh.mayDesk({ right: ["visit.dose"] })) {
      kh.open(row);
      kh.alreadyInjected(row, one.envelope.body.lot_number || "");
      return undefined;
    }
    editing = one.record.command_id;
    draw();
    return document.querySelector("#can-xem-ds form input")?.focus();
  }
  const parts = (body) => Object.entries(body).flatMap(([name, value]) => (name === "person" && value ? Object.entries(value).map(([inner, text]) => [["person", inner], text]) : [[[name], value]])).filter(([path, value]) => path.at(-1) in LABELS && (typeof value === "string" || typeof value === "number"));
  function form(one) {
    const fields = parts(one.envelope.body).map(([path, value]) => ({ path, value, input: kh.input(`sua-${path.join("-")}`, { value: String(value) }) }));
    const go = (event) => {
      event.preventDefault();
      const body = structuredClone(one.envelope.body);
      for (const { path, value, input } of fields) {
        const text = input.value.trim();
        const into = path.length > 1 ? body.person : body;
        into[path.at(-1)] = typeof value === "number" ? Number(text) : text;
      }
      editing = "";
      kh.send(one.envelope.name, body, { ...one.about, after: one.envelope.after, done: one.envelope });
      return settle(one, _("Đã sửa và gửi lại"));
    };
    return h("form.kh-st-main", { onsubmit: go }, fields.length ? h("div.kh-st-form", fields.map(({ path, input }) => kh.field(LABELS[path.at(-1)], input))) : h("p", _("Phiếu này không có gì để sửa: gửi lại như cũ.")),
      h("div.kh-actions", kh.button(_("Gửi lại"), { main: true, type: "submit" }), kh.button(_("Thôi"), { kind: "quiet", on: () => ((editing = ""), draw()) })));
  }
};
