-- The next number in the queue of a session. Refuses booking.session_unknown.
CREATE OR REPLACE FUNCTION booking_take_number(p_site uuid, p_session uuid) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  v_number int;
BEGIN
  UPDATE session SET next_number = next_number + 1 WHERE site_id = p_site AND id = p_session RETURNING next_number - 1 INTO v_number;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'KH001', MESSAGE = 'booking.session_unknown';
  END IF;
  RETURN v_number;
END $$;

-- Refuses a slot that cannot be had now: booking.slot_unknown, .session_closed, .slot_past, .not_open, .slot_full.
-- p_own: the person books alone, which only open sessions allow. p_kept: the place kept for the standby list will do.
CREATE OR REPLACE FUNCTION booking_slot_for(p_site uuid, p_slot uuid, p_at timestamptz, p_own boolean, p_kept boolean)
RETURNS slot LANGUAGE plpgsql AS $$
DECLARE
  v_slot slot%ROWTYPE;
  v_session session%ROWTYPE;
  v_reason text;
BEGIN
  SELECT * INTO v_slot FROM slot WHERE site_id = p_site AND id = p_slot;
  SELECT * INTO v_session FROM session WHERE site_id = p_site AND id = v_slot.session_id;
  IF v_session.id IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'KH001', MESSAGE = 'booking.slot_unknown';
  END IF;
  v_reason := CASE
    WHEN v_session.state IN ('closed', 'cancelled') THEN 'booking.session_closed'
    WHEN v_slot.ends_at <= p_at THEN 'booking.slot_past'
    WHEN p_own AND v_session.mode <> 'open' THEN 'booking.not_open'
    WHEN v_slot.taken + CASE WHEN p_kept THEN 0 ELSE v_slot.kept END >= v_slot.capacity THEN 'booking.slot_full'
  END;
  IF v_reason IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'KH001', MESSAGE = v_reason,
      DETAIL = jsonb_build_object('starts_at', v_slot.starts_at, 'on_date', v_session.on_date)::text;
  END IF;
  RETURN v_slot;
END $$;

-- Takes one place of a slot; a place kept for the standby list is used first where that is allowed. Refuses booking.slot_full.
CREATE OR REPLACE FUNCTION booking_take_place(p_site uuid, p_slot uuid, p_kept boolean) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE slot SET taken = taken + 1, kept = CASE WHEN p_kept THEN greatest(kept - 1, 0) ELSE kept END
    WHERE site_id = p_site AND id = p_slot AND taken + CASE WHEN p_kept THEN 0 ELSE kept END < capacity;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'KH001', MESSAGE = 'booking.slot_full',
      DETAIL = (SELECT jsonb_build_object('starts_at', starts_at)::text FROM slot WHERE site_id = p_site AND id = p_slot);
  END IF;
END $$;

-- Gives a place back; less than three hours before, and with people on the session's standby list, it is kept for them.
-- Returns whether it was kept.
CREATE OR REPLACE FUNCTION booking_give_back(p_site uuid, p_slot uuid, p_at timestamptz) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  v_keep boolean := (SELECT s.ends_at > p_at AND s.starts_at < p_at + interval '3 hours' AND EXISTS (
      SELECT 1 FROM standby b WHERE b.site_id = p_site AND b.session_id = s.session_id AND b.state = 'waiting')
    FROM slot s WHERE s.site_id = p_site AND s.id = p_slot);
BEGIN
  UPDATE slot SET taken = taken - 1, kept = kept + v_keep::int WHERE site_id = p_site AND id = p_slot AND taken > 0;
  RETURN v_keep;
END $$;

-- Writes an appointment and moves its registration; the slot is taken by the caller, last.
-- Refuses booking.already_booked (code, starts_at), booking.registration_not_waiting, booking.kept_for_later (vaccine, on_hand, due).
CREATE OR REPLACE FUNCTION booking_write(n appointment) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  e appointment%ROWTYPE;
BEGIN
  PERFORM booking_check_kept(n);
  INSERT INTO appointment SELECT n.* ON CONFLICT (person_id, course) WHERE state IN ('active', 'arrived') DO NOTHING;
  IF NOT FOUND THEN
    SELECT * INTO e FROM appointment WHERE person_id = n.person_id AND course = n.course AND state IN ('active', 'arrived');
    RAISE EXCEPTION USING ERRCODE = 'KH001', MESSAGE = 'booking.already_booked',
      DETAIL = jsonb_build_object('appointment_id', e.id, 'code', e.code, 'starts_at', e.starts_at)::text;
  END IF;
  IF NOT registration_mark_booked(n.person_id, n.registration_id) THEN
    RAISE EXCEPTION USING ERRCODE = 'KH001', MESSAGE = 'booking.registration_not_waiting';
  END IF;
END $$;

-- Publishes an event prepared by the caller: p_event has id, handlers, and optionally due.
CREATE OR REPLACE FUNCTION booking_tell(p_event jsonb, p_kind text, p_at timestamptz, p_data jsonb) RETURNS void LANGUAGE sql AS $$
  SELECT outbox_publish((p_event ->> 'id')::uuid, p_kind, p_at, p_data,
    ARRAY(SELECT jsonb_array_elements_text(p_event -> 'handlers')), coalesce((p_event ->> 'due')::timestamptz, p_at), NULL)
$$;

