// The shelf of before the vault: a device that holds no pack keeps its commands in the browser's storage and sends them in the name of whoever is signed in.
// Each is kept under a name of its own: two windows of one person never write over what the other has not sent.
const BATCH = 40;

export default (kh) => {
  const place = () => `${kh.session}:${kh.staff}:hang:`;
  const namesFrom = (start) => {
    try {
      return Object.keys(localStorage).filter((name) => name.startsWith(`khien:${start}`)).map((name) => name.slice(6));
    } catch {
      return [];
    }
  };
  const lost = new Set(); // what this device could not keep
  const shelf = {};
  kh.shelf = shelf;

  shelf.safe = () => !lost.size;
  shelf.read = () => {
    const found = namesFrom(place()).map((name) => kh.kept(name)).filter(Boolean);
    for (const entry of found) delete entry.broken; // tried again from the start, and said again
    return found.sort((one, other) => one.envelope.seq - other.envelope.seq).map((entry) => ({ ...entry, way: "shelf" }));
  };
  shelf.keep = (entry) => {
    entry.envelope.seq ||= kh.nextSeq();
    if (kh.keep(place() + entry.envelope.command_id, { envelope: entry.envelope, about: entry.about, at: entry.at })) lost.delete(entry);
    else lost.add(entry);
  };
  shelf.forget = (entry) => {
    for (const name of namesFrom("")) if (name.endsWith(`:hang:${entry.envelope.command_id}`)) kh.keep(name, undefined);
    lost.delete(entry);
  };
  shelf.others = () => namesFrom(`${kh.session}:`).filter((name) => name.includes(":hang:") && !name.startsWith(place())).length;

  // Everything that lies here of anybody, for the vault to take over: [name, entry].
  const everything = () => namesFrom("").filter((name) => name.includes(":hang:")).map((name) => [name, kh.kept(name)]).filter(([, entry]) => entry?.envelope);

  // What is left here goes into the vault's log, one after another: it leaves the shelf only when it lies there.
  shelf.empty = async () => {
    for (const [name, entry] of everything()) {
      try {
        await kh.log.adopt(entry);
        kh.keep(name, undefined);
        const mine = kh.waiting.find((one) => one.envelope.command_id === entry.envelope.command_id);
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
