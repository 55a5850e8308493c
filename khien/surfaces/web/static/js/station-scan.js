// The one box that owns the scanner: a code, a card, a number or a name, whatever is typed or scanned into it.
const CARD = /^\s*\D{0,3}\d{12}\D.*\d{8}/s;
const SLIP = /^\s*KH1\.\d{100,}\s*$/i; // station-slip.js
const QUICK = 45; // ms between letters that no hand types

export default (kh) => {
  const { _ } = kh;
  const form = document.getElementById("o-quet");
  const box = document.getElementById("quet");
  let held = null;

  // What a text is: {kind: number|code|serial|card|text, ...}
  kh.classify = (text) => {
    const digits = text.replaceAll(/[\s.\-·]/g, "");
    if (SLIP.test(text)) return { kind: "slip", text };
    if (CARD.test(text)) return { kind: "card", text, ...card(text) };
    if (/^\d{1,4}$/.test(digits) || lettered(digits)) return { kind: "number", number: digits.toUpperCase() };
    if (/^\d{11}$/.test(digits)) return { kind: "code", code: digits, whole: kh.wholeCode(digits) };
    if (/^\d{13}$/.test(digits) && kh.wholeCode(digits)) return { kind: "serial", serial: digits };
    return { kind: "text", text: text.trim() };
  };

  // "B7": the letter of a tablet that gave numbers here; any other letters may be a vial's.
  const lettered = (text) => {
    const [, letter] = /^([A-Za-z]{1,2})\d{1,4}$/.exec(text) || [];
    return Boolean(letter) && kh.all().some((row) => row.letter === letter.toUpperCase());
  };

  // The parts of a card's text that no input method can alter: the number and the birth date.
  function card(text) {
    const number = /\d{12}/.exec(text)[0];
    const rest = text.slice(text.indexOf(number) + 12);
    const [, day, month, year] = /(?:^|\D)(?:(\d{2})?(\d{2}))?((?:18|19|20)\d{2})(?!\d)/.exec(rest) || [];
    const known = (part) => part && part !== "00" && part; // zeros or nothing: who knows only the month, or the year
    return { number, birth: [year, known(month), known(month) && known(day)].filter(Boolean).join("-"), scan: text };
  }
  // Whether a card and the book tell the same birth, each as far as it knows it.
  kh.sameBirth = (one, other) => Boolean(one && other) && (one.startsWith(other) || other.startsWith(one));

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = box.value;
    box.value = "";
    if (!text.trim()) kh.pressMain();
    else kh.scanned(text);
  });

  kh.scanned = (text) => {
    const told = kh.classify(text);
    kh.clearTold();
    if (told.kind === "slip") return kh.scanSlip(text.trim());
    if (kh.halted?.scan) return kh.halted.scan(told, text);
    if (told.kind === "serial" && kh.rights.has("visit.key_paper")) {
      const key = `${kh.urls.key}?phieu=${told.serial}`;
      if (kh.vault.open) window.open(key, "_blank", "noopener");
      else location.assign(key);
      return undefined;
    }
    if (told.kind === "code" && !told.whole) {
      const wrong = _("Mã sai một chữ số. Mời quét lại hoặc gõ lại 11 số.");
      // At reception eleven digits may be a personal number whose first zero was left out: the record is asked before they are called wrong.
      return kh.here?.name === "reception" && !kh.offline && kh.rights.has("people.search") ? kh.receive({ kind: "text", text: told.code, wrong }) : kh.tell(wrong, "stop");
    }
    if (kh.here?.scan?.(told)) return undefined;
    return kh.find(told);
  };

  // Looks among the people inside; whoever is not inside yet is looked for at reception.
  kh.find = (told) => {
    const rows = kh.all();
    if (told.kind === "number") {
      const several = kh.byNumber(told.number);
      return several.length > 1 ? kh.choose(several, (row) => one(row, told)) : one(several[0], told, _("Chưa có số {n} trong buổi này.", { n: told.number }));
    }
    if (told.kind === "code") {
      const row = kh.byCode(told.code);
      return row ? one(row, told) : outside(told, _("Mã này chưa được tiếp đón."));
    }
    const found = told.kind === "card" ? kh.ofCard(told, rows) : kh.named(told.text, rows);
    const inside = found.filter((row) => !kh.ended(row));
    if (inside.length === 1) return one(inside[0], told);
    if (inside.length > 1) return kh.choose(inside, (row) => one(row, told));
    if (found.length === 1) return one(found[0], told);
    return outside(told, _("Không thấy trong buổi này."));
  };
  kh.ended = (row) => !["checked_in", "consented", "cleared", "dosed", "observed"].includes(row.state);

  function one(row, told, otherwise) {
    if (!row) return outside(told, otherwise);
    return kh.open(row, told);
  }
  function outside(told, words) {
    if (kh.rights.has("visit.receive") && told.kind !== "number") return kh.receive(told);
    return kh.tell(words, "wait");
  }

  // A scanner types anywhere: letters that come faster than hands go to the box; single keys (1, 2) wait that long to be sure.
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.key.length !== 1 || typing(event.target)) return;
    if (held) {
      const letters = held.key;
      drop();
      box.focus();
      box.value = letters; // this letter follows by itself
      return;
    }
    const act = kh.here?.keys?.(event.key, event);
    if (!act) {
      if (document.querySelector("dialog[open]")) return;
      box.focus();
      return;
    }
    event.preventDefault();
    held = { key: event.key, timer: setTimeout(() => (drop(), act()), QUICK) };
  });
  function drop() {
    clearTimeout(held.timer);
    held = null;
  }
  function typing(target) {
    return target.matches?.("textarea, select, input:not([type=radio]):not([type=checkbox])");
  }
  // What stands in the box and was not looked for yet; taken out of it.
  kh.inBox = () => {
    const told = kh.classify(box.value);
    box.value = "";
    return told;
  };
  kh.focusScan = () => box.focus({ preventScroll: true });
};
