-- What a session offers and where it stands, for the injection table. Null where there is none.
CREATE OR REPLACE FUNCTION booking_session_facts(p_session uuid) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT jsonb_build_object('province_2021', s.province_2021, 'commune_2021', s.commune_2021, 'commune_2025', s.commune_2025,
      'vaccines', (SELECT coalesce(jsonb_agg(v.vaccine ORDER BY v.vaccine), '[]') FROM session_vaccine v WHERE v.session_id = s.id))
    FROM session s WHERE s.id = p_session);
END $$;

-- Every appointment of these people.
CREATE OR REPLACE FUNCTION booking_told(p_people uuid[]) RETURNS jsonb LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  RETURN (SELECT coalesce(jsonb_agg(a), '[]') FROM appointment a WHERE a.person_id = ANY (p_people));
END $$;

-- Whether from this moment on anyone may book a place of one of these vaccines in this province (its code of either epoch; '' for all).
CREATE OR REPLACE FUNCTION booking_any_open(p_vaccines text[], p_since timestamptz, p_old text, p_new text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN EXISTS (SELECT 1 FROM slot s JOIN session h ON h.site_id = s.site_id AND h.id = s.session_id
    WHERE s.vaccine = ANY (p_vaccines) AND s.starts_at > p_since AND s.taken + s.kept < s.capacity AND h.mode = 'open'
      AND h.state IN ('planned', 'open') AND (p_old = '' OR h.province_2021 = p_old OR h.province_2025 = p_new));
END $$;
