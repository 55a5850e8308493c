-- The doses of these ids as the campaign's rules take them.
CREATE OR REPLACE FUNCTION immunizations_past(p_people uuid[]) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('record_id', c.record_id, 'vaccine', c.vaccine, 'on_date', c.on_date,
      'dose_type', c.dose_type, 'ordinal', c.ordinal, 'evidence', c.evidence, 'validity_code', c.validity_code,
      'validity_facts', c.validity_facts)), '[]')
    FROM immunizations_current(p_people) c WHERE c.status = 'completed');
END $$;

-- A person's doses, as the account of a browser's session may read them; null where it may not open this record.
CREATE OR REPLACE FUNCTION immunizations_own(p_session text, p_person uuid) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF people_opener(p_session, p_person) IS NULL THEN
    RETURN NULL;
  END IF;
  RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('record_id', c.record_id, 'version', c.version, 'vaccine', c.vaccine,
      'dose_type', c.dose_type, 'ordinal', c.ordinal, 'on_date', c.on_date, 'lot_number', c.lot_number, 'facility', c.facility_name,
      'country', c.country, 'performed_by', c.performed_by_name, 'origin', c.origin, 'evidence', c.evidence, 'validity', c.validity,
      'validity_code', c.validity_code) ORDER BY c.on_date, c.record_id), '[]')
    FROM immunizations_current(people_ids(p_person)) c WHERE c.status = 'completed');
END $$;

-- The latest version of each of these people's records, whole.
CREATE OR REPLACE FUNCTION immunizations_told(p_people uuid[]) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT coalesce(jsonb_agg(c), '[]') FROM immunizations_current(p_people) c);
END $$;
