-- The owner of a point, for a dose's record: facility_id, facility_name.
CREATE OR REPLACE FUNCTION places_owner_facts(p_site uuid) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT jsonb_build_object('facility_id', f.id, 'facility_name', f.name) FROM site s JOIN facility f ON f.id = s.facility_id
    WHERE s.id = p_site);
END $$;

-- Whether a point lies in this province of this geography.
CREATE OR REPLACE FUNCTION places_lies_in(p_site uuid, p_epoch text, p_province text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN EXISTS (SELECT 1 FROM site s WHERE s.id = p_site
    AND CASE p_epoch WHEN '2025' THEN s.province_2025 ELSE s.province_2021 END = p_province);
END $$;
