// What the desks know: the session pack, the rows of the visits as the server last told them, and what is still on its way.
export default (kh) => {
  kh.rows = new Map();
  kh.reactions = [];
  kh.board = { state: "", lots: [], vials: [], counts: {}, papers: {} };
  const listeners = new Set();
  let planned = false;

  kh.listen = (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  // Tells everyone who draws, once for several changes.
  kh.changed = () => {
    if (planned) return;
    planned = true;
    queueMicrotask(() => {
      planned = false;
      for (const listener of listeners) listener();
    });
  };

  kh.learn = (told) => {
    kh.board = told;
    kh.reactions = told.reactions;
    for (const row of told.visits) {
      const known = kh.rows.get(row.id);
      // News that was read before this desk's last receipt would put the person back a step.
      if (known?.heard && known.state !== row.state && Date.parse(told.now) < Date.parse(known.heard)) continue;
      kh.rows.set(row.id, row);
    }
    kh.changed();
  };

  // A receipt is held: the row stands where the server says, before the next round of news.
  kh.received = (entry, receipt) => {
    const result = receipt.result || {};
    const row = kh.rows.get(entry.about.visit || result.visit?.visit_id);
    if (!row) return;
    const state = result.state || entry.about.to;
    row.heard = receipt.received_at;
    if (state) Object.assign(row, { previous: row.state, state });
    for (const name of ["observe_until", "dose_type", "ordinal", "lot_id", "vaccine", "record_id"]) if (result[name]) row[name] = result[name];
    if (entry.envelope.name === "give_dose") Object.assign(row, { dosed_at: result.performed_at, dosed_recorded_at: receipt.received_at });
  };

  // A visit as this desk sees it: where its last unsent command would bring it.
  kh.seen = (row) => {
    const last = kh.waiting.findLast((entry) => entry.about.visit === row.id && entry.about.to);
    return last ? { ...row, state: last.about.to, unsent: true } : row;
  };
  kh.at = (...states) =>
    [...kh.rows.values()]
      .map(kh.seen)
      .filter((row) => states.includes(row.state))
      .sort((a, b) => a.number - b.number);
  kh.row = (id) => (kh.rows.has(id) ? kh.seen(kh.rows.get(id)) : null);
  kh.byNumber = (number) => [...kh.rows.values()].map(kh.seen).find((row) => row.number === number) || null;
  kh.byCode = (code) => {
    const found = [...kh.rows.values()].find((row) => row.code === code);
    if (found) return kh.seen(found);
    const appointment = kh.expected(code);
    const arrived = appointment && [...kh.rows.values()].findLast((row) => row.appointment_id === appointment.id);
    return arrived ? kh.seen(arrived) : null;
  };
  kh.expected = (code) => kh.pack.appointments.find((one) => one.code === code) || null;
  kh.arrived = (appointment) => [...kh.rows.values()].some((row) => row.appointment_id === appointment.id);
  // People of the session by a part of the name, typed in any way.
  kh.named = (text, among) => {
    const words = kh.fold(text).split(" ").filter(Boolean);
    return words.length ? among.filter((one) => words.every((word) => kh.fold(one.name).split(" ").some((part) => part.startsWith(word)))) : [];
  };
  // People of the session whom a card may name: the last four digits and the birth date.
  kh.ofCard = (card, among) => among.filter((one) => one.last4 && card.number.endsWith(one.last4) && (!one.birth || card.birth === one.birth));

  kh.lots = (vaccine) => kh.board.lots.filter((lot) => !lot.paused && lot.state === "released" && lot.expires_on >= kh.pack.session.on_date && (!vaccine || lot.vaccine === vaccine));
  // The lot on this table: chosen once, kept on the device, for each vaccine.
  kh.lotFor = (vaccine) => {
    const usable = kh.lots(vaccine);
    const chosen = kh.kept(`${kh.session}:lo`, {})[vaccine];
    return usable.find((lot) => lot.lot_id === chosen) || usable.at(-1) || null;
  };
  kh.chooseLot = (vaccine, lotId) => kh.keep(`${kh.session}:lo`, { ...kh.kept(`${kh.session}:lo`, {}), [vaccine]: lotId });
};
