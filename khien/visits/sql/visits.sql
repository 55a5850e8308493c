-- Locks one visit. Refuses visits.unknown.
CREATE OR REPLACE FUNCTION visits_locked(p_site uuid, p_visit uuid) RETURNS visit LANGUAGE plpgsql AS $$
DECLARE
  v visit%ROWTYPE;
BEGIN
  SELECT * INTO v FROM visit WHERE site_id = p_site AND id = p_visit FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'KH001', MESSAGE = 'visits.unknown';
  END IF;
  RETURN v;
END $$;

-- Writes what may change in a visit.
CREATE OR REPLACE FUNCTION visits_write(n visit) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE visit SET state = n.state, previous_state = n.previous_state, moved_at = n.moved_at, identity_how = n.identity_how,
    identity_note = n.identity_note, priority_group = n.priority_group, paper_serial = n.paper_serial, vaccine = n.vaccine,
    lot_id = n.lot_id, dose_type = n.dose_type, ordinal = n.ordinal, record_id = n.record_id, dosed_at = n.dosed_at,
    dosed_by = n.dosed_by, dosed_recorded_at = n.dosed_recorded_at, dosed_recorded_by = n.dosed_recorded_by,
    observe_minutes = n.observe_minutes, observe_until = n.observe_until, observed_at = n.observed_at, observed_by = n.observed_by,
    ended_at = n.ended_at, ended_by = n.ended_by, end_reason = n.end_reason, end_detail = n.end_detail, return_on = n.return_on,
    undone = n.undone, confirmed_facts = n.confirmed_facts, marks = n.marks, checked_in_at = n.checked_in_at, joined_to = n.joined_to
  WHERE site_id = n.site_id AND id = n.id;
END $$;

-- Publishes that a visit moved.
CREATE OR REPLACE FUNCTION visits_tell_moved(n visit, p_at timestamptz, p_event jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM outbox_publish((p_event ->> 'id')::uuid, 'visits.moved', p_at,
    jsonb_build_object('visit_id', n.id, 'site_id', n.site_id, 'session_id', n.session_id, 'state', n.state),
    ARRAY(SELECT jsonb_array_elements_text(p_event -> 'handlers')), p_at, NULL);
END $$;

-- Receives a person: takes the next queue number and makes the visit, or returns the visit in which this person waits already.
-- p: row (columns of visit; number only with its letter, given by a device without a line), at, actor, facts, event. A number is never lost: what fails gives it back.
CREATE OR REPLACE FUNCTION visits_receive(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  n visit%ROWTYPE := jsonb_populate_record(NULL::visit, p -> 'row');
  e visit%ROWTYPE;
BEGIN
  n.letter := coalesce(n.letter, '');
  BEGIN
    IF n.letter = '' THEN
      n.number := booking_take_number(n.site_id, n.session_id);
    END IF;
    INSERT INTO visit SELECT n.*;
  EXCEPTION WHEN unique_violation THEN
    SELECT * INTO e FROM visit WHERE session_id = n.session_id AND person_id = n.person_id
      AND state IN ('checked_in', 'consented', 'cleared');
    IF NOT FOUND THEN
      RAISE;
    END IF;
    RETURN to_jsonb(e) || '{"already": true}'::jsonb;
  END;
  PERFORM visits_tell_moved(n, (p ->> 'at')::timestamptz, p -> 'event');
  PERFORM audit_append((p ->> 'at')::timestamptz, p ->> 'actor', 'visits.check_in', 'visit:' || n.id, n.person_id, p -> 'facts');
  RETURN to_jsonb(n) || '{"already": false}'::jsonb;
END $$;

-- Moves a visit by one step. p: site_id, visit_id, from (states), to, set (columns), at, actor, action, facts, event.
-- Refuses visits.wrong_state (state, number).
CREATE OR REPLACE FUNCTION visits_move(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v visit%ROWTYPE := visits_locked((p ->> 'site_id')::uuid, (p ->> 'visit_id')::uuid);
  n visit%ROWTYPE;
  v_at timestamptz := (p ->> 'at')::timestamptz;
BEGIN
  IF NOT (p -> 'from') ? v.state THEN
    RAISE EXCEPTION USING ERRCODE = 'KH001', MESSAGE = 'visits.wrong_state',
      DETAIL = jsonb_build_object('state', v.state, 'number', visits_label(v), 'wanted', p ->> 'to')::text;
  END IF;
  n := jsonb_populate_record(v, coalesce(p -> 'set', '{}'));
  IF p ->> 'to' <> v.state THEN
    n.previous_state := v.state;
    n.state := p ->> 'to';
    n.moved_at := v_at;
  END IF;
  PERFORM visits_write(n);
  IF p ? 'event' THEN
    PERFORM visits_tell_moved(n, v_at, p -> 'event');
  END IF;
  PERFORM audit_append(v_at, p ->> 'actor', 'visits.' || (p ->> 'action'), 'visit:' || n.id, n.person_id,
    coalesce(p -> 'facts', '{}') || jsonb_build_object('from', v.state, 'to', n.state));
  RETURN to_jsonb(n);
END $$;

-- Numbers of printed packs.
CREATE SEQUENCE IF NOT EXISTS paper_pack MAXVALUE 999999999;
