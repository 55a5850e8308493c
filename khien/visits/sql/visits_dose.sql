-- Gives a dose: the immunization, the stock, the visit, the events and the audit in one transaction, by one call.
-- p: site_id, visit_id, from (states in which it may be recorded), record (columns of immunization), set (columns of visit),
--    at, actor, facts, note (why, in words), given, marked, moved (events: id, handlers, due), shortfall (handlers).
-- The same injection keyed again returns what is on record (repeat: true); another lot or hour for it is refused:
-- visits.already_dosed. Refuses visits.wrong_state (state, number).
CREATE OR REPLACE FUNCTION visits_give_dose(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v visit%ROWTYPE := visits_locked((p ->> 'site_id')::uuid, (p ->> 'visit_id')::uuid);
  n visit%ROWTYPE;
  r jsonb := p -> 'record';
  v_at timestamptz := (p ->> 'at')::timestamptz;
  v_written jsonb;
  v_short int;
  v_ids jsonb;
BEGIN
  IF v.record_id IS NOT NULL THEN
    IF v.lot_id = (r ->> 'lot_id')::uuid THEN
      RETURN to_jsonb(v) || '{"repeat": true, "shortfall": 0}'::jsonb;
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'KH001', MESSAGE = 'visits.already_dosed',
      DETAIL = jsonb_build_object('number', visits_label(v), 'dosed_at', v.dosed_at, 'state', v.state)::text;
  END IF;
  IF NOT (p -> 'from') ? v.state THEN
    RAISE EXCEPTION USING ERRCODE = 'KH001', MESSAGE = 'visits.wrong_state',
      DETAIL = jsonb_build_object('state', v.state, 'number', visits_label(v), 'wanted', 'dosed')::text;
  END IF;
  v_written := immunizations_record(r);
  n := jsonb_populate_record(v, p -> 'set');
  n.record_id := (v_written ->> 'record_id')::uuid;
  n.marks := v_written -> 'marks';
  n.previous_state := v.state;
  n.state := 'dosed';
  n.moved_at := v_at;
  PERFORM visits_write(n);
  v_ids := jsonb_build_object('visit_id', n.id, 'site_id', n.site_id, 'session_id', n.session_id, 'person_id', n.person_id,
    'record_id', n.record_id);
  PERFORM visits_tell_moved(n, v_at, p -> 'moved');
  PERFORM outbox_publish((p -> 'given' ->> 'id')::uuid, 'visits.dose_given', v_at, v_ids,
    ARRAY(SELECT jsonb_array_elements_text(p -> 'given' -> 'handlers')), (p -> 'given' ->> 'due')::timestamptz, n.id);
  IF jsonb_array_length(n.marks - 'joined_elsewhere') > 0 THEN  -- a statement that its own facility confirms is good news
    PERFORM outbox_publish((p -> 'marked' ->> 'id')::uuid, 'visits.dose_marked', v_at, v_ids || jsonb_build_object('marks', n.marks),
      ARRAY(SELECT jsonb_array_elements_text(p -> 'marked' -> 'handlers')), v_at, NULL);
  END IF;
  IF p ? 'note' THEN
    INSERT INTO session_note (id, site_id, session_id, visit_id, action, text, before, recorded_at, recorded_by)
      VALUES ((p -> 'note' ->> 'id')::uuid, n.site_id, n.session_id, n.id, 'give_dose', p -> 'note' ->> 'text', '{}', v_at, p ->> 'actor');
  END IF;
  v_short := stock_draw(n.site_id, n.lot_id, n.id, n.record_id, 1, n.on_date, n.dosed_at, v_at, p ->> 'actor',
    ARRAY(SELECT jsonb_array_elements_text(p -> 'shortfall')));
  PERFORM audit_append(v_at, p ->> 'actor', 'visits.give_dose', 'visit:' || n.id, n.person_id,
    coalesce(p -> 'facts', '{}') || jsonb_build_object('record', n.record_id, 'lot', n.lot_id, 'vaccine', n.vaccine,
      'dose', n.dose_type || ' ' || n.ordinal, 'marks', n.marks, 'shortfall', v_short, 'from', v.state));
  RETURN to_jsonb(n) || jsonb_build_object('repeat', false, 'shortfall', v_short);
END $$;

-- Takes a dose back within its time: the record becomes an error, the claim is free, the stock is back, the visit stands before the dose.
-- p: site_id, visit_id, since (recorded at this moment or after), record_id and person_id (where the dose stands now, if it was moved to
-- the right person since), at, actor, reason, undone, moved, facts.
-- Refuses visits.no_dose, visits.undo_too_late (until), visits.undo_end_first (state, number).
CREATE OR REPLACE FUNCTION visits_undo_dose(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v visit%ROWTYPE := visits_locked((p ->> 'site_id')::uuid, (p ->> 'visit_id')::uuid);
  n visit%ROWTYPE;
  v_at timestamptz := (p ->> 'at')::timestamptz;
  v_record uuid := coalesce((p ->> 'record_id')::uuid, v.record_id);
  v_person uuid := coalesce((p ->> 'person_id')::uuid, v.person_id);
BEGIN
  IF v.record_id IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'KH001', MESSAGE = 'visits.no_dose',
      DETAIL = jsonb_build_object('state', v.state, 'number', visits_label(v))::text;
  ELSIF p ? 'since' AND v.dosed_recorded_at < (p ->> 'since')::timestamptz THEN
    RAISE EXCEPTION USING ERRCODE = 'KH001', MESSAGE = 'visits.undo_too_late',
      DETAIL = jsonb_build_object('number', visits_label(v), 'dosed_at', v.dosed_at)::text;
  ELSIF v.state NOT IN ('dosed', 'observed') THEN
    RAISE EXCEPTION USING ERRCODE = 'KH001', MESSAGE = 'visits.undo_end_first',
      DETAIL = jsonb_build_object('state', v.state, 'number', visits_label(v))::text;
  END IF;
  PERFORM immunizations_entered_in_error(v_person, v_record, p ->> 'reason', v_at, p ->> 'actor');
  n := v;
  n.undone := v.undone || jsonb_build_object('record_id', v.record_id, 'lot_id', v.lot_id, 'performed_at', v.dosed_at,
    'undone_at', v_at, 'undone_by', p ->> 'actor', 'reason', p ->> 'reason');
  n.record_id := NULL;
  n.lot_id := NULL;
  n.dose_type := '';
  n.ordinal := NULL;
  n.dosed_at := NULL;
  n.dosed_by := NULL;
  n.dosed_recorded_at := NULL;
  n.dosed_recorded_by := NULL;
  n.observe_until := NULL;
  n.observed_at := NULL;
  n.observed_by := NULL;
  n.confirmed_facts := '';
  n.marks := '[]';
  n.state := p ->> 'to';
  n.previous_state := v.state;
  n.moved_at := v_at;
  PERFORM visits_write(n);
  PERFORM visits_tell_moved(n, v_at, p -> 'moved');
  PERFORM stock_draw_back(v.site_id, v.id, v_at, p ->> 'actor');
  PERFORM audit_append(v_at, p ->> 'actor', 'visits.undo_dose', 'visit:' || v.id, v_person,
    jsonb_build_object('record', v_record, 'from', v.state, 'to', n.state));
  RETURN to_jsonb(n) || jsonb_build_object('undone_record_id', v_record, 'undone_person_id', v_person);
END $$;
