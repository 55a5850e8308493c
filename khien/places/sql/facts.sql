-- The owner of a point, for a dose's record: facility_id, facility_name.
CREATE OR REPLACE FUNCTION places_owner_facts(p_site uuid) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT jsonb_build_object('facility_id', f.id, 'facility_name', f.name) FROM site s JOIN facility f ON f.id = s.facility_id
    WHERE s.id = p_site);
END $$;
