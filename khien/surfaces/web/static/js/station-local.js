// What a desk asks before a person decides. With a line the server answers; without one the same rules answer here, from the pack.
const PATIENCE = 3000; // ms for a server when the device can answer by itself
const WAKING = 20000; // ms for rules that are not awake yet: once, after a tablet was opened

export default (kh) => {
  const offline = () => kh.vault?.pack?.offline;
  const personOf = (row) => offline()?.people[row.person_id] || null;
  // The doses that this device knows of a person; null when it knows nothing of them.
  kh.pastOf = (row) => personOf(row)?.history || row.past || null;

  // The server first where it can know the visit; then this device. Throws {refused}, or {away} where neither can answer.
  async function either(row, there, here) {
    const alone = kh.vault?.open;
    if (kh.line === "ready" && !(alone && row?.sealed)) {
      try {
        return await (alone ? soon(there()) : there());
      } catch (trouble) {
        // A slip's visit may be on its way from another tablet: what this one knows of it decides meanwhile.
        if (!alone || (trouble.refused && trouble.refused.code !== "visits.unknown")) throw trouble;
      }
    }
    if (!alone) throw { away: true };
    return here();
  }
  const soon = (answer, most = PATIENCE) => Promise.race([answer, new Promise((_, late) => setTimeout(() => late({ away: true }), most))]);
  kh.either = either;
  kh.soon = (answer, most) => (kh.vault?.open ? soon(answer, most) : answer);

  const onDate = () => kh.pack.session.on_date;
  const birthOf = (row) => row.birth || personOf(row)?.birth || "";
  kh.askProposal = (row, answers, vitals) =>
    either(row, () => kh.post(kh.urls.propose, { visit_id: row.id, answers, vitals }),
      () => kh.askRules("propose", { on: onDate(), birth: birthOf(row), sex: row.sex || "unknown", vaccine: row.vaccine || "", answers, vitals }));
  // What the screening tells the dose's rules; asked here only, for the row and the slip.
  kh.askHealth = (row, answers) => kh.askRules("health", { on: onDate(), birth: birthOf(row), answers });

  kh.askDose = (row, lot, sure = {}) => either(row, () => kh.post(kh.urls.before_dose, { visit_id: row.id, ...lot, ...sure }), () => kh.askRules("before_dose", dose(row, lot, sure)));

  function dose(row, lot, sure) {
    const { session } = kh.pack;
    return {
      on: kh.today(), person: { birth: birthOf(row), sex: row.sex || "unknown", settled_birth: personOf(row)?.settled_birth || null },
      visit: {
        state: row.state, number: row.number, codes: codes(row), person_id: row.person_id || row.id, vaccine: row.vaccine || "", decision: row.decision || null, minutes: row.observe_minutes || kh.pack.minutes,
        mixing: Boolean(row.mixing), namesakes: namesakes(row), given: row.dosed_at && row.state !== "cleared" ? { number: row.number, dosed_at: row.dosed_at, state: row.state } : null,
      },
      session: { vaccines: session.vaccines, province: offline().session_province, stopped: Boolean(kh.board.stop || offline().stopped) },
      health: row.health || {}, history: kh.pastOf(row) || [], lot: vial(lot), moment: kh.now().toISOString(), ...sure,
    };
  }
  const codes = (row) => {
    const appointment = kh.pack.appointments.find((one) => one.id === row.appointment_id);
    return [...new Set([row.id, row.code, row.registration_code, ...(row.codes || []), appointment?.code, appointment?.registration_code].filter(Boolean))];
  };
  const namesakes = (row) => kh.strange(row).map((other) => [other.number, Boolean(other.birth) && other.birth === row.birth]);

  // The vial in the hand: by the lot on the table or by the number on its label; what the session knows of it now beside the pack.
  const CONFUSED = { O: "0", I: "1", L: "1" };
  const bare = (number) => number.normalize("NFKC").toUpperCase().replaceAll(/[^0-9A-Z]/g, "");
  const key = (number) => bare(number).replaceAll(/[OIL]/g, (letter) => CONFUSED[letter]);
  function vial({ lot_id, lot_number }) {
    const asked = lot_number ? key(lot_number) : "";
    const rank = (lot) => (lot.chosen ? 0 : 2) + (kh.pack.session.vaccines.includes(lot.vaccine) ? 0 : 1);
    const [lot] = offline().lots.filter((one) => (lot_id ? one.id === lot_id : asked && key(one.number) === asked)).sort((one, other) => rank(one) - rank(other));
    if (!lot) return null;
    const now = kh.board.lots.find((one) => one.lot_id === lot.id);
    return { ...lot, chosen: lot.chosen || Boolean(now), paused: now ? now.paused : lot.paused, state: now?.state || lot.state, vials: kh.vialsOf(lot.id) };
  }

  // As which lot a number typed from a vial will be read when the dose is recorded: {number, vaccine, expires_on, as_typed, product}, null for one in no book.
  kh.readLot = (row, vaccine, typed) =>
    either(row, async () => (await kh.get(`${kh.urls.base}/doc-lo?${new URLSearchParams({ so: typed, vx: vaccine })}`)).lot, () => {
      const asked = key(typed);
      const rank = (one) => (one.vaccine === vaccine ? 0 : 2) + (one.number === typed.trim().toUpperCase() ? 0 : 1);
      const [lot] = offline().lots.filter((one) => asked && key(one.number) === asked).sort((one, other) => rank(one) - rank(other));
      return lot ? { ...lot, as_typed: bare(typed) === bare(lot.number) } : null;
    });

  // The vials of a lot that stand open: those the point's book told of, and those opened here without a line.
  kh.vialsOf = (lot) => {
    const told = (kh.board.vials || []).filter((one) => one.lot_id === lot);
    const hours = kh.pack.vaccines.find((one) => one.code === kh.pack.lots.find((other) => other.id === lot)?.vaccine)?.use_within_hours || 6;
    const doses = kh.pack.lots.find((one) => one.id === lot)?.doses_per_vial || 1;
    const here = kh.waiting.filter((entry) => entry.envelope.name === "open_vial" && entry.envelope.body?.lot_id === lot);
    return [...told, ...here.map(({ envelope, at }) => ({ id: envelope.command_id, lot_id: lot, doses, drawn: 0, opened_at: at, use_until: new Date(Date.parse(at) + hours * 3600000).toISOString() }))];
  };

  // The doses so far and the next one, worded; null where nothing is known of this person here.
  kh.askStory = async (row) => {
    const past = kh.pastOf(row);
    if (!kh.vault?.open || !past || !birthOf(row)) return null;
    const told = await kh.askRules("story", { on: onDate(), birth: birthOf(row), sex: row.sex || "unknown", province: offline().session_province, history: past, settled_birth: personOf(row)?.settled_birth || null });
    return { person: told, screening: row.screening || null };
  };
  // A visit's story: the server's, else what this device knows. `desk` names who looks.
  kh.storyOf = (row, desk) => either(row, () => kh.get(`${kh.urls.base}/luot/${row.id}?ban=${desk}`), async () => (await kh.askStory(row)) || { person: null, screening: row.screening || null });

  // Without a line: the facts read as the record will read them, and who of the session may be this person. Throws {refused}.
  kh.alikeHere = async (person, one) => {
    await soon(kh.askRules("person", { person, at: kh.now().toISOString() }), WAKING).catch((trouble) => {
      if (trouble.refused) throw trouble; // rules that do not wake keep nobody at the door
    });
    const number = (person.identifier || one.identifier || "").slice(-4);
    const same = (other) => (kh.folded(other.name) === kh.folded(one.name) && other.birth === one.birth ? ["name", "birth"] : number && other.last4 === number && other.birth === one.birth ? ["number", "birth"] : null);
    const known = [...kh.all(), ...kh.pack.appointments.filter((each) => !kh.arrived(each))];
    return known.filter(same).slice(0, 3).map((each) => ({ ...each, id: each.person_id, identifier: each.last4 && `… ${each.last4}`, why: same(each) }));
  };

  // The next number of this device's letter.
  let last = 0;
  kh.nextNumber = () => {
    const { letter } = kh.vault.device;
    const mine = kh.all().filter((row) => row.letter === letter).map((row) => row.no);
    last = Math.max(last, offline().device.counter || 0, ...mine) + 1;
    return { number: last, letter };
  };
};
