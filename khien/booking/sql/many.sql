-- Invites many at once: appointments in order of person, slots in order of slot, the audit in order of chain, so that no two
-- such calls and no single booking wait for each other in a circle. Who has a place by now, or no longer waits, is passed over.
-- p: rows [{row, event_id}], handlers, at, actor. Returns the ids of the appointments made. Refuses booking.slot_full.
CREATE OR REPLACE FUNCTION booking_invite_many(p jsonb) RETURNS uuid[] LANGUAGE plpgsql AS $$
DECLARE
  v_at timestamptz := (p ->> 'at')::timestamptz;
  v_made uuid[] := '{}';
  v_slot record;
  v_place slot%ROWTYPE;
  i jsonb;
  n appointment%ROWTYPE;
BEGIN
  FOR i IN SELECT r FROM jsonb_array_elements(p -> 'rows') r ORDER BY r -> 'row' ->> 'person_id' LOOP
    SELECT * INTO v_place FROM slot s WHERE s.site_id = (i -> 'row' ->> 'site_id')::uuid AND s.id = (i -> 'row' ->> 'slot_id')::uuid;
    n := booking_row(i -> 'row', v_place, v_at, p ->> 'actor');
    INSERT INTO appointment SELECT n.* ON CONFLICT (person_id, course) WHERE state IN ('active', 'arrived') DO NOTHING;
    CONTINUE WHEN NOT FOUND;
    IF NOT registration_mark_booked(n.person_id, n.registration_id) THEN
      DELETE FROM appointment WHERE person_id = n.person_id AND id = n.id;
      CONTINUE;
    END IF;
    v_made := v_made || n.id;
    PERFORM booking_tell(jsonb_build_object('id', i ->> 'event_id', 'handlers', p -> 'handlers'), 'booking.invited', v_at, booking_ids(n));
  END LOOP;
  FOR v_slot IN SELECT site_id, slot_id, count(*) AS many FROM appointment WHERE id = ANY (v_made) GROUP BY 1, 2 ORDER BY 2 LOOP
    UPDATE slot SET taken = taken + v_slot.many WHERE site_id = v_slot.site_id AND id = v_slot.slot_id AND taken + kept + v_slot.many <= capacity;
    IF NOT FOUND THEN
      RAISE EXCEPTION USING ERRCODE = 'KH001', MESSAGE = 'booking.slot_full';
    END IF;
  END LOOP;
  PERFORM audit_append(v_at, p ->> 'actor', 'booking.' || a.how, 'appointment:' || a.id, a.person_id,
      jsonb_build_object('session', a.session_id, 'starts_at', a.starts_at, 'vaccine', a.vaccine, 'allocation', a.allocation_id))
    FROM (SELECT * FROM appointment WHERE id = ANY (v_made) ORDER BY abs(hashtext(person_id::text)) % 64, id) a;
  RETURN v_made;
END $$;

-- Ends every active appointment of a session (no_show, cancelled): registrations wait again, and each person's audit says so.
-- p: session_id, state, reason, until (only slots that ended by then), handlers, at, actor. Returns how many ended.
CREATE OR REPLACE FUNCTION booking_end_many(p jsonb) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  v_at timestamptz := (p ->> 'at')::timestamptz;
  v_ended uuid[];
  v_slot record;
BEGIN
  WITH due AS (
    SELECT a.id FROM appointment a JOIN slot s ON s.site_id = a.site_id AND s.id = a.slot_id
    WHERE a.session_id = (p ->> 'session_id')::uuid AND a.state = 'active' AND (p ->> 'until' IS NULL OR s.ends_at <= (p ->> 'until')::timestamptz)
    ORDER BY a.person_id FOR UPDATE OF a
  ), done AS (
    UPDATE appointment SET state = p ->> 'state', ended_at = v_at, ended_by = p ->> 'actor', end_reason = p ->> 'reason'
    WHERE id IN (SELECT id FROM due) AND state = 'active' RETURNING id
  ) SELECT array_agg(id) INTO v_ended FROM done;
  IF v_ended IS NULL THEN
    RETURN 0;
  END IF;
  PERFORM registration_mark_waiting(a.person_id, a.registration_id),
      booking_tell(jsonb_build_object('id', uuidv7(), 'handlers', p -> 'handlers'), 'booking.ended', v_at,
        booking_ids(a) || jsonb_build_object('state', a.state, 'kept', false, 'reason', a.end_reason))
    FROM (SELECT * FROM appointment WHERE id = ANY (v_ended) ORDER BY person_id) a;
  IF p ->> 'state' <> 'no_show' THEN
    FOR v_slot IN SELECT site_id, slot_id, count(*) AS many FROM appointment WHERE id = ANY (v_ended) GROUP BY 1, 2 ORDER BY 2 LOOP
      UPDATE slot SET taken = taken - v_slot.many WHERE site_id = v_slot.site_id AND id = v_slot.slot_id;
    END LOOP;
  END IF;
  PERFORM audit_append(v_at, p ->> 'actor', 'booking.' || a.state, 'appointment:' || a.id, a.person_id,
      jsonb_build_object('session', a.session_id, 'reason', a.end_reason))
    FROM (SELECT * FROM appointment WHERE id = ANY (v_ended) ORDER BY abs(hashtext(person_id::text)) % 64, id) a;
  RETURN cardinality(v_ended);
END $$;
