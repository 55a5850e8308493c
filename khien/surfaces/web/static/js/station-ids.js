// Ids made on the device, and the check digit of the codes that people carry.
const DAMM = [
  "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
  "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
];

// A UUID whose first 48 bits are the moment (RFC 9562, version 7).
function uuid7(now) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let place = 5, rest = now; place >= 0; place -= 1, rest = Math.floor(rest / 256)) bytes[place] = rest % 256;
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

export default (kh) => {
  kh.newId = () => uuid7(Math.round(Date.now() + kh.offset));
  kh.wholeCode = (digits) => [...digits].reduce((row, digit) => Number(DAMM[row][digit]), 0) === 0;

  // What the browser keeps on this device.
  kh.keep = (name, value) => {
    try {
      if (value === undefined) localStorage.removeItem(`khien:${name}`);
      else localStorage.setItem(`khien:${name}`, JSON.stringify(value));
      return true;
    } catch {
      return false;
    }
  };
  kh.kept = (name, otherwise) => {
    try {
      return JSON.parse(localStorage.getItem(`khien:${name}`)) ?? otherwise;
    } catch {
      return otherwise;
    }
  };
  kh.device = kh.kept("may") || kh.newId();
  kh.keep("may", kh.device);
  kh.nextSeq = () => {
    const seq = kh.kept("thu-tu", 0) + 1;
    kh.keep("thu-tu", seq);
    return seq;
  };
};
