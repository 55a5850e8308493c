/* Opens the text of an EU Digital COVID Certificate: Base45, zlib, COSE_Sign1, CBOR. The same as khien/certificates/{base45,cbor,cose,hcert}.py:
   what is refused there is refused here. Everything that is no certificate throws Broken. */
"use strict";
globalThis.khienDcc = (() => {
  const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
  const LONGEST_TEXT = 10000, LARGEST_INFLATED = 64 * 1024, DEEPEST = 12, DAY = 86400;
  const BREAK = Symbol("break");
  const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

  class Broken extends Error {}

  /* A number that was written as a float: 1.0 is not the whole number 1 where a whole number is asked for. */
  class Float { constructor(value) { this.value = value; } }

  function base45(text) {
    const values = [...text].map((sign) => ALPHABET.indexOf(sign));
    if (values.includes(-1)) throw new Broken("a character outside the alphabet");
    if (values.length % 3 === 1) throw new Broken("a lone last character");
    const data = [];
    for (let at = 0; at < values.length; at += 3) {
      const whole = at + 2 < values.length;
      const sum = values[at] + 45 * values[at + 1] + (whole ? 2025 * values[at + 2] : 0);
      if (sum > (whole ? 0xffff : 0xff)) throw new Broken("a group that overflows");
      if (whole) data.push(sum >> 8);
      data.push(sum & 0xff);
    }
    return Uint8Array.from(data);
  }

  async function inflate(data) {
    const reader = new Blob([data]).stream().pipeThrough(new DecompressionStream("deflate")).getReader();
    const pieces = [];
    let size = 0;
    try {
      for (let step = await reader.read(); !step.done; step = await reader.read()) {
        size += step.value.length;
        if (size > LARGEST_INFLATED) { reader.cancel(); break; }
        pieces.push(step.value);
      }
    } catch {
      throw new Broken("not one whole zlib stream");
    }
    if (size > LARGEST_INFLATED) throw new Broken("inflates beyond any certificate");
    return new Uint8Array(await new Blob(pieces).arrayBuffer());
  }

  class Reader {
    constructor(data) { this.data = data; this.at = 0; }

    head() {
      if (this.at >= this.data.length) throw new Broken("cut short");
      const byte = this.data[this.at++];
      return [byte >> 5, byte & 31];
    }

    /* A whole number; beyond what a double holds it is a BigInt. */
    argument(info) {
      if (info < 24) return info;
      if (info > 27) throw new Broken("a reserved length");
      let number = 0n;
      for (const byte of this.take(2 ** (info - 24))) number = (number << 8n) | BigInt(byte);
      return number > BigInt(Number.MAX_SAFE_INTEGER) ? number : Number(number);
    }

    take(size) {
      if (size > this.data.length - this.at) throw new Broken("cut short");
      this.at += Number(size);
      return this.data.subarray(this.at - Number(size), this.at);
    }

    item(depth, breakable = false) {
      if (depth > DEEPEST) throw new Broken("nested too deep");
      const [major, info] = this.head();
      switch (major) {
        case 0: return this.argument(info);
        case 1: return negative(this.argument(info));
        case 2: return this.string(2, info);
        case 3: return words(this.string(3, info));
        case 4: return this.list(info, depth);
        case 5: return this.map(info, depth);
        case 6: return this.date(this.argument(info), depth);
        default: return this.simple(info, breakable);
      }
    }

    string(major, info) {
      if (info !== 31) return this.take(this.argument(info));
      const pieces = [];
      for (;;) {
        const [kind, length] = this.head();
        if (kind === 7 && length === 31) return joined(pieces);
        if (kind !== major || length === 31) throw new Broken("a piece of another kind");
        const piece = this.take(this.argument(length));
        if (major === 3) words(piece);
        pieces.push(piece);
      }
    }

    fits(count) {
      if (count > this.data.length - this.at) throw new Broken("cut short");
      return Number(count);
    }

    list(info, depth) {
      const found = [];
      if (info === 31) {
        for (let value = this.item(depth + 1, true); value !== BREAK; value = this.item(depth + 1, true)) found.push(value);
        return found;
      }
      for (let left = this.fits(this.argument(info)); left > 0; left--) found.push(this.item(depth + 1));
      return found;
    }

    map(info, depth) {
      const found = new Map();
      let left = info === 31 ? null : this.fits(this.argument(info));
      while (left !== 0) {
        const key = this.item(depth + 1, left === null);
        if (key === BREAK) break;
        if (!["number", "bigint", "string"].includes(typeof key)) throw new Broken("a key that is neither number nor text");
        if (found.has(key)) throw new Broken("a key twice");
        found.set(key, this.item(depth + 1));
        if (left !== null) left--;
      }
      return found;
    }

    date(tag, depth) {
      const value = this.item(depth + 1);
      const whole = typeof value === "number" || typeof value === "bigint";
      if ((tag === 0 || tag === 1004) && typeof value === "string") return value;
      if (tag === 1 && (whole || value instanceof Float)) return instant(value instanceof Float ? value.value : Number(value));
      if (tag === 100 && whole) return instant(Number(value) * DAY).slice(0, 10);
      throw new Broken("an unknown tag");
    }

    simple(info, breakable) {
      if (info === 20 || info === 21) return info === 21;
      if (info === 22 || info === 23) return null;
      if (info >= 25 && info <= 27) return new Float(float(this.take(2 ** (info - 24))));
      if (info === 31 && breakable) return BREAK;
      throw new Broken("an unknown simple value");
    }
  }

  function negative(number) {
    const found = -1n - BigInt(number);
    return found < BigInt(Number.MIN_SAFE_INTEGER) ? found : Number(found);
  }

  function words(data) {
    try { return utf8.decode(data); } catch { throw new Broken("text that is not UTF-8"); }
  }

  function joined(pieces) {
    const found = new Uint8Array(pieces.reduce((size, piece) => size + piece.length, 0));
    let at = 0;
    for (const piece of pieces) { found.set(piece, at); at += piece.length; }
    return found;
  }

  function float(data) {
    const view = new DataView(data.buffer, data.byteOffset, data.length);
    if (data.length === 8) return view.getFloat64(0);
    if (data.length === 4) return view.getFloat32(0);
    const half = view.getUint16(0), sign = half >> 15 ? -1 : 1, power = (half >> 10) & 31, rest = half & 1023;
    if (power === 31) return rest ? NaN : sign * Infinity;
    return sign * (power ? 2 ** (power - 15) * (1 + rest / 1024) : 2 ** -14 * (rest / 1024));
  }

  /* Years 1 to 9999, as the calendar of the other side. */
  function instant(seconds) {
    const moment = new Date(seconds * 1000);
    if (Number.isNaN(moment.getTime()) || moment.getUTCFullYear() < 1 || moment.getUTCFullYear() > 9999) throw new Broken("a moment out of range");
    return moment.toISOString().replace(".000Z", "Z");
  }

  function cbor(data) {
    const reader = new Reader(data);
    const value = reader.item(0);
    if (reader.at !== data.length) throw new Broken("bytes after the end");
    return value;
  }

  /* A message untagged, tagged 18, or 61 around 18. */
  function unwrapped(data) {
    const reader = new Reader(data), tags = [];
    let start = 0;
    while (tags.length < 2 && start < data.length && data[start] >> 5 === 6) {
      reader.at = start;
      const tag = reader.argument(reader.head()[1]);
      if (tag !== 18 && tag !== 61) throw new Broken("an unknown tag");
      tags.push(tag);
      start = reader.at;
    }
    if (!["", "18", "61,18"].includes(tags.join())) throw new Broken("tags in a wrong order");
    return data.subarray(start);
  }

  function cose(data) {
    const message = cbor(unwrapped(data));
    if (!Array.isArray(message) || message.length !== 4) throw new Broken("not four parts");
    const [guarded, outside, payload, signature] = message;
    if (![guarded, payload, signature].every((part) => part instanceof Uint8Array)) throw new Broken("parts of a wrong kind");
    const inside = guarded.length ? cbor(guarded) : new Map();
    if (!(inside instanceof Map) || !(outside instanceof Map)) throw new Broken("headers of a wrong kind");
    return { guarded, payload, signature, headers: new Map([...outside, ...inside]) };
  }

  /* The message and its claims. */
  async function open(text) {
    const plain = text.trim();
    if ([...plain].length > LONGEST_TEXT) throw new Broken("longer than any certificate");
    if (!plain.startsWith("HC1:")) throw new Broken("does not begin with HC1:");
    const message = cose(await inflate(base45(plain.slice(4))));
    const claims = cbor(message.payload);
    if (!(claims instanceof Map)) throw new Broken("claims that are not a map");
    return { message, claims };
  }

  /* What a person pasted, brought back to the code's text: see as_pasted in khien/certificates/hcert.py. */
  async function pasted(text) {
    const plain = text.replace(/[\u200b\u200c\u200d\u2060\ufeff\u00ad]/g, "").replaceAll("\u00a0", " ").trim();
    const lines = plain.split("\n");
    const whole = lines.map((line) => line.replace(/[\r\t]+$/, "")).join("").replaceAll("\t", "");
    const spaced = lines.map((line) => line.replace(/^[\r\t]+|[\r\t]+$/g, "")).join(" ");
    for (const reading of new Set([whole, spaced, whole.toUpperCase(), spaced.toUpperCase()])) {
      try { await open(reading); return reading; } catch (trouble) { if (!(trouble instanceof Broken)) throw trouble; }
    }
    return whole;
  }

  return { Broken, Float, open, pasted };
})();
