// Words, hours, ages and doses as people read them; hours are those of Viet Nam whatever the device says.
const ZONE = "Asia/Ho_Chi_Minh";
const HM = new Intl.DateTimeFormat("en-GB", { timeZone: ZONE, hour: "2-digit", minute: "2-digit", hour12: false });
const DAY = new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE });
const MARKED = /[̀-ͯ]/g;

export default (kh) => {
  // Puts the sentence into the page's language and its facts into {places}.
  kh._ = (text, facts = {}) => (kh.words[text] || text).replace(/\{(\w+)\}/g, (whole, name) => (name in facts ? facts[name] : whole));
  const { _ } = kh;
  kh.both = (told) => (told ? told[kh.lang] || told.vi || "" : "");

  kh.now = () => new Date(Date.now() + kh.offset);
  kh.hm = (moment) => (moment ? HM.format(new Date(moment)) : "");
  kh.today = () => DAY.format(kh.now());
  kh.dmy = (day) => (day ? day.slice(0, 10).split("-").reverse().join("/") : "");
  kh.birth = (iso) => (iso ? iso.split("-").reverse().join("/") : "");
  kh.minutesLeft = (until) => Math.max(0, Math.ceil((new Date(until) - kh.now()) / 60000));
  // The moment of HH:MM on the session's day.
  kh.atHour = (text) => {
    const found = /^(\d{1,2})\s*[:hg.]?\s*(\d{2})?$/i.exec(text.trim());
    if (!found || Number(found[1]) > 23 || Number(found[2] || 0) > 59) return null;
    return `${kh.pack.session.on_date}T${found[1].padStart(2, "0")}:${(found[2] || "00").padStart(2, "0")}:00+07:00`;
  };
  // dd/mm/yyyy, mm/yyyy or yyyy as ISO; "" when it is none of them.
  kh.readDay = (text) => {
    const parts = text.trim().split(/[\s/.-]+/);
    if (!/^(\d{1,2} ){0,2}\d{4}$/.test(parts.join(" "))) return "";
    return parts.reverse().map((part) => part.padStart(2, "0")).join("-");
  };

  // Whole years surely reached, and possibly reached, of a birth date of which only the year may be known.
  kh.ages = (birth, on = kh.pack.session.on_date) => {
    const [year, month, day] = birth.split("-").map(Number);
    const [y, m, d] = on.split("-").map(Number);
    const reached = (bm, bd) => y - year - (m < bm || (m === bm && d < bd) ? 1 : 0);
    return [Math.max(0, reached(month || 12, day || 31)), Math.max(0, reached(month || 1, day || 1))];
  };
  kh.sexAge = (row) => {
    const sex = { male: _("Nam"), female: _("Nữ") }[row.sex] || _("Không rõ giới");
    if (!row.birth) return sex;
    const [low, high] = kh.ages(row.birth);
    return _("{sex}, {age} tuổi ({birth})", { sex, age: low === high ? low : `${low}-${high}`, birth: kh.birth(row.birth) });
  };

  kh.vaccine = (code) => {
    const known = kh.pack.names?.[code];
    if (known) return known[kh.lang === "en" ? 1 : 0];
    const ofSession = kh.pack.vaccines.find((one) => one.code === code); // a pack taken along before it named all
    return ofSession ? kh.both(ofSession) : code;
  };
  kh.doseName = (type, ordinal) => {
    if (type === "booster") return ordinal > 1 ? _("Mũi nhắc {n}", { n: ordinal }) : _("Mũi nhắc");
    if (type === "additional") return _("Mũi bổ sung");
    return type === "extra" ? _("Mũi thêm") : _("Mũi {n}", { n: ordinal });
  };
  kh.stateName = (state) => (kh.pack.states.labels[state] || [state, state])[kh.lang === "en" ? 1 : 0];
  kh.identityHow = () => [
    ["card", _("Quét căn cước")],
    ["typed", _("Nhìn căn cước")],
    ["spoken", _("Hỏi miệng")],
    ["slip", _("Quét phiếu")],
  ];

  // Without marks, small, single spaces: for finding names however they are typed.
  kh.fold = (text) => text.normalize("NFD").replace(MARKED, "").replaceAll(/[đĐ]/g, "d").toLowerCase().replace(/[^a-z0-9]+/g, " ").trim();
};
