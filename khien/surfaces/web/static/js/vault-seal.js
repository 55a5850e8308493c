// Ciphers of the vault: enciphered by the data key for this device, sealed to the server for the way, signed by the device.
const text8 = new TextEncoder();
const read8 = new TextDecoder();
const { subtle } = crypto;
const CURVE = "P-256";
const ROUNDS = 600000; // PBKDF2-SHA256, OWASP 2023
const GCM = "AES-GCM";
const INFO = text8.encode("khien-seal-1");

export default (kh) => {
  const b64u = (bytes) => {
    let letters = "";
    for (const byte of new Uint8Array(bytes)) letters += String.fromCharCode(byte);
    return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  };
  const unb64u = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  const random = (count) => crypto.getRandomValues(new Uint8Array(count));
  const dataKey = (raw) => subtle.importKey("raw", raw, GCM, false, ["encrypt", "decrypt"]);

  const seal = { b64u, unb64u, random, dataKey };
  kh.seal = seal;

  // Anything as JSON, enciphered by a data key; `about` binds it to its place.
  seal.hide = async (key, value, about) => {
    const iv = random(12);
    return { iv, data: await subtle.encrypt({ name: GCM, iv, additionalData: text8.encode(about) }, key, text8.encode(JSON.stringify(value))) };
  };
  seal.show = async (key, { iv, data }, about) => JSON.parse(read8.decode(await subtle.decrypt({ name: GCM, iv, additionalData: text8.encode(about) }, key, data)));

  // The wrapping key of a passphrase (slow on purpose) or of the card's 128 random bits.
  async function wrapper(secret, salt, rounds) {
    const base = await subtle.importKey("raw", text8.encode(secret.normalize("NFC")), "PBKDF2", false, ["deriveKey"]);
    return subtle.deriveKey({ name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds }, base, { name: GCM, length: 256 }, false, ["encrypt", "decrypt"]);
  }
  seal.wrap = async (raw, secret, holder) => {
    const salt = random(16);
    const iv = random(12);
    const key = await wrapper(secret, salt, ROUNDS);
    return { salt, iv, rounds: ROUNDS, data: await subtle.encrypt({ name: GCM, iv, additionalData: text8.encode(holder) }, key, raw) };
  };
  // The raw data key; throws when the secret is not the one.
  seal.unwrap = async ({ salt, iv, rounds, data }, secret, holder) =>
    new Uint8Array(await subtle.decrypt({ name: GCM, iv, additionalData: text8.encode(holder) }, await wrapper(secret, salt, rounds), data));

  // The device's key: it never leaves the browser, not even to us.
  seal.newDeviceKey = async () => {
    const pair = await subtle.generateKey({ name: "ECDSA", namedCurve: CURVE }, false, ["sign", "verify"]);
    return { sign: pair.privateKey, public_key: b64u(await subtle.exportKey("spki", pair.publicKey)) };
  };
  seal.sign = async (key, text) => b64u(await subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key, text8.encode(text)));

  // To the server alone: ephemeral ECDH, HKDF-SHA256, AES-256-GCM with a key used once.
  seal.toServer = async (serverKey, commandId, plain) => {
    const theirs = await subtle.importKey("spki", unb64u(serverKey), { name: "ECDH", namedCurve: CURVE }, false, []);
    const mine = await subtle.generateKey({ name: "ECDH", namedCurve: CURVE }, true, ["deriveBits"]);
    const point = new Uint8Array(await subtle.exportKey("raw", mine.publicKey));
    const shared = await subtle.importKey("raw", await subtle.deriveBits({ name: "ECDH", public: theirs }, mine.privateKey, 256), "HKDF", false, ["deriveKey"]);
    const key = await subtle.deriveKey({ name: "HKDF", hash: "SHA-256", salt: point, info: INFO }, shared, { name: GCM, length: 256 }, false, ["encrypt"]);
    const closed = new Uint8Array(await subtle.encrypt({ name: GCM, iv: new Uint8Array(12), additionalData: text8.encode(commandId) }, key, text8.encode(plain)));
    const whole = new Uint8Array(point.length + closed.length);
    whole.set(point);
    whole.set(closed, point.length);
    return b64u(whole);
  };

  // The unlock card: 128 random bits as 39 digits and their check digit, which no input method of a scanner alters.
  seal.newCard = () => {
    const digits = random(16).reduce((sum, byte) => sum * 256n + BigInt(byte), 0n).toString().padStart(39, "0");
    return [..."0123456789"].map((last) => digits + last).find(kh.wholeCode);
  };
  seal.cardDigits = (text) => {
    const digits = text.replaceAll(/\D/g, "");
    return digits.length === 40 && kh.wholeCode(digits) ? digits : "";
  };
};
