-- Locks an appointment that still stands. Refuses booking.appointment_unknown, booking.not_active (state, code).
CREATE OR REPLACE FUNCTION booking_standing(p_person uuid, p_appointment uuid) RETURNS appointment LANGUAGE plpgsql AS $$
DECLARE
  n appointment%ROWTYPE;
BEGIN
  SELECT * INTO n FROM appointment WHERE person_id = p_person AND id = p_appointment FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'KH001', MESSAGE = 'booking.appointment_unknown';
  ELSIF n.state <> 'active' THEN
    RAISE EXCEPTION USING ERRCODE = 'KH001', MESSAGE = 'booking.not_active', DETAIL = jsonb_build_object('state', n.state, 'code', n.code)::text;
  END IF;
  RETURN n;
END $$;

-- Ends an appointment (cancelled, declined, no_show): the registration waits again, the place goes back (a no-show's does not).
-- p: person_id, appointment_id, state, reason, wait_from, at, actor, ended (event). Returns the appointment and whether its place was kept.
CREATE OR REPLACE FUNCTION booking_end(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_at timestamptz := (p ->> 'at')::timestamptz;
  n appointment%ROWTYPE := booking_standing((p ->> 'person_id')::uuid, (p ->> 'appointment_id')::uuid);
  v_kept boolean := false;
BEGIN
  UPDATE appointment SET state = p ->> 'state', ended_at = v_at, ended_by = p ->> 'actor', end_reason = p ->> 'reason'
    WHERE person_id = n.person_id AND id = n.id;
  PERFORM registration_mark_waiting(n.person_id, n.registration_id, (p ->> 'wait_from')::date);
  IF p ->> 'state' <> 'no_show' THEN
    v_kept := booking_give_back(n.site_id, n.slot_id, v_at);
  END IF;
  PERFORM booking_tell(p -> 'ended', 'booking.ended', v_at, booking_ids(n) || jsonb_build_object('state', p ->> 'state', 'kept', v_kept,
    'reason', p ->> 'reason'));
  PERFORM audit_append(v_at, p ->> 'actor', 'booking.' || (p ->> 'state'), 'appointment:' || n.id, n.person_id,
    jsonb_build_object('session', n.session_id, 'reason', p ->> 'reason', 'kept', v_kept));
  RETURN to_jsonb(n) || jsonb_build_object('state', p ->> 'state', 'kept', v_kept);
END $$;

-- Moves an appointment to another slot: the former stays as moved, the new one names it; two slots change in the order of their ids.
-- p: person_id, appointment_id, site_id, slot_id, row (id, codes, how, dose_type, ordinal), own, reason, at, actor, invited (event).
CREATE OR REPLACE FUNCTION booking_move(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_at timestamptz := (p ->> 'at')::timestamptz;
  v_slot slot%ROWTYPE := booking_slot_for((p ->> 'site_id')::uuid, (p ->> 'slot_id')::uuid, v_at, (p ->> 'own')::boolean, false);
  e appointment%ROWTYPE := booking_standing((p ->> 'person_id')::uuid, (p ->> 'appointment_id')::uuid);
  n appointment%ROWTYPE;
BEGIN
  IF e.slot_id = v_slot.id THEN
    RAISE EXCEPTION USING ERRCODE = 'KH001', MESSAGE = 'booking.same_slot', DETAIL = jsonb_build_object('starts_at', e.starts_at)::text;
  END IF;
  UPDATE appointment SET state = 'moved', ended_at = v_at, ended_by = p ->> 'actor', end_reason = p ->> 'reason'
    WHERE person_id = e.person_id AND id = e.id;
  n := booking_row(jsonb_build_object('person_id', e.person_id, 'registration_id', e.registration_id, 'course', e.course, 'replaces_id', e.id,
    'allocation_id', e.allocation_id) || (p -> 'row'), v_slot, v_at, p ->> 'actor');
  PERFORM booking_write(n);
  PERFORM booking_tell(p -> 'invited', 'booking.invited', v_at, booking_ids(n) || jsonb_build_object('replaces_id', e.id));
  IF e.slot_id < n.slot_id THEN
    PERFORM booking_give_back(e.site_id, e.slot_id, v_at);
    PERFORM booking_take_place(n.site_id, n.slot_id, false);
  ELSE
    PERFORM booking_take_place(n.site_id, n.slot_id, false);
    PERFORM booking_give_back(e.site_id, e.slot_id, v_at);
  END IF;
  PERFORM audit_append(v_at, p ->> 'actor', 'booking.moved', 'appointment:' || n.id, n.person_id,
    jsonb_build_object('from', e.id, 'session', n.session_id, 'starts_at', n.starts_at, 'reason', p ->> 'reason'));
  RETURN to_jsonb(n);
END $$;
