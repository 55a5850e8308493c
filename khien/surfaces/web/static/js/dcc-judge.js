/* Judges a certificate against a list of signers and of revoked ones (the portal's danh-sach.json), without asking anybody:
   the same reasons in the same order as khien/certificates/{schema,verify}.py. */
"use strict";
(() => {
  const { Broken, Float, open, pasted } = globalThis.khienDcc;
  const ISSUER = 1, EXPIRES_AT = 4, NOT_BEFORE = 5, ISSUED_AT = 6, HEALTH = -260;
  const ALGORITHM = 1, CRITICAL = 2, KEY_ID = 4;
  const NAMES = new Map([[-7, "ES256"], [-37, "PS256"]]);
  const DATES = { v: ["dt"], t: ["sc"], r: ["fr", "df", "du"] };

  const hex = (data) => Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const isNumber = (value) => typeof value === "number" || typeof value === "bigint" || value instanceof Float;
  const amount = (value) => (value instanceof Float ? value.value : value);

  function isJson(value) {
    if (value instanceof Map) return [...value].every(([key, held]) => typeof key === "string" && isJson(held));
    if (Array.isArray(value)) return value.every(isJson);
    if (value instanceof Float) return Number.isFinite(value.value);
    return value === null || ["boolean", "number", "bigint", "string"].includes(typeof value);
  }

  const KINDS = {
    object: (value) => value instanceof Map,
    array: Array.isArray,
    string: (value) => typeof value === "string",
    boolean: (value) => typeof value === "boolean",
    null: (value) => value === null,
    number: isNumber,
    integer: (value) => isNumber(value) && (typeof value === "bigint" || Number.isInteger(amount(value))),
  };

  /* The parts of JSON Schema that the certificate's schema uses. */
  function fits(value, part, root) {
    if (part.$ref && !fits(value, root.$defs[part.$ref.split("/").at(-1)], root)) return false;
    if (part.type && ![part.type].flat().some((kind) => KINDS[kind](value))) return false;
    if (part.oneOf && part.oneOf.filter((one) => fits(value, one, root)).length !== 1) return false;
    if (part.anyOf && !part.anyOf.some((one) => fits(value, one, root))) return false;
    if (value instanceof Map) {
      if ((part.required ?? []).some((name) => !value.has(name))) return false;
      if (Object.entries(part.properties ?? {}).some(([name, one]) => value.has(name) && !fits(value.get(name), one, root))) return false;
    }
    if (Array.isArray(value)) {
      if (value.length < (part.minItems ?? 0) || value.length > (part.maxItems ?? Infinity)) return false;
      if (part.items && !value.every((one) => fits(one, part.items, root))) return false;
    }
    if (typeof value === "string") {
      if ([...value].length > (part.maxLength ?? Infinity)) return false;
      if (part.pattern && !new RegExp(part.pattern).test(value)) return false;
    }
    return !(isNumber(value) && part.minimum !== undefined && amount(value) < part.minimum);
  }

  function isLater(version) {
    const parts = version.split(".");
    if (!parts.every((part) => /^[0-9]+$/.test(part))) return false;
    for (const [place, least] of [1, 3, 0].entries()) {
      if (place >= parts.length) return false;
      if (Number(parts[place]) !== least) return Number(parts[place]) > least;
    }
    return parts.length > 3;
  }

  const kindOf = (certificate) => (certificate instanceof Map ? ["v", "t", "r"].find((group) => certificate.has(group)) : undefined);

  function entryOf(certificate) {
    const kind = kindOf(certificate);
    const entries = kind && certificate.get(kind);
    return Array.isArray(entries) && entries[0] instanceof Map ? entries[0] : new Map();
  }

  function isDay(text) {
    const found = /^([0-9]{4})-([0-9]{2})-([0-9]{2})(?:$|[T ])/.exec(text);
    if (!found) return false;
    const [year, month, day] = found.slice(1).map(Number);
    const date = new Date(Date.UTC(2000, month - 1, day));
    date.setUTCFullYear(year, month - 1, day);
    return year > 0 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  }

  function isBirth(text) {
    const found = /^([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?(?:$|[T ])/.exec(text);
    const known = (part) => (part && part !== "00" ? part : "01");
    return !found || isDay(`${found[1]}-${known(found[2])}-${known(found[3])}`);
  }

  function wellFormed(certificate, schemas) {
    if (!(certificate instanceof Map) || !isJson(certificate)) return false;
    const version = certificate.get("ver");
    if (typeof version === "string" && [...version].length > 20) return false;
    if (["v", "t", "r"].filter((group) => certificate.has(group)).length !== 1) return false;
    const schema = schemas[typeof version === "string" && isLater(version) ? "1.3.3" : "1.3.0"];
    return fits(certificate, schema, schema) && isBirth(certificate.get("dob") ?? "") && DATES[kindOf(certificate)].every((name) => isDay(entryOf(certificate).get(name)));
  }

  /* Seconds of a claim: null when absent, undefined when it is no number. */
  function seconds(claims, claim) {
    const found = claims.get(claim) ?? null;
    if (found === null) return null;
    return isNumber(found) && Number.isFinite(Number(amount(found))) ? Number(amount(found)) : undefined;
  }

  function byteString(data) {
    const head = data.length < 24 ? [0x40 | data.length] : data.length < 256 ? [0x58, data.length] : [0x59, data.length >> 8, data.length & 0xff];
    return [Uint8Array.from(head), data];
  }

  async function verifies(message, signer, name) {
    if (signer.algorithm !== name || (name === "ES256" && message.signature.length !== 64)) return false;
    const signed = await new Blob([
      Uint8Array.of(0x84, 0x6a), "Signature1", ...byteString(message.guarded), Uint8Array.of(0x40), ...byteString(message.payload),
    ]).arrayBuffer();
    const key = Uint8Array.from(atob(signer.key), (sign) => sign.charCodeAt(0));
    const [kind, way] = name === "ES256"
      ? [{ name: "ECDSA", namedCurve: "P-256" }, { name: "ECDSA", hash: "SHA-256" }]
      : [{ name: "RSA-PSS", hash: "SHA-256" }, { name: "RSA-PSS", saltLength: 32 }];
    try {
      return await crypto.subtle.verify(way, await crypto.subtle.importKey("spki", key, kind, false, ["verify"]), message.signature, signed);
    } catch {
      return false;
    }
  }

  async function isRevoked(certificate, list) {
    const identifier = entryOf(certificate).get("ci");
    if (typeof identifier !== "string") return false;
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(identifier.trim().toUpperCase()));
    return list.revoked.includes(hex(new Uint8Array(digest).subarray(0, 16)));
  }

  /* The first failure in the order of the reasons, or ok. `now` in milliseconds. */
  async function reasonOf({ message, claims }, list, now) {
    const health = claims.get(HEALTH);
    const certificate = health instanceof Map ? health.get(1) : null;
    const times = [ISSUED_AT, NOT_BEFORE, EXPIRES_AT].map((claim) => seconds(claims, claim));
    if (!wellFormed(certificate, list.schemas) || times.includes(undefined) || times[0] === null || times[2] === null || !["string", "undefined"].includes(typeof (claims.get(ISSUER) ?? undefined))) return ["schema", certificate];
    const name = NAMES.get(message.headers.get(ALGORITHM));
    if (message.headers.has(CRITICAL) || !name) return ["algorithm", certificate];
    const keyId = message.headers.get(KEY_ID);
    const signers = keyId instanceof Uint8Array && keyId.length ? list.signers.filter((one) => one.kid === hex(keyId)) : [];
    if (!signers.length) return ["unknown_signer", certificate];
    const proven = [];
    for (const signer of signers) if (await verifies(message, signer, name)) proven.push(signer);
    if (!proven.length) return ["signature", certificate];
    const [issued, before, expires] = times;
    if (now / 1000 < issued || (before !== null && now / 1000 < before)) return ["not_yet_valid", certificate];
    if (now / 1000 > expires) return ["expired", certificate];
    if (!proven.some((one) => !one.kinds.length || one.kinds.includes(kindOf(certificate)))) return ["key_usage", certificate];
    return [(await isRevoked(certificate, list)) ? "revoked" : "ok", certificate];
  }

  /* {reason, certificate, expires}: the certificate only when it is good. */
  async function judge(text, list, now) {
    try {
      const opened = await open(await pasted(text));
      const [reason, certificate] = await reasonOf(opened, list, now);
      return { reason, certificate: reason === "ok" ? certificate : null, entry: reason === "ok" ? entryOf(certificate) : null, expires: reason === "ok" ? seconds(opened.claims, EXPIRES_AT) : null };
    } catch (trouble) {
      if (trouble instanceof Broken) return { reason: "broken_text", certificate: null, entry: null, expires: null };
      throw trouble;
    }
  }

  globalThis.khienDcc.judge = judge;
})();
