-- What keeps first doses of a product from a session's province: a row where nothing is left beyond the later doses due there and the
-- first doses that have a place, and no decision in force on that day lets them in; null else.
CREATE OR REPLACE FUNCTION booking_kept_for_later(p_session uuid, p_vaccine text, p_on date) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object('vaccine', k.vaccine, 'on_hand', k.on_hand, 'due', k.due)
  FROM session s JOIN kept_doses k ON k.province = s.province_2021 AND k.vaccine = p_vaccine
  WHERE s.id = p_session AND k.due > 0 AND k.on_hand - k.due - k.booked <= 0 AND NOT EXISTS (
    SELECT 1 FROM reserve_decision d WHERE d.vaccine IN ('', p_vaccine) AND d.until >= p_on AND d.ended_at IS NULL
      AND (d.province IN (s.province_2021, 'vn') OR d.session_id = s.id))
$$;

-- Refuses booking.kept_for_later (vaccine, on_hand, due): a first dose somebody chose an hour for, where what is there is kept.
CREATE OR REPLACE FUNCTION booking_check_kept(n appointment) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_kept jsonb;
BEGIN
  IF n.how <> 'booked' OR n.dose_type <> 'primary' OR n.ordinal <> 1 OR n.replaces_id IS NOT NULL THEN
    RETURN;
  END IF;
  v_kept := booking_kept_for_later(n.session_id, n.vaccine, n.on_date);
  IF v_kept IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'KH001', MESSAGE = 'booking.kept_for_later', DETAIL = v_kept::text;
  END IF;
END $$;

-- First doses that have a place from this day on, by province and product.
CREATE OR REPLACE FUNCTION booking_first_places(p_since date) RETURNS TABLE (province text, vaccine text, places int) LANGUAGE sql STABLE AS $$
  SELECT s.province_2021, a.vaccine, count(*)::int FROM session s JOIN appointment a ON a.session_id = s.id
  WHERE s.on_date >= p_since AND a.state IN ('active', 'arrived') AND a.dose_type = 'primary' AND a.ordinal = 1 GROUP BY 1, 2
$$;