-- Books a place: the appointment first, the slot last, then its audit; nothing stays of a refused one.
-- p: site_id, slot_id, row (id, person_id, registration_id, codes, course, dose_type, ordinal, how, ...), own, at, actor, invited (event).
CREATE OR REPLACE FUNCTION booking_take(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_at timestamptz := (p ->> 'at')::timestamptz;
  v_kept boolean := p -> 'row' ->> 'how' = 'standby';
  v_slot slot%ROWTYPE := booking_slot_for((p ->> 'site_id')::uuid, (p ->> 'slot_id')::uuid, v_at, (p ->> 'own')::boolean, v_kept);
  n appointment%ROWTYPE;
BEGIN
  n := booking_row(p -> 'row', v_slot, v_at, p ->> 'actor');
  PERFORM booking_write(n);
  PERFORM booking_tell(p -> 'invited', 'booking.invited', v_at, booking_ids(n));
  PERFORM booking_take_place(n.site_id, n.slot_id, v_kept);
  PERFORM audit_append(v_at, p ->> 'actor', 'booking.' || n.how, 'appointment:' || n.id, n.person_id,
    jsonb_build_object('session', n.session_id, 'starts_at', n.starts_at, 'vaccine', n.vaccine));
  RETURN to_jsonb(n);
END $$;

-- Books for a person whose record the account of p ->> 'session' may open; who acts is that account. Refuses people.not_linked.
CREATE OR REPLACE FUNCTION booking_take_own(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_account uuid := people_opener(p ->> 'session', (p #>> '{row,person_id}')::uuid);
BEGIN
  IF v_account IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'KH001', MESSAGE = 'people.not_linked';
  END IF;
  RETURN booking_take(p || jsonb_build_object('actor', 'citizen:' || v_account));
END $$;

-- Books several at once for people who book alone, in one commit: appointments in order of person, then slots in order, then the
-- audit in order of chain, as every writer of several does. p: the arguments of booking_take_own. Returns for each the appointment,
-- or {"refused", "facts"}. Refuses booking.slot_full for all when a slot has not enough places: the caller asks again one by one.
CREATE OR REPLACE FUNCTION booking_take_many(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  i record;
  v_slot record;
  v_account uuid;
  v_at timestamptz;
  n appointment%ROWTYPE;
  v_made appointment[] := '{}';
  v_answers jsonb[] := array_fill(NULL::jsonb, ARRAY[jsonb_array_length(p)]);
  v_code text;
  v_facts text;
BEGIN
  FOR i IN SELECT t AS told, place FROM jsonb_array_elements(p) WITH ORDINALITY AS x(t, place) ORDER BY t #>> '{row,person_id}', place LOOP
    BEGIN
      v_account := people_opener(i.told ->> 'session', (i.told #>> '{row,person_id}')::uuid);
      IF v_account IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'KH001', MESSAGE = 'people.not_linked';
      END IF;
      v_at := (i.told ->> 'at')::timestamptz;
      n := booking_row(i.told -> 'row', booking_slot_for((i.told ->> 'site_id')::uuid, (i.told ->> 'slot_id')::uuid, v_at, true, false),
        v_at, 'citizen:' || v_account);
      PERFORM booking_write(n);
      PERFORM booking_tell(i.told -> 'invited', 'booking.invited', v_at, booking_ids(n));
      v_made := v_made || n;
      v_answers[i.place] := to_jsonb(n);
    EXCEPTION WHEN SQLSTATE 'KH001' THEN
      GET STACKED DIAGNOSTICS v_code = MESSAGE_TEXT, v_facts = PG_EXCEPTION_DETAIL;
      v_answers[i.place] := jsonb_build_object('refused', v_code, 'facts', nullif(v_facts, '')::jsonb);
    END;
  END LOOP;
  FOR v_slot IN SELECT site_id, slot_id, count(*) AS many FROM unnest(v_made) GROUP BY 1, 2 ORDER BY 2 LOOP
    UPDATE slot SET taken = taken + v_slot.many WHERE site_id = v_slot.site_id AND id = v_slot.slot_id AND taken + kept + v_slot.many <= capacity;
    IF NOT FOUND THEN
      RAISE EXCEPTION USING ERRCODE = 'KH001', MESSAGE = 'booking.slot_full';
    END IF;
  END LOOP;
  PERFORM audit_append(a.booked_at, a.booked_by, 'booking.' || a.how, 'appointment:' || a.id, a.person_id,
      jsonb_build_object('session', a.session_id, 'starts_at', a.starts_at, 'vaccine', a.vaccine))
    FROM (SELECT * FROM unnest(v_made) ORDER BY abs(hashtext(person_id::text)) % 64, id) a;
  RETURN to_jsonb(v_answers);
END $$;

-- An appointment's row from its own facts and its slot; of the codes offered it takes the first that nobody has.
CREATE OR REPLACE FUNCTION booking_row(p_row jsonb, p_slot slot, p_at timestamptz, p_actor text) RETURNS appointment LANGUAGE sql STABLE AS $$
  SELECT jsonb_populate_record(NULL::appointment, '{"course": "covid-19", "dose_type": "primary", "ordinal": 1, "state": "active",
    "end_reason": ""}'::jsonb || jsonb_strip_nulls(p_row) || jsonb_build_object('site_id', p_slot.site_id, 'session_id', p_slot.session_id,
    'slot_id', p_slot.id, 'vaccine', p_slot.vaccine, 'starts_at', p_slot.starts_at,
    'on_date', (p_slot.starts_at AT TIME ZONE INTERVAL '7 hours')::date, 'booked_at', p_at, 'booked_by', p_actor,
    'code', (SELECT c FROM jsonb_array_elements_text(p_row -> 'codes') c WHERE NOT EXISTS (SELECT 1 FROM appointment a WHERE a.code = c) LIMIT 1)))
$$;

-- The ids that events on an appointment carry.
CREATE OR REPLACE FUNCTION booking_ids(n appointment) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT jsonb_build_object('appointment_id', n.id, 'person_id', n.person_id, 'session_id', n.session_id, 'site_id', n.site_id, 'how', n.how,
    'registration_id', n.registration_id)
$$;
