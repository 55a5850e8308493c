-- Where a session is, in both epochs. Null where there is none.
CREATE OR REPLACE FUNCTION booking_session_place(p_session uuid) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT jsonb_build_object('province_2021', province_2021, 'district_2021', district_2021, 'commune_2021', commune_2021,
    'province_2025', province_2025, 'commune_2025', commune_2025, 'facility_id', facility_id, 'site_id', site_id, 'session_id', id)
    FROM session WHERE id = p_session);
END $$;
