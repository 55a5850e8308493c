// The log of commands: signed by the device, sealed to the server, written down in one act; sent without any session, locked or not.
const BATCH = 40;
const GUI = "/diem/gui";
const PATIENCE = 30000; // ms: then the batch is sent again, and the server answers the same

export default (kh) => {
  const { box, seal, vault } = kh;
  let last = 0; // the highest number given out by this window
  const log = { unknown: false };
  kh.log = log;

  // A line that is away is met again later; anything else is a fault of ours, and is not kept quiet.
  log.away = (trouble) => {
    if (!trouble?.away) reportError(trouble);
  };

  // What may be sent now, in its order: what the server stumbled over holds back what concerns the same visit, and nobody else; it is
  // sent again when the rest is through.
  kh.sendable = (several, visitOf) => {
    const held = new Set();
    const [stuck, free] = [[], []];
    for (const one of several) {
      const behind = visitOf(one) && held.has(visitOf(one));
      if (one.broken && !behind) stuck.push(one);
      if (one.broken) held.add(visitOf(one));
      else if (!behind) free.push(one);
    }
    return free.length ? free : stuck;
  };

  const alone = (name, act, options = {}) => (navigator.locks ? navigator.locks.request(name, options, act) : act(true));

  // Signs and seals; the number is the device's next.
  async function closed(entry, seq) {
    entry.envelope.seq = seq;
    const text = JSON.stringify(entry.envelope);
    const plain = JSON.stringify({ envelope: text, signature: await vault.sign(text) });
    const { command_id } = entry.envelope;
    return {
      command_id, seq, session: entry.envelope.body.session_id || vault.session, at: entry.at, visit: entry.about.visit || "", state: "unsent",
      key_id: vault.device.sealing.id, sealed: await seal.toServer(vault.device.sealing.key, command_id, plain),
      about: await vault.hide({ envelope: entry.envelope, about: entry.about }, `log:${command_id}`),
    };
  }

  // Writes a command down, with the counter, in one act. Throws when this device did not take it; the command stays in `entry.record`.
  log.append = (entry) =>
    alone("khien-log", async () => {
      const counter = (await box.get("facts", "seq"))?.seq || 0;
      if (!entry.record) {
        last = Math.max(last, counter) + 1;
        entry.record = await closed(entry, last);
      }
      await box.write(["facts", { name: "seq", seq: Math.max(counter, entry.record.seq) }], ["log", entry.record]);
      entry.record = null;
      vault.news?.postMessage({ kind: "entry", id: entry.envelope.command_id });
    });

  // A command of before the vault is sealed like the others, under its own id: the server answers one id once.
  log.adopt = (entry) => log.append({ envelope: { ...entry.envelope, device_id: vault.device.id, after: null }, about: entry.about, at: entry.at });

  // What lies in the log as the desks know it; null in place of what another key hid.
  async function opened(record) {
    const told = await vault.show(record.about, `log:${record.command_id}`);
    return { envelope: told?.envelope || { command_id: record.command_id, seq: record.seq, name: "", body: {} }, about: told?.about || { label: kh._("Phiếu do khóa cũ niêm phong") }, at: record.at, way: "log", session: record.session, state: record.state, broken: record.broken };
  }
  log.one = async (id) => {
    const record = await box.get("log", id);
    return record && opened(record);
  };
  log.read = async () => {
    const records = (await box.all("log")).filter((one) => one.session === vault.session || one.state === "unsent");
    records.sort((one, other) => one.seq - other.seq);
    return Promise.all(records.map(opened));
  };
  log.count = async () => {
    const records = await box.all("log");
    const unsent = records.filter((one) => one.state === "unsent");
    return { unsent: unsent.length, since: unsent.length ? unsent.map((one) => one.at).sort()[0] : null, asked: records.length - unsent.length };
  };

  // What was asked of a line that broke hangs until patience ends: when the line is back it is let go, and sent anew.
  const asking = new Set();
  window.addEventListener("online", () => asking.forEach((one) => one.abort()));

  async function post(url, told) {
    const mine = new AbortController();
    const late = setTimeout(() => mine.abort(), PATIENCE);
    asking.add(mine);
    let [answer, read] = [null, null];
    try {
      answer = await fetch(url, { method: "POST", redirect: "manual", cache: "no-store", signal: mine.signal, headers: { "Content-Type": "application/json" }, body: JSON.stringify(told) });
      if (answer.ok && (answer.headers.get("Content-Type") || "").includes("json")) read = await answer.json(); // its text may hang too
    } catch {
      throw { away: true };
    } finally {
      clearTimeout(late);
      asking.delete(mine);
    }
    log.unknown = answer.status === 401; // the server does not know this device (its cookie is gone): the lead enrols it again
    if (answer.status === 400 || answer.status === 413) throw { tooMuch: true };
    if (!read) throw { away: true };
    const moment = answer.headers.get("Khien-Now") || read.now;
    if (moment) kh.offset = Date.parse(moment) - Date.now();
    if (read.revoked) vault.revoked = true;
    return read;
  }

  // Sends what waits, one window at a time; `more` are commands that this device could not write down. Returns how many are left.
  log.send = (more = []) =>
    alone("khien-gui", async (mine) => {
      if (!mine) return 0;
      let most = BATCH;
      let broken = new Set();
      for (;;) {
        const lying = (await box.all("log")).filter((one) => one.state === "unsent");
        const all = [...lying, ...more.map((entry) => entry.record).filter((one) => one && !lying.some((other) => other.command_id === one.command_id))];
        all.sort((one, other) => one.seq - other.seq);
        const batch = kh.sendable(all, (one) => one.visit).filter((one) => !broken.has(one.command_id)).slice(0, most);
        if (!batch.length) {
          await ended(all.length);
          return all.length;
        }
        let told;
        try {
          told = await post(GUI, { items: batch.map(({ command_id, key_id, sealed }) => ({ command_id, key_id, sealed })) });
        } catch (trouble) {
          if (!trouble.tooMuch) throw trouble;
          if (most > 1) most = 1;
          else broken = new Set([...broken, batch[0].command_id]);
          continue;
        }
        for (const receipt of told.receipts) {
          if (receipt.status === "broken") broken = new Set([...broken, receipt.command_id]);
          await take(batch.find((one) => one.command_id === receipt.command_id), receipt);
        }
        for (const one of batch) if (!told.receipts.some((receipt) => receipt.command_id === one.command_id)) broken.add(one.command_id);
      }
    }, { ifAvailable: true });

  // Asks whether this device is still one of the point's, and keeps its clock.
  log.ping = async () => {
    await post(GUI, { items: [] });
    await ended((await log.count()).unsent);
  };
  async function ended(left) {
    if (vault.revoked && !left) await kh.vaultRevoked?.();
  }

  // The server's word on one command: the desks know it, their rows are kept, and only then is the command let go. While no desk has read
  // the log (locked, or just being unlocked) the answer lies in it, and is asked for again.
  async function take(record, receipt) {
    if (!record) return;
    kh.settle?.(receipt);
    try {
      if (receipt.status === "broken") {
        const lying = await box.get("log", record.command_id);
        if (lying) await box.write(["log", { ...lying, broken: (lying.broken || 0) + 1 }]);
      } else if (!vault.open || !kh.logRead || receipt.status === "waiting") {
        await box.write(["log", { ...record, sealed: null, state: receipt.status === "waiting" ? "held" : "answered", status: receipt.status, reason: receipt.reason || "" }]);
      } else {
        await finish(record, receipt);
      }
    } catch {
      kh.changed?.(); // what could not be written is asked or sent again: the server answers the same
    }
    vault.news?.postMessage({ kind: "receipts", receipts: [receipt] });
  }
  async function finish(record, receipt) {
    if (receipt.status === "accepted") {
      await kh.rowsKept?.();
      await box.write(["log", null, record.command_id]);
      return;
    }
    const told = await vault.show(record.about, `log:${record.command_id}`);
    await box.write(
      ["needs", { command_id: record.command_id, at: record.at, session: record.session, told: await vault.hide({ ...told, receipt }, `need:${record.command_id}`) }],
      ["log", null, record.command_id],
    );
    await kh.readNeeds?.();
    vault.news?.postMessage({ kind: "needs" });
  }

  log.outcomes = async (ids) => (await post(`${GUI}/hoi`, { command_ids: ids })).receipts;

  // Asks for the outcome of what the server holds, and of what it answered while nobody was here to read.
  log.ask = () =>
    alone("khien-hoi", async (mine) => {
      if (!mine || !vault.open) return;
      const asked = (await box.all("log")).filter((one) => one.state !== "unsent").slice(0, 200);
      if (!asked.length) return;
      const answered = (await log.outcomes(asked.map((one) => one.command_id))).filter((receipt) => !["waiting", "unknown"].includes(receipt.status));
      for (const receipt of answered) await take(asked.find((one) => one.command_id === receipt.command_id), receipt);
    }, { ifAvailable: true });
};
