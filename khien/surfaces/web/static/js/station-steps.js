// What one command does to the row of its visit: the same for a command on its way, for one with its receipt, and for a slip's.
const OF_SCREENING = { eligible: "cleared", caution: "cleared", wait: "consented", defer: "deferred", refer: "referred", contraindicated: "contraindicated" };

export default (kh) => {
  // When it was done, by the server's clock.
  const moment = ({ envelope }) => new Date(Date.parse(envelope.body.performed_at || envelope.occurred_at) + (envelope.body.performed_at ? 0 : envelope.clock_offset_ms)).toISOString();
  const later = (from, minutes) => new Date(Date.parse(from) + minutes * 60000).toISOString();

  const STEPS = {
    check_in: (row, entry) => row || entry.about.row || null,
    consent: (row, { envelope: { body } }) => ({ ...row, mixing: row.mixing || Boolean(body.agreed && body.mixing_agreed) }),
    screen: (row, { envelope: { body }, about }) => ({
      ...row, decision: body.decision, observe_minutes: body.observe_minutes || kh.pack.minutes, vaccine: body.vaccine || row.vaccine, return_on: body.return_on || row.return_on,
      health: about.health || row.health, screening: { answers: body.answers, vitals: body.vitals, decision: body.decision, reason: body.reason, reasons: about.reasons || [] },
    }),
    give_dose: (row, entry) => {
      const { body } = entry.envelope;
      const plan = entry.about.plan || {};
      const minutes = Math.max(row.observe_minutes || 0, plan.minutes || 0, kh.pack.minutes);
      const at = moment(entry);
      return {
        ...row, dosed_at: at, dosed_recorded_at: entry.at, observe_minutes: minutes, observe_until: later(at, minutes), vaccine: plan.vaccine || body.vaccine || row.vaccine,
        lot_id: plan.lot_id || body.lot_id || row.lot_id, dose_type: plan.dose_type || row.dose_type, ordinal: plan.ordinal ?? row.ordinal, previous: row.state, state: "dosed",
      };
    },
    undo_dose: (row) => ({ ...row, dosed_at: null, dosed_recorded_at: null, observe_until: null, previous: "dosed", state: row.decision && OF_SCREENING[row.decision] === "cleared" ? "cleared" : "consented" }),
    undo: (row) => ({ ...row, state: row.previous || row.state, previous: "", ended_at: null }),
    extend: (row, { envelope: { body } }) => ({ ...row, observe_minutes: Number(body.minutes), observe_until: row.dosed_at ? later(row.dosed_at, Number(body.minutes)) : row.observe_until }),
    end: (row, entry) => ({ ...row, ended_at: moment(entry), end_reason: entry.envelope.body.reason || "" }),
    close: (row, entry) => ({ ...row, ended_at: moment(entry) }),
  };

  // The row after this command; with a receipt, as the server has it. Null when there is nobody to move.
  kh.rowAfter = (row, entry, receipt = null) => {
    if (!row && entry.envelope.name !== "check_in") return null;
    const step = STEPS[entry.envelope.name];
    const next = step ? step(row, entry) : row;
    if (!next) return null;
    const result = receipt?.result || {};
    const to = result.state || (entry.envelope.name === "undo" || entry.envelope.name === "undo_dose" ? "" : entry.about.to);
    const moved = { ...next, last: entry.envelope.command_id, foreign: "" };
    if (to && to !== moved.state) Object.assign(moved, { previous: next.state, state: to });
    for (const name of ["observe_until", "dose_type", "ordinal", "lot_id", "vaccine", "record_id", "marks"]) if (result[name]) moved[name] = result[name];
    if (result.performed_at) moved.dosed_at = result.performed_at;
    if (receipt) moved.heard = receipt.received_at;
    return moved;
  };
};
