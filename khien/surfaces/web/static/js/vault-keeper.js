// The vault of this device: opened by a passphrase or the unlock card, locked by hand, after ten minutes or with the page.
// The data key is in memory only while it is open. Locking or wiping takes the pack away, never a command that was not sent.
const LEAST = 8; // letters of a passphrase

export default async (kh) => {
  const { box, seal } = kh;
  let key = null;
  let keyId = "";
  const vault = { open: false, armed: false, session: "", device: null, staff: null, pack: null, revoked: false, LEAST };
  kh.vault = vault;
  Object.defineProperty(kh, "offline", { get: () => vault.open && kh.line !== "ready" });

  const facts = async (name) => (box.there ? (await box.get("facts", name)) || null : null);
  const holderOf = (staff) => `staff:${staff}`;

  // What may be known while it is locked: which sessions lie here, who may open them, nothing of a person who comes.
  vault.look = async () => {
    if (!box.there) return { packs: [], grants: [] };
    await tidy();
    const [packs, grants, opens] = await Promise.all([box.all("packs"), box.all("grants"), box.all("opens")]);
    const holders = new Set(opens.map((one) => one.holder));
    vault.device = await facts("device");
    keyId = (await facts("key"))?.id || "";
    vault.armed = Boolean(packs.length && keyId);
    return {
      packs: packs.map(({ session, title, taken_at, until, size }) => ({ session, title, taken_at, until, size })).sort((one, other) => (one.title.starts_at < other.title.starts_at ? -1 : 1)),
      grants: grants.filter((one) => holders.has(holderOf(one.staff))),
      waiting: grants.filter((one) => !holders.has(holderOf(one.staff))),
      card: holders.has("card"),
    };
  };

  // A pack dies when the last right to it has ended.
  async function tidy() {
    const now = Date.now() + (kh.offset || 0);
    const over = (await box.all("packs")).filter((one) => Date.parse(one.until) < now);
    const grants = (await box.all("grants")).filter((one) => Date.parse(one.until) < now);
    const records = over.length ? await box.all("records") : [];
    const parts = [
      ...over.map((one) => ["packs", null, one.session]), ...grants.map((one) => ["grants", null, one.id]),
      ...records.filter((one) => over.some((pack) => one.name.startsWith(`${pack.session}:`))).map((one) => ["records", null, one.name]),
    ];
    if (parts.length) await box.write(...parts);
  }

  // The raw data key: by one's passphrase, or by the card. Throws {wrong: true}.
  vault.raw = async (holder, secret) => {
    const wrapped = await box.get("opens", holder);
    if (!wrapped || wrapped.key_id !== keyId) throw { wrong: true };
    try {
      return await seal.unwrap(wrapped, secret, holder);
    } catch {
      throw { wrong: true };
    }
  };
  vault.byPassphrase = (staff, secret) => vault.raw(holderOf(staff), secret.trim());
  vault.byCard = (digits) => vault.raw("card", digits);
  const wrapped = async (holder, raw, secret) => ({ holder, key_id: keyId, ...(await seal.wrap(raw, secret, holder)) });
  vault.setPassphrase = async (staff, raw, secret) => box.write(["opens", await wrapped(holderOf(staff), raw, secret.trim())]);
  vault.makeCard = async (raw) => {
    const digits = seal.newCard();
    await box.write(["opens", await wrapped("card", raw, digits)]);
    return digits;
  };

  // Opens a session for one who holds a grant.
  vault.enter = async (session, staff, raw) => {
    const [grant, kept] = await Promise.all([box.get("grants", `${session}:${staff}`), box.get("packs", session)]);
    if (!grant || !kept) throw { gone: true };
    const opening = await seal.dataKey(raw);
    const pack = await seal.show(opening, kept.shut, `pack:${session}`);
    key = opening;
    Object.assign(vault, { open: true, session, pack, device: await facts("device") });
    become(grant);
  };
  function become(grant) {
    vault.staff = { id: grant.staff, name: grant.name, rights: grant.rights };
    kh.session = grant.session;
    kh.staff = grant.staff;
    kh.staffName = grant.name;
    if (!kh.signedIn || kh.signedIn !== grant.staff) kh.rights = new Set(grant.rights);
    else kh.rights = new Set(kh.serverRights);
  }
  // Another person at the same tablet: by their own passphrase.
  vault.change = async (staff, secret) => {
    await vault.byPassphrase(staff, secret);
    const grant = await box.get("grants", `${vault.session}:${staff}`);
    if (!grant) throw { gone: true };
    become(grant);
  };

  // Takes what the server told of a session into the vault. `raw` is known when the key is new or was opened for this.
  vault.put = async (told, size, { raw, secret } = {}) => {
    const { session } = told;
    const { device, grant, sealing } = told.offline;
    const parts = [];
    if (!keyId) {
      raw = seal.random(32);
      keyId = kh.newId();
      parts.push(["facts", { name: "key", id: keyId }]);
    }
    const using = key || (await seal.dataKey(raw));
    if (secret) parts.push(["opens", await wrapped(holderOf(grant.staff), raw, secret.trim())]);
    const mine = { ...(await facts("device")), name: "device", id: device.id, letter: device.letter, sealing, counter: device.counter, revoked: false };
    parts.push(
      ["facts", mine],
      ["facts", { name: "clock", offset: kh.offset }],
      ["packs", { session: session.id, title: { site: session.site, on_date: session.on_date, shift: session.shift, starts_at: session.starts_at }, taken_at: told.made_at, until: grant.until, size, shut: await seal.hide(using, told, `pack:${session.id}`) }],
      ["grants", { id: `${session.id}:${grant.staff}`, session: session.id, staff: grant.staff, name: grant.name, rights: grant.rights, until: grant.until }],
    );
    await box.write(...parts);
    key = using;
    Object.assign(vault, { open: true, armed: true, session: session.id, pack: told, device: mine });
    become({ session: session.id, staff: grant.staff, name: grant.name, rights: grant.rights });
    return raw;
  };
  vault.keyKnown = () => Boolean(keyId);
  vault.hasPassphrase = async (staff) => Boolean(keyId) && (await box.get("opens", holderOf(staff)))?.key_id === keyId;

  // The device's own key, made once, before its first pack.
  vault.deviceKey = async () => {
    const known = await facts("device");
    if (known?.sign) return known.public_key;
    const made = await seal.newDeviceKey();
    await box.write(["facts", { ...known, name: "device", ...made }]);
    return made.public_key;
  };

  // Small enciphered records of the desks, by session.
  const place = (name) => `${vault.session}:${name}`;
  vault.save = async (name, value) => {
    const using = key;
    const whole = place(name);
    if (!using) return;
    await box.write(["records", { name: whole, ...(await seal.hide(using, value, whole)) }]);
  };
  vault.load = async (name) => {
    const kept = key && (await box.get("records", place(name)));
    return kept ? seal.show(key, kept, place(name)) : null;
  };
  vault.sign = (text) => seal.sign(vault.device.sign, text);
  vault.hide = async (value, about) => ({ key_id: keyId, ...(await seal.hide(key, value, about)) });
  // What was hidden, or null when it was hidden by a key that is gone.
  vault.show = async (hidden, about) => {
    if (!key || hidden?.key_id !== keyId) return null;
    try {
      return await seal.show(key, hidden, about);
    } catch {
      return null;
    }
  };

  // The key leaves memory, and with the page everything that was drawn. Commands not yet written down keep it open.
  vault.lock = async ({ told = false } = {}) => {
    if (!vault.open) return true;
    await kh.written?.();
    if (!kh.keptSafe) return false;
    key = null;
    vault.open = false;
    if (!told) vault.news?.postMessage({ kind: "lock" });
    location.reload();
    return true;
  };

  // Pack, keys and what stands beside go; the log stays until the server holds it.
  vault.wipe = async ({ device = false } = {}) => {
    const mine = await facts("device");
    key = null;
    keyId = "";
    vault.open = vault.armed = false;
    const { id, letter, sealing, counter } = mine || {};
    const parts = ["packs", "grants", "opens", "records"].map((shelf) => [shelf, "clear"]);
    parts.push(["facts", null, "key"]);
    if (device) parts.push(["needs", "clear"], ["facts", { name: "device", id, letter, sealing, counter, revoked: true }]);
    await box.write(...parts);
    vault.news?.postMessage({ kind: "lock" });
  };

  if (!kh.clockKnown) kh.offset = (await facts("clock"))?.offset || 0;
  if (box.there && "BroadcastChannel" in window) vault.news = new BroadcastChannel("khien-desk");
};
