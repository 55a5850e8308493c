// What the desks know: the session pack, the rows of the visits, and where what is still on its way brings each of them.
// A row that is drawn = what the server (or a slip) last told of it + every command of this device that has no receipt yet.
const SAVE_MS = 400;
const SHARDS = "0123456789abcdef";

export default (kh) => {
  kh.rows = new Map(); // as drawn
  kh.reactions = [];
  kh.board = { state: "", lots: [], vials: [], counts: {}, papers: {}, alarms: [] };
  const base = new Map(); // without what is on its way
  const pending = new Map(); // visit: its commands without a receipt, in order
  const aliases = new Map(); // an id made here: the visit that the server keeps for it
  const listeners = new Set();
  const dirty = new Set();
  const foreign = new Map(); // visit: the command of another device on which the next one of this device stands
  let planned = false;
  let saving = 0;
  let sorted = null; // rows by number, until one changes

  // Sends a command; the first one after another tablet's slip stands on that tablet's last.
  const { send } = kh;
  kh.send = (name, body, about = {}) => {
    const id = real(about.visit || body.visit_id || "");
    const after = foreign.get(id);
    foreign.delete(id);
    return send(name, kh.vault?.open && kh.rows.has(id) ? { ...body, visit_facts: facts(kh.rows.get(id)) } : body, after ? { ...about, after } : about);
  };
  // Who this is about, told with every step: should the reception's tablet be lost, the server still knows whose step it is.
  const facts = (row) => ({
    number: row.no, letter: row.letter, identity_how: row.identity_how, checked_in_at: row.checked_in_at || null,
    ...(row.person_id ? { person_id: row.person_id } : { person: row.person || { full_name: row.name, birth: row.birth, sex: row.sex } }),
  });

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

  // A number as people say it: the device's letter before its own count ("B7").
  const labelled = (row) => {
    const no = row.no ?? row.number;
    return { ...row, no, letter: row.letter || "", number: row.letter ? `${row.letter}${no}` : no, came: Math.floor(Date.parse(row.checked_in_at || 0) / 1000) };
  };
  const real = (id) => aliases.get(id) || id;

  function see(id) {
    const waits = pending.get(id) || [];
    let row = base.get(id) || null;
    for (const entry of waits) row = kh.rowAfter(row, entry) || row;
    sorted = null;
    if (!row) return kh.rows.delete(id);
    const held = new Set((kh.held || []).map((one) => one.envelope.command_id));
    return kh.rows.set(id, { ...labelled(row), unsent: waits.some((one) => !held.has(one.envelope.command_id)), sealed: waits.length > 0 });
  }
  function put(row, keep = false) {
    base.set(row.id, { ...labelled(row), ...(keep ? { kept_at: kh.now().toISOString() } : {}) });
    if (keep) later(row.id);
    see(row.id);
  }

  kh.learn = (told) => {
    kh.board = { alarms: [], ...told };
    kh.reactions = told.reactions;
    if (told.tablets && JSON.stringify(told.tablets) !== JSON.stringify(kh.tablets)) kh.vault?.save("tablets", (kh.tablets = told.tablets)).catch(() => {});
    for (const row of told.visits) {
      if (row.joined_to) {
        joined(row.id, row.joined_to);
        continue;
      }
      const known = base.get(row.id);
      // News that was read before this desk's last receipt would put the person back a step.
      if (known?.heard && known.state !== row.state && Date.parse(told.now) < Date.parse(known.heard)) continue;
      put({ ...kept(known), ...(known?.kept_at ? { kept_at: known.kept_at } : {}), ...row }, Boolean(kh.vault?.open) && known?.moved_at !== row.moved_at);
    }
    kh.changed();
  };
  // What the server's news of a row leave out and the next desk needs.
  const kept = (known) => (known ? Object.fromEntries(["codes", "health", "screening", "decision", "mixing", "place", "last"].filter((name) => known[name] !== undefined).map((name) => [name, known[name]])) : {});

  // A command of this device, written down: the row stands where it brings it.
  kh.applyLocal = (entry) => {
    const id = real(entry.about.visit || entry.envelope.body.visit_id || "");
    if (!id || (pending.get(id) || []).some((one) => one.envelope.command_id === entry.envelope.command_id)) return;
    pending.set(id, [...(pending.get(id) || []), entry]);
    if (entry.at > (base.get(id)?.kept_at || "")) foreign.delete(id);
    see(id);
  };
  function done(entry) {
    const id = real(entry.about.visit || entry.envelope.body.visit_id || "");
    const left = (pending.get(id) || []).filter((one) => one.envelope.command_id !== entry.envelope.command_id);
    if (left.length) pending.set(id, left);
    else pending.delete(id);
    return id;
  }
  kh.dropLocal = (entry) => see(done(entry));

  // A receipt is held: the row stands where the server says, before the next round of news.
  kh.received = (entry, receipt) => {
    const elsewhere = receipt.result?.joined_to; // received at another tablet first: that visit stands
    const told = elsewhere?.visit_id || receipt.result?.visit?.visit_id;
    const mine = entry.envelope.body.visit_id;
    if (entry.envelope.name === "check_in" && told && mine && told !== mine) joined(mine, told);
    const id = done(entry) || told;
    const row = kh.rowAfter(base.get(id) || null, entry, receipt);
    if (row && !base.has(id)) row.number = row.no = receipt.result?.number;
    if (row) put({ ...row, id, ...(entry.envelope.name === "check_in" ? numbered({ ...receipt.result, ...elsewhere }) : {}) }, true);
    else see(id);
  };
  const numbered = (result) => (result.number ? { no: result.number, letter: result.letter || "", code: result.code || "", person_id: result.person_id } : {});
  // The person had been received elsewhere already: this device's visit is that one.
  function joined(mine, told) {
    aliases.set(mine, told);
    const row = base.get(mine) || kh.rows.get(mine);
    if (row && !base.has(told)) base.set(told, { ...row, id: told });
    if (pending.has(mine)) pending.set(told, [...(pending.get(told) || []), ...pending.get(mine)]);
    pending.delete(mine);
    base.delete(mine);
    kh.rows.delete(mine);
    sorted = null;
    later(mine);
    see(told);
  }
  // A slip of another tablet: what it tells stands until the server tells more.
  kh.adopt = (row) => {
    const known = base.get(real(row.id));
    if (row.last) foreign.set(real(row.id), row.last);
    put({ ...known, ...row, id: real(row.id), foreign: row.last || "" }, true);
    kh.changed();
    return kh.rows.get(real(row.id));
  };

  kh.row = (id) => kh.rows.get(real(id)) || null;
  kh.seen = (row) => row; // rows are kept as they are seen
  // Who came first goes first, whichever tablet gave the number.
  const order = (a, b) => a.came - b.came || a.no - b.no || (a.letter < b.letter ? -1 : 1);
  kh.order = order;
  kh.all = () => (sorted ||= [...kh.rows.values()].sort(order));
  kh.at = (...states) => kh.all().filter((row) => states.includes(row.state));
  kh.byNumber = (number) => {
    const asked = String(number).toUpperCase();
    const exact = kh.all().filter((row) => String(row.number) === asked);
    return exact.length ? exact : kh.all().filter((row) => String(row.no) === asked);
  };
  kh.byCode = (code) => {
    const found = kh.all().find((row) => row.code === code || row.registration_code === code || row.codes?.includes(code));
    if (found) return found;
    const appointment = kh.expected(code);
    return (appointment && kh.all().findLast((row) => row.appointment_id === appointment.id)) || null;
  };
  let byCode = null;
  kh.expected = (code) => (byCode?.of === kh.pack ? byCode : (byCode = { of: kh.pack, map: new Map(kh.pack.appointments.flatMap((one) => [[one.registration_code, one], [one.code, one]])) })).map.get(code) || null;
  let here = null;
  kh.arrived = (appointment) => {
    if (here?.of !== kh.all()) here = { of: kh.all(), ids: new Set(kh.all().map((row) => row.appointment_id)), codes: new Set(kh.waiting.map((entry) => entry.envelope.body?.appointment_code).filter(Boolean)) };
    return here.ids.has(appointment.id) || here.codes.has(appointment.code);
  };
  // People of the session by a part of the name, typed in any way.
  const folds = new Map();
  const folded = (name) => folds.get(name) || (folds.set(name, kh.fold(name)), folds.get(name));
  kh.folded = folded;
  kh.named = (text, among) => {
    const words = kh.fold(text).split(" ").filter(Boolean);
    return words.length ? among.filter((one) => words.every((word) => ` ${folded(one.name)}`.includes(` ${word}`))) : [];
  };
  // People of the session whom a card may name: the last four digits and the birth date.
  kh.ofCard = (card, among) => among.filter((one) => one.last4 && card.number.endsWith(one.last4) && (!one.birth || kh.sameBirth(card.birth, one.birth)));

  kh.lots = (vaccine) => kh.board.lots.filter((lot) => !lot.paused && lot.state === "released" && lot.expires_on >= kh.pack.session.on_date && (!vaccine || lot.vaccine === vaccine));
  // The lot on this table: chosen once, kept on the device, for each vaccine.
  kh.lotFor = (vaccine) => {
    const usable = kh.lots(vaccine);
    const chosen = kh.kept(`${kh.session}:lo`, {})[vaccine];
    return usable.find((lot) => lot.lot_id === chosen) || usable.at(-1) || null;
  };
  kh.chooseLot = (vaccine, lotId) => kh.keep(`${kh.session}:lo`, { ...kh.kept(`${kh.session}:lo`, {}), [vaccine]: lotId });

  // The vault holds what moved since the pack was taken, in sixteen parts by the id's last letter.
  function later(id) {
    if (!kh.vault?.open) return;
    dirty.add(id.at(-1));
    clearTimeout(saving);
    saving = setTimeout(save, SAVE_MS);
  }
  async function save() {
    for (const shard of [...dirty]) {
      dirty.delete(shard);
      const rows = [...base.values()].filter((row) => row.kept_at && row.id.endsWith(shard));
      try {
        await kh.vault.save(`rows:${shard}`, rows);
      } catch {
        dirty.add(shard); // tried again with the next change
      }
    }
  }
  // A session brought while the desks stand open: what its pack knows more is learned at once.
  let began = null;
  kh.listen(() => {
    if (kh.vault?.open && began !== kh.vault.pack) kh.rowsBefore().then(kh.changed);
  });
  // What the vault holds of this session, before the log is read: the pack's rows, then what moved after it.
  kh.rowsKept = async () => {
    clearTimeout(saving);
    await save();
  };
  const again = (row) => {
    put(row);
    if (row.foreign) foreign.set(row.id, row.foreign);
  };
  kh.rowsBefore = async () => {
    began = kh.vault?.pack || null;
    if (!kh.vault?.open) return;
    const { offline } = kh.vault.pack;
    kh.wakeRules().catch(() => {}); // some seconds, once, before anybody asks
    kh.tablets = (await kh.vault.load("tablets")) || offline.devices;
    const lots = offline.lots.filter((lot) => lot.chosen).map((lot) => ({ ...lot, lot_id: lot.id }));
    if (!kh.board.lots.length) kh.board = { ...kh.board, state: kh.vault.pack.session.state, lots };
    for (const row of offline.visits) put(base.has(row.id) ? { ...base.get(row.id), ...kept(row) } : row);
    for (const shard of SHARDS) for (const row of (await kh.vault.load(`rows:${shard}`)) || []) if (!base.has(row.id) || row.kept_at > kh.vault.pack.made_at) again(row);
  };
};
