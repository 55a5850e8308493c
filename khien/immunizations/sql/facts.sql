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
  RETURN immunizations_short(people_ids(p_person));
END $$;

-- The latest version of each of these people's records, whole.
CREATE OR REPLACE FUNCTION immunizations_told(p_people uuid[]) RETURNS jsonb LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  RETURN (SELECT coalesce(jsonb_agg(c), '[]') FROM immunizations_current(p_people) c);
END $$;

-- Who told one of these numbers, with doses; every look is logged. p: hashes, log (see access_log_write).
CREATE OR REPLACE FUNCTION immunizations_look_up(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_found uuid[] := ARRAY(SELECT DISTINCT (people_ids(n.person_id))[1] FROM identifier n
    WHERE n.value_hash = ANY (ARRAY(SELECT jsonb_array_elements_text(p -> 'hashes'))));
BEGIN
  PERFORM access_log_write(v_found, p -> 'log');
  RETURN (SELECT coalesce(jsonb_agg(people_short(i) || jsonb_build_object('doses', immunizations_short(people_ids(i)))), '[]')
    FROM unnest(v_found) i);
END $$;

-- The doses of these ids as programs are told them.
CREATE OR REPLACE FUNCTION immunizations_short(p_people uuid[]) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('record_id', c.record_id, 'version', c.version, 'vaccine', c.vaccine,
      'dose_type', c.dose_type, 'ordinal', c.ordinal, 'on_date', c.on_date, 'lot_number', c.lot_number, 'facility', c.facility_name,
      'country', c.country, 'performed_by', c.performed_by_name, 'origin', c.origin, 'evidence', c.evidence, 'validity', c.validity,
      'validity_code', c.validity_code) ORDER BY c.on_date, c.record_id), '[]')
    FROM immunizations_current(p_people) c WHERE c.status = 'completed');
END $$;
