-- What a session offers and where it stands, for the injection table. Null where there is none.
CREATE OR REPLACE FUNCTION booking_session_facts(p_session uuid) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT jsonb_build_object('province_2021', s.province_2021, 'commune_2021', s.commune_2021, 'commune_2025', s.commune_2025,
      'vaccines', (SELECT coalesce(jsonb_agg(v.vaccine ORDER BY v.vaccine), '[]') FROM session_vaccine v WHERE v.session_id = s.id))
    FROM session s WHERE s.id = p_session);
END $$;

-- Every appointment of these people.
CREATE OR REPLACE FUNCTION booking_told(p_people uuid[]) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT coalesce(jsonb_agg(a), '[]') FROM appointment a WHERE a.person_id = ANY (p_people));
END $$;
