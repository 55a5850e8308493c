// The shelf of a device that carries no pack: its commands wait here and are sent in the name of whoever is signed in. They lie enciphered by a
// key of the point that only a page of the server brings and that is never written down: whoever holds the disk reads nobody's name.
const BATCH = 40;
const NAME = "khien-shelf";
const SHELF = "waiting"; // command_id: session, staff, seq; the command itself enciphered

export default async (kh) => {
  const { seal } = kh;
  const box = await kh.boxOf(NAME, 1, { [SHELF]: "command_id" });
  const keys = new Map();
  let others = 0;
  const shelf = {};
  kh.shelf = shelf;

  async function keyNow() {
    const [id] = kh.shelfKeys.at(-1) || [];
    return { id, key: id && (await keyOf(id)) };
  }
  async function keyOf(id) {
    const [, letters] = kh.shelfKeys.find(([one]) => one === id) || [];
    if (letters && !keys.has(id)) keys.set(id, await seal.dataKey(seal.unb64u(letters)));
    return keys.get(id);
  }

  async function put({ envelope, about, at }, session, staff) {
    const { id, key } = await keyNow();
    if (!box.there || !key) throw new Error("nothing can be kept here");
    const { command_id, seq } = envelope;
    await box.write([SHELF, { command_id, session, staff, seq, key_id: id, ...(await seal.hide(key, { envelope, about, at }, command_id)) }]);
  }
  async function shown(record) {
    try {
      return await seal.show(await keyOf(record.key_id), record, record.command_id);
    } catch {
      return null; // another point's: read where its page is open
    }
  }
  const lying = async () => (box.there ? (await box.all(SHELF)).sort((one, other) => one.seq - other.seq) : []);

  // What an earlier release left readable in the browser's storage goes behind the key; it leaves there only when it lies here.
  async function fromBefore() {
    const names = () => Object.keys(localStorage).filter((name) => name.startsWith("khien:") && name.includes(":hang:")).map((name) => name.slice(6));
    try {
      for (const name of names()) {
        const entry = kh.kept(name);
        if (!entry?.envelope) continue;
        const [session, staff] = name.split(":");
        await put(entry, session, staff);
        kh.keep(name, undefined);
      }
    } catch {
      // it stays where it is until a page of the server brings the key
    }
  }

  // What waits here of whoever is signed in, in its order.
  shelf.read = async () => {
    await fromBefore();
    const found = [];
    others = 0;
    for (const record of await lying()) {
      if (record.session !== kh.session) continue;
      const entry = record.staff === kh.staff && (await shown(record));
      if (entry) found.push({ ...entry, way: "shelf", session: record.session });
      else others += 1;
    }
    return found;
  };
  // Throws when this device did not take it.
  shelf.keep = async (entry) => {
    entry.envelope.seq ||= kh.nextSeq();
    await put(entry, kh.session, entry.envelope.actor);
  };
  shelf.forget = (entry) => box.there && box.write([SHELF, null, entry.envelope.command_id]).catch(() => {}); // else it is sent again, and answered the same
  shelf.others = () => others;

  // What is left here of anybody goes into the vault's log, one after another: it leaves the shelf only when it lies there.
  shelf.empty = async () => {
    await fromBefore();
    for (const record of await lying()) {
      const entry = await shown(record);
      if (!entry) continue;
      try {
        await kh.log.adopt(entry);
        await box.write([SHELF, null, record.command_id]);
        const mine = kh.waiting.find((one) => one.envelope.command_id === record.command_id);
        if (mine) Object.assign(mine, { way: "log", kept: true });
      } catch {
        return; // it stays where it is, and is sent from there
      }
    }
  };

  // Sends one batch; throws when there is no line or nobody is signed in. True when something broke.
  shelf.send = async (waiting) => {
    const several = kh.sendable(waiting, (entry) => entry.about.visit).slice(0, BATCH);
    if (!several.length) return false;
    const answer = await kh.post(kh.urls.command, { commands: several.map((one) => one.envelope) });
    for (const receipt of answer.receipts) kh.settle(receipt);
    return answer.receipts.some((receipt) => receipt.status === "broken");
  };
};
