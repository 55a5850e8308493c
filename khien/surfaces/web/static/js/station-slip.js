// The slip from desk to desk: a visit as it stands, signed by the device that moved it last, carried by the person as a QR.
// KH1. and digits: no input method of a scanner alters digits, and a QR packs them as closely as bytes.
//   bytes = 64 of the signature (ECDSA P-256, over "KH1" + JSON) + deflated JSON; digits = the number 1, then the bytes, in base 10
const HEAD = "KH1.";
const SIGNED = "KH1";
const STATES = ["checked_in", "consented", "cleared", "dosed", "observed", "closed", "refused", "deferred", "referred", "contraindicated", "left_early", "withdrawn"];
const SEX = { m: "male", f: "female", u: "unknown" };
const write8 = new TextEncoder();
const read8 = new TextDecoder();

async function through(bytes, kind) {
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(kind)).arrayBuffer());
}
function digitsOf(bytes) {
  let hex = "1";
  for (const byte of bytes) hex += byte.toString(16).padStart(2, "0");
  return BigInt(`0x${hex}`).toString();
}
function bytesOf(digits) {
  const hex = BigInt(digits).toString(16);
  if (hex[0] !== "1" || hex.length % 2 !== 1) throw new Error("length");
  return Uint8Array.from(hex.slice(1).match(/../g) || [], (pair) => Number.parseInt(pair, 16));
}

export default (kh) => {
  const { _ } = kh;
  const short = (id) => (id ? kh.seal.b64u(Uint8Array.from(id.replaceAll("-", "").match(/../g), (pair) => Number.parseInt(pair, 16))) : "");
  const long = (text) => {
    if (!text) return null;
    const hex = [...kh.seal.unb64u(text)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  };
  const seconds = (moment) => (moment ? Math.floor(Date.parse(moment) / 1000) : 0);
  const moment = (count) => (count ? new Date(count * 1000).toISOString() : null);
  const flags = (health = {}) => (health.immune_deficient ? 1 : 0) + (health.pregnant ? 2 : 0) + (health.breastfeeding ? 4 : 0);

  const told = (row) => [
    kh.session.slice(-12), short(row.id), row.letter, row.no, short(row.person_id), row.name, row.birth, (row.sex || "u")[0], row.last4, row.identity_how, row.form === "child" ? 1 : 0,
    row.vaccine, STATES.indexOf(row.state), row.decision || "", row.observe_minutes || 0, flags(row.health), row.health?.settled_birth || "", row.mixing ? 1 : 0, short(row.last), kh.vault.device.letter,
    seconds(kh.now().toISOString()), seconds(row.dosed_at), row.dose_type || "", row.ordinal || 0, row.codes?.[0] || row.code || "",
    kh.pastOf(row)?.map((dose) => [dose.vaccine, dose.on_date, dose.dose_type, dose.ordinal, dose.valid, dose.evidence]) ?? null, row.screening?.reason || "", seconds(row.checked_in_at),
  ];
  function rowOf([session, id, letter, no, person, name, birth, sex, last4, identity_how, child, vaccine, state, decision, minutes, health, settled, mixing, last, device, at, dosed, dose_type, ordinal, code, past, reason, came]) {
    return {
      slip: { session, device, at: moment(at) },
      row: {
        id: long(id), letter, no, person_id: long(person), name, birth, sex: SEX[sex] || "unknown", last4, identity_how, form: child ? "child" : "adult", vaccine, state: STATES[state] || "checked_in", previous: "",
        decision: decision || null, observe_minutes: minutes, health: { immune_deficient: Boolean(health & 1), pregnant: Boolean(health & 2), breastfeeding: Boolean(health & 4), settled_birth: settled || null }, mixing: Boolean(mixing),
        last: long(last), checked_in_at: moment(came), dosed_at: moment(dosed), observe_until: dosed ? moment(dosed + minutes * 60) : null, dose_type, ordinal: ordinal || null, code, codes: [code, long(id)].filter(Boolean), identity: "", marks: [],
        ...(past ? { past: past.map(([one, on_date, kind, nth, valid, evidence]) => ({ vaccine: one, on_date, dose_type: kind, ordinal: nth, valid, evidence, lot: "" })) } : {}),
        ...(reason ? { screening: { reason, reasons: [], answers: { items: {}, details: {}, background: [] }, vitals: {}, decision } } : {}),
      },
    };
  }

  // The slip's text of a visit; "" when this device holds no key.
  kh.slipOf = async (row) => {
    if (!kh.vault?.open) return "";
    await kh.written?.();
    const json = JSON.stringify(told(kh.row(row.id) || row));
    const body = await through(write8.encode(json), new CompressionStream("deflate-raw"));
    const signature = kh.seal.unb64u(await kh.vault.sign(SIGNED + json));
    const whole = new Uint8Array(signature.length + body.length);
    whole.set(signature);
    whole.set(body, signature.length);
    return HEAD + digitsOf(whole);
  };

  // Reads a slip. Throws {words}: not whole, of another session, not signed by a device of this point.
  kh.readSlip = async (text) => {
    let json;
    let signature;
    try {
      const whole = bytesOf(text.slice(HEAD.length).replaceAll(/\D/g, ""));
      signature = whole.slice(0, 64);
      json = read8.decode(await through(whole.slice(64), new DecompressionStream("deflate-raw")));
      JSON.parse(json);
    } catch {
      throw { words: _("Phiếu đọc chưa đủ. Mời quét lại, giữ phiếu phẳng.") };
    }
    const found = rowOf(JSON.parse(json));
    if (found.slip.session !== kh.session.slice(-12)) throw { words: _("Phiếu này của buổi khác.") };
    if (!(await signedBy(found.slip.device, signature, SIGNED + json))) throw { words: _("Phiếu này không do máy của điểm ký. Mời người này quay lại bàn tiếp đón.") };
    return found;
  };
  async function signedBy(letter, signature, text) {
    const known = [...(kh.tablets || []), ...kh.vault.pack.offline.devices].filter((one) => one.letter === letter);
    if (kh.vault.device?.letter === letter) known.push(kh.vault.device);
    for (const device of known) {
      if (!device.public_key) continue;
      const key = await crypto.subtle.importKey("spki", kh.seal.unb64u(device.public_key), { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
      if (await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, signature, write8.encode(text))) return true;
    }
    return false;
  }

  // A slip in the scan box: the row as the last desk left it, then opened here. What this device knows better stays.
  kh.scanSlip = async (text) => {
    if (!kh.vault?.open) return kh.tell(_("Máy này chưa mang buổi về nên chưa đọc được phiếu. Mời gõ số của người đó."), "wait");
    try {
      const { row, slip } = await kh.readSlip(text);
      const known = kh.row(row.id);
      const older = known && (known.sealed || STATES.indexOf(known.state) > STATES.indexOf(row.state) || Date.parse(known.heard || 0) > Date.parse(slip.at));
      const now = older ? known : kh.adopt(row, slip);
      const proof = { kind: "slip", id: now.id, row: now };
      if (kh.here?.scan?.(proof)) return undefined;
      return kh.open(now, proof);
    } catch (trouble) {
      if (!trouble.words) throw trouble;
      return kh.tell(trouble.words, "stop");
    }
  };
};
