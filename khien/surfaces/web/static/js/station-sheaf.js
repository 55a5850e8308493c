// Commands on their way: kept on the device until the server's receipt is held, sent in order, sent again after a lost line.
// Each is kept under a name of its own: two windows of one person never write over what the other has not sent.
const BATCH = 40;
const PAUSES = [1, 2, 4, 8, 15];

export default (kh) => {
  const place = `${kh.session}:${kh.staff}:hang`;
  const namesFrom = (start) => {
    try {
      return Object.keys(localStorage).filter((name) => name.startsWith(`khien:${start}`)).map((name) => name.slice(6));
    } catch {
      return [];
    }
  };
  const nameOf = (entry) => `${place}:${entry.envelope.command_id}`;
  const lost = new Set(); // what this device could not keep
  const waiting = namesFrom(`${place}:`).map((name) => kh.kept(name)).filter(Boolean);
  const hopes = new Map();
  let busy = false;
  let failures = 0;
  let timer = 0;

  waiting.sort((one, other) => one.envelope.seq - other.envelope.seq);
  for (const entry of waiting) delete entry.broken; // tried again from the start, and said again

  kh.waiting = waiting; // without a receipt
  kh.refusals = []; // refused, until somebody has read them
  kh.done = []; // with a receipt, the latest first
  kh.lastError = "";
  kh.othersWaiting = () => namesFrom(`${kh.session}:`).filter((name) => name.includes(":hang:") && !name.startsWith(`${place}:`)).length;
  kh.keptSafe = true;

  function keep(entry) {
    if (kh.keep(nameOf(entry), entry)) lost.delete(entry);
    else lost.add(entry);
    kh.keptSafe = !lost.size;
  }

  function forget(entry) {
    kh.keep(nameOf(entry), undefined);
    lost.delete(entry);
    kh.keptSafe = !lost.size;
  }

  // Sends a command. about: {label, visit, number, to: the state it leads to, then, otherwise}
  kh.send = (name, body, { then, otherwise, ...about } = {}) => {
    const envelope = {
      command_id: kh.newId(),
      device_id: kh.device,
      seq: kh.nextSeq(),
      name,
      version: 1,
      occurred_at: new Date().toISOString(),
      clock_offset_ms: Math.round(kh.offset),
      rules_version: kh.pack?.rules_version || "",
      actor: kh.staff,
      body: { session_id: kh.session, ...body },
    };
    const entry = { envelope, about, at: kh.now().toISOString() };
    waiting.push(entry);
    hopes.set(envelope.command_id, { then, otherwise });
    keep(entry);
    kh.changed();
    pump();
    return envelope.command_id;
  };

  // A command over which the server stumbled holds back what concerns the same visit, and nobody else; it is sent again when the rest is through.
  function sendable() {
    const held = new Set();
    const first = [];
    const free = [];
    for (const entry of waiting) {
      const behind = entry.about.visit && held.has(entry.about.visit);
      if (entry.broken && !behind) first.push(entry);
      if (entry.broken) held.add(entry.about.visit);
      else if (!behind) free.push(entry);
    }
    return (free.length ? free : first).slice(0, BATCH);
  }

  async function pump() {
    if (busy || !waiting.length) return;
    busy = true;
    clearTimeout(timer);
    const several = sendable().map((one) => one.envelope);
    try {
      const answer = await kh.post(kh.urls.command, { commands: several });
      failures = answer.receipts.some((receipt) => receipt.status === "broken") ? failures + 1 : 0;
      for (const receipt of answer.receipts) settle(receipt);
    } catch (trouble) {
      if (trouble.refused) kh.lastError = trouble.refused.code;
      failures += 1;
    }
    busy = false;
    kh.changed();
    if (waiting.length) timer = setTimeout(pump, failures ? PAUSES[Math.min(failures, PAUSES.length) - 1] * 1000 : 0);
    else kh.poll?.();
  }
  kh.pump = () => {
    failures = 0;
    clearTimeout(timer);
    pump();
  };

  function settle(receipt) {
    const index = waiting.findIndex((one) => one.envelope.command_id === receipt.command_id);
    if (index < 0) return;
    if (receipt.status === "broken") {
      const stuck = waiting[index];
      if (!stuck.broken) kh.refusals.unshift({ ...stuck.about, receipt, name: stuck.envelope.name, body: stuck.envelope.body });
      stuck.broken = true;
      kh.lastError = receipt.reason;
      return;
    }
    const [entry] = waiting.splice(index, 1);
    forget(entry);
    const hope = hopes.get(receipt.command_id) || {};
    hopes.delete(receipt.command_id);
    kh.refusals = kh.refusals.filter((one) => one.receipt.command_id !== receipt.command_id); // said "broken" before
    if (receipt.status === "accepted") {
      kh.received(entry, receipt);
      for (const earlier of kh.done) if (earlier.visit && earlier.visit === entry.about.visit) earlier.undo = false; // only the last step is taken back
      kh.done.unshift({ ...entry.about, name: entry.envelope.name, body: entry.envelope.body, result: receipt.result, at: entry.at, got: receipt.received_at });
      kh.done.splice(12);
      hope.then?.(receipt.result, receipt);
      return;
    }
    kh.lastError = receipt.refused?.code || receipt.reason;
    if (hope.otherwise?.(receipt) !== true) kh.refusals.unshift({ ...entry.about, receipt, name: entry.envelope.name, body: entry.envelope.body });
  }

  window.addEventListener("online", kh.pump);
  window.addEventListener("beforeunload", (event) => {
    if (waiting.length && !kh.keptSafe) event.preventDefault();
  });
};
