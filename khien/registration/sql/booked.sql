-- A registration gets a place: booked. False when it is not in the queue (withdrawn, done, unknown).
CREATE OR REPLACE FUNCTION registration_mark_booked(p_person uuid, p_registration uuid) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  UPDATE registration SET state = 'booked' WHERE person_id = p_person AND id = p_registration AND state IN ('waiting', 'booked');
  RETURN FOUND;
END $$;

-- A registration lost its place (cancelled, declined, not come, deferred): it waits again, from a day on where one is named.
CREATE OR REPLACE FUNCTION registration_mark_waiting(p_person uuid, p_registration uuid, p_from date DEFAULT NULL) RETURNS void LANGUAGE sql AS $$
  UPDATE registration SET state = 'waiting', wished_from = coalesce(p_from, wished_from)
    WHERE person_id = p_person AND id = p_registration AND state IN ('waiting', 'booked')
$$;
