// Commands on their way: kept on the device until the server's receipt is held, sent in order, sent again after a lost line.
// A device with an open vault writes them into its log (vault-log.js), any other onto its shelf (vault-shelf.js).
const PAUSES = [1, 2, 4, 8, 15];
const UNDO_MS = 5 * 60 * 1000;
const ASK = 15000; // ms between questions for what the server holds

export default (kh) => {
  const waiting = [];
  const hopes = new Map();
  const lost = new Set(); // what this device did not take: in memory only
  const lastOf = new Map(); // visit: the last command of this device about it
  let line = Promise.resolve();
  let busy = false;
  let failures = 0;
  let timer = 0;
  let asked = 0;

  kh.waiting = waiting; // without a receipt
  kh.held = []; // safe at the server, which waits for what went before
  kh.refusals = []; // refused, until somebody has read them
  kh.done = []; // with a receipt, the latest first
  kh.lastError = "";
  kh.othersWaiting = () => kh.shelf.others();
  Object.defineProperty(kh, "keptSafe", { get: () => !lost.size && !waiting.some((one) => one.kept === false) });
  kh.unkept = lost;

  // Sends a command. about: {label, visit, number, to: the state it leads to, after, then, otherwise; done: the envelope of when it was done}
  kh.send = (name, body, { then, otherwise, done, ...about } = {}) => {
    const way = kh.vault.open ? "log" : "shelf";
    const envelope = {
      command_id: kh.newId(),
      device_id: way === "log" ? kh.vault.device.id : kh.device,
      seq: 0,
      name,
      version: 1,
      occurred_at: done?.occurred_at || new Date().toISOString(),
      clock_offset_ms: done?.clock_offset_ms ?? Math.round(kh.offset),
      rules_version: kh.pack?.rules_version || "",
      actor: kh.staff,
      body: { session_id: kh.session, ...body },
    };
    const visit = about.visit || body.visit_id || "";
    if (way === "log") {
      const mine = lastOf.get(visit);
      envelope.after = about.after || mine || null;
      if (visit) lastOf.set(visit, envelope.command_id);
      if (visit) about.visit = visit;
    }
    const entry = { envelope, about, at: kh.now().toISOString(), way, session: kh.session };
    hopes.set(envelope.command_id, { then, otherwise });
    entry.kept = false;
    waiting.push(entry);
    kh.sending?.();
    line = line.then(() => write(entry));
    return envelope.command_id;
  };

  const keep = (entry) => (entry.way === "shelf" ? kh.shelf.keep(entry) : kh.log.append(entry));
  // Nothing is said of a command before it lies on this device. What this device cannot write down stays in memory, is sent from there and said aloud.
  async function write(entry) {
    try {
      await keep(entry);
      lost.delete(entry);
    } catch (trouble) {
      lost.add(entry);
      kh.vaultFull?.(trouble);
    }
    entry.kept = !lost.has(entry);
    if (waiting.includes(entry)) standing(entry);
  }
  const standing = (entry) => {
    kh.applyLocal?.(entry);
    kh.changed();
    pump();
  };
  kh.written = () => line;

  async function pump() {
    if (busy) return;
    busy = true;
    clearTimeout(timer);
    const before = waiting.length;
    try {
      let broke = false;
      for (const entry of [...lost]) await again(entry);
      const old = waiting.filter((one) => one.way === "shelf" && (one.kept !== false || lost.has(one)));
      if (old.length) broke = await kh.shelf.send(old);
      let left = 0;
      if (kh.vault.device) left = (await kh.log.send([...lost])) || 0;
      if ((kh.held.length || waiting.some((one) => one.way === "log" && one.kept)) && Date.now() - asked > ASK) {
        asked = Date.now();
        await kh.log.ask();
      }
      failures = broke || left ? failures + 1 : 0;
    } catch (trouble) {
      if (trouble.refused) kh.lastError = trouble.refused.code;
      failures += 1;
    }
    busy = false;
    kh.changed();
    const pause = failures ? PAUSES[Math.min(failures, PAUSES.length) - 1] : waiting.length < before ? 0 : 1; // another window may be sending
    if (waiting.length) timer = setTimeout(pump, pause * 1000);
    else kh.poll?.();
  }
  async function again(entry) {
    try {
      await keep(entry);
      lost.delete(entry);
      entry.kept = true;
    } catch {
      entry.kept = false;
    }
  }
  kh.pump = () => {
    failures = 0;
    clearTimeout(timer);
    if (waiting.length || kh.held.length) pump();
  };

  // The server's word: known to this window's desks. The vault's log lets go of it by itself.
  function settle(receipt) {
    const index = waiting.findIndex((one) => one.envelope.command_id === receipt.command_id);
    const before = kh.held.findIndex((one) => one.envelope.command_id === receipt.command_id);
    if (index < 0 && before < 0) return;
    if (receipt.status === "broken") {
      const stuck = waiting[index];
      if (!stuck) return;
      if (!stuck.broken) kh.refusals.unshift({ ...stuck.about, receipt, name: stuck.envelope.name, body: stuck.envelope.body });
      stuck.broken = true;
      kh.lastError = receipt.reason;
      return;
    }
    const [entry] = index >= 0 ? waiting.splice(index, 1) : kh.held.splice(before, 1);
    lost.delete(entry);
    if (entry.way === "shelf") kh.shelf.forget(entry);
    if (receipt.status === "waiting") {
      kh.held.push(entry);
      kh.changed();
      return;
    }
    const { command_id } = receipt;
    const hope = hopes.get(command_id) || {};
    hopes.delete(command_id);
    kh.refusals = kh.refusals.filter((one) => one.receipt.command_id !== command_id); // said "broken" before
    if (receipt.status === "accepted") {
      kh.received(entry, receipt);
      for (const earlier of kh.done) if (earlier.visit && earlier.visit === entry.about.visit) earlier.undo = false; // only the last step is taken back
      kh.done.unshift({ ...entry.about, name: entry.envelope.name, body: entry.envelope.body, result: receipt.result, at: entry.at, got: receipt.received_at });
      kh.done.splice(12);
      keepUndo();
      hope.then?.(receipt.result, receipt);
      kh.changed();
      return;
    }
    kh.dropLocal?.(entry);
    kh.lastError = receipt.refused?.code || receipt.reason;
    if (hope.otherwise?.(receipt) !== true) kh.refusals.unshift({ ...entry.about, receipt, name: entry.envelope.name, body: entry.envelope.body });
    kh.changed();
  }
  kh.settle = settle;

  // A page that is opened again within the five minutes still takes the last step back; kept without a name.
  const undoKey = () => `${kh.session}:${kh.staff}:vua-lam`;
  const keepUndo = () => kh.keep(undoKey(), kh.done.filter((one) => one.undo).map(({ visit, number, name, got }) => ({ visit, number, name, got })));
  const stillUndone = () => kh.kept(undoKey(), []).filter((one) => kh.now() - new Date(one.got) < UNDO_MS && !kh.done.some((other) => other.visit === one.visit)).map((one) => ({
    ...one, undo: true,
    get label() {
      const row = kh.row(one.visit);
      return kh._("Số {n}: {state}.", { n: one.number, state: row ? kh.stateName(row.state) : "" });
    },
  }));

  // What lies on this device from before: read when the desks open, before they draw.
  kh.readLog = async () => {
    kh.done.push(...stillUndone());
    for (const entry of await kh.shelf.read()) if (!waiting.some((one) => one.envelope.command_id === entry.envelope.command_id)) waiting.push(entry), kh.applyLocal?.(entry);
    if (kh.vault.open) for (const entry of await kh.log.read()) add(entry);
    kh.logRead = true; // from now on an answer reaches the desks; one that came a moment before lies in the log
    if (kh.vault.open) kh.log.ask().catch(() => {});
  };
  function add(entry) {
    const id = entry.envelope.command_id;
    if ([...waiting, ...kh.held].some((one) => one.envelope.command_id === id)) return;
    entry.kept = true;
    (entry.state === "unsent" ? waiting : kh.held).push(entry);
    if (entry.session !== kh.session) return;
    if (entry.about.visit) lastOf.set(entry.about.visit, id);
    if (entry.envelope.name) kh.applyLocal?.(entry);
  }
  kh.heard = async (id) => {
    const entry = await kh.log.one(id);
    if (entry) add(entry);
    kh.changed();
  };

  window.addEventListener("online", kh.pump);
  window.addEventListener("beforeunload", (event) => {
    if (waiting.length && !kh.keptSafe) event.preventDefault();
  });
};
