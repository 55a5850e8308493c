-- The latest version of each of these people's records.
CREATE OR REPLACE FUNCTION immunizations_current(p_people uuid[]) RETURNS SETOF immunization LANGUAGE sql STABLE AS $$
  SELECT DISTINCT ON (i.record_id) i.* FROM immunization i WHERE i.person_id = ANY (p_people) ORDER BY i.record_id, i.version DESC
$$;

-- Whether a version stands for a dose of the course: an invalid dose, an extra one and an error claim nothing.
CREATE OR REPLACE FUNCTION immunizations_counts(p_row immunization) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT p_row.status = 'completed' AND p_row.validity <> 'invalid' AND p_row.dose_type <> 'extra'
$$;

-- Takes the claim of a dose for a record; false when another record of the person holds it.
CREATE OR REPLACE FUNCTION immunizations_claim(p_row immunization, p_people uuid[]) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO dose_claim (person_id, course, dose_type, ordinal, record_id)
    VALUES (p_row.person_id, p_row.course, p_row.dose_type, p_row.ordinal, p_row.record_id) ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  IF EXISTS (SELECT 1 FROM dose_claim c WHERE c.person_id = ANY (p_people) AND c.person_id <> p_row.person_id
             AND (c.course, c.dose_type, c.ordinal) = (p_row.course, p_row.dose_type, p_row.ordinal)) THEN
    DELETE FROM dose_claim WHERE person_id = p_row.person_id AND record_id = p_row.record_id;
    RETURN false;
  END IF;
  RETURN true;
END $$;

-- Records a dose that was given; never refuses one. p: the columns of `immunization` (id and record_id made by the caller) and
-- `aliases` (all ids of this person, where there are several).
-- Returns record_id (the joined one's, where an earlier statement of the same injection stood), duplicate, joined, same, marks.
--   same: this visit's dose was recorded already: nothing is written, one injection is one dose.
--   joined: the facility's own record confirms a dose that the person had told of: it becomes that record's next version.
--   duplicate: another record holds this dose of the course: both are kept, this one uncertain, and a person decides.
CREATE OR REPLACE FUNCTION immunizations_record(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  n immunization%ROWTYPE;
  e immunization%ROWTYPE;
  v_people uuid[];
  v_duplicate boolean := false;
  v_joined boolean := false;
BEGIN
  n := jsonb_populate_record(NULL::immunization, '{"version": 1, "status": "completed", "course": "covid-19", "lot_number": "",
    "performed_by_name": "", "facility_name": "", "place_province_2021": "", "place_commune_2021": "", "place_commune_2025": "",
    "home_commune_2021": "", "home_commune_2025": "", "country": "VN", "evidence": "", "validity": "valid", "validity_code": "",
    "validity_facts": {}, "marks": [], "reason": ""}'::jsonb || jsonb_strip_nulls(p));
  v_people := ARRAY(SELECT jsonb_array_elements_text(coalesce(p -> 'aliases', '[]'))::uuid) || n.person_id;
  IF immunizations_counts(n) THEN
    v_duplicate := NOT immunizations_claim(n, v_people);  -- waits for a rival of the same dose, so that what follows sees it
  END IF;
  SELECT * INTO e FROM immunizations_current(v_people) c
    WHERE c.status = 'completed' AND c.vaccine = n.vaccine AND c.on_date = n.on_date
    ORDER BY c.visit_id IS NOT DISTINCT FROM n.visit_id DESC, c.origin = 'elsewhere' DESC, c.record_id LIMIT 1;
  IF FOUND THEN
    IF n.visit_id IS NOT NULL AND e.visit_id = n.visit_id THEN
      DELETE FROM dose_claim WHERE person_id = n.person_id AND record_id = n.record_id;
      RETURN jsonb_build_object('record_id', e.record_id, 'duplicate', false, 'joined', false, 'same', true, 'marks', e.marks);
    ELSIF e.origin = 'elsewhere' AND n.origin <> 'elsewhere' AND (e.facility_id IS NULL OR e.facility_id = n.facility_id) THEN
      DELETE FROM dose_claim WHERE person_id = n.person_id AND record_id = n.record_id;
      v_joined := true;
      v_duplicate := false;
      n.person_id := e.person_id;
      n.record_id := e.record_id;
      n.version := e.version + 1;
      n.dose_type := e.dose_type;
      n.ordinal := e.ordinal;
      n.marks := e.marks || '["joined_elsewhere"]'::jsonb;
      n.reason := 'facility_confirmed';
      IF n.validity_code ~ '^(stock|visits)[.]lot_' THEN
        NULL;  -- what speaks against the vial itself stands, whatever the person had told
      ELSIF e.validity_code IN ('', 'campaigns.valid', 'campaigns.statement_only') THEN
        n.validity := 'valid';
        n.validity_code := 'campaigns.valid';
        n.validity_facts := '{}';
      ELSE
        n.validity := e.validity;
        n.validity_code := e.validity_code;
        n.validity_facts := e.validity_facts;
      END IF;
    ELSE
      n.marks := n.marks || '["possible_repeat"]'::jsonb;
    END IF;
  END IF;
  IF v_duplicate THEN
    n.marks := n.marks || '["duplicate_claim"]'::jsonb;
    IF n.validity_code !~ '^(stock|visits)[.]lot_' THEN  -- a doubt about the vial is not lost under another
      n.validity := 'uncertain';
      n.validity_code := 'immunizations.duplicate_claim';
    END IF;
  END IF;
  INSERT INTO immunization SELECT n.*;
  RETURN jsonb_build_object('record_id', n.record_id, 'duplicate', v_duplicate, 'joined', v_joined, 'same', false, 'marks', n.marks);
END $$;

-- Adds a version to one or several records of one person and moves their claims, all at once.
-- p: people (all ids of the person), items [{record_id, person_id, expected_version, changes, reason}] in order of day, at, actor.
-- A claim that another record still holds marks this one as a duplicate. Refuses: immunizations.record_unknown,
-- immunizations.changed_meanwhile, immunizations.entered_in_error.
CREATE OR REPLACE FUNCTION immunizations_correct(p jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_people uuid[] := ARRAY(SELECT jsonb_array_elements_text(p -> 'people')::uuid);
  v_records uuid[] := ARRAY(SELECT (i ->> 'record_id')::uuid FROM jsonb_array_elements(p -> 'items') i);
  i jsonb;
  c immunization%ROWTYPE;
  n immunization%ROWTYPE;
BEGIN
  PERFORM 1 FROM immunization WHERE person_id = ANY (v_people) AND record_id = ANY (v_records) AND version = 1 ORDER BY record_id FOR UPDATE;
  DELETE FROM dose_claim WHERE person_id = ANY (v_people) AND record_id = ANY (v_records);
  FOR i IN SELECT * FROM jsonb_array_elements(p -> 'items') LOOP
    SELECT * INTO c FROM immunization WHERE person_id = (i ->> 'person_id')::uuid AND record_id = (i ->> 'record_id')::uuid
      ORDER BY version DESC LIMIT 1;
    IF NOT FOUND THEN
      RAISE EXCEPTION USING ERRCODE = 'KH001', MESSAGE = 'immunizations.record_unknown';
    ELSIF c.version <> (i ->> 'expected_version')::int THEN
      RAISE EXCEPTION USING ERRCODE = 'KH001', MESSAGE = 'immunizations.changed_meanwhile';
    ELSIF c.status <> 'completed' THEN
      RAISE EXCEPTION USING ERRCODE = 'KH001', MESSAGE = 'immunizations.entered_in_error';
    END IF;
    n := jsonb_populate_record(c, i -> 'changes' || jsonb_build_object('id', uuidv7(), 'version', c.version + 1,
      'reason', i ->> 'reason', 'recorded_at', p ->> 'at', 'recorded_by', p ->> 'actor'));
    n.marks := n.marks - 'duplicate_claim';
    IF n.validity_code = 'immunizations.duplicate_claim' THEN
      n.validity := 'valid';
      n.validity_code := '';
    END IF;
    IF immunizations_counts(n) AND NOT immunizations_claim(n, v_people) THEN
      n.marks := n.marks || '["duplicate_claim"]'::jsonb;
      IF n.validity_code !~ '^(stock|visits)[.]lot_' THEN
        n.validity := 'uncertain';
        n.validity_code := 'immunizations.duplicate_claim';
      END IF;
    END IF;
    INSERT INTO immunization SELECT n.*;
  END LOOP;
END $$;

-- Says that a record should never have been: its next version is an error and its claim is free. The caller publishes.
-- With p_restore, a record that had joined an earlier statement of the same injection becomes that statement again.
CREATE OR REPLACE FUNCTION immunizations_entered_in_error(p_person uuid, p_record uuid, p_reason text, p_at timestamptz, p_actor text,
    p_restore boolean DEFAULT true) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  n immunization%ROWTYPE;
  e immunization%ROWTYPE;
BEGIN
  PERFORM 1 FROM immunization WHERE record_id = p_record AND version = 1 FOR UPDATE;
  SELECT * INTO n FROM immunization WHERE record_id = p_record ORDER BY version DESC LIMIT 1;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'KH001', MESSAGE = 'immunizations.record_unknown';
  ELSIF n.status <> 'completed' THEN
    RAISE EXCEPTION USING ERRCODE = 'KH001', MESSAGE = 'immunizations.entered_in_error';
  END IF;
  SELECT * INTO e FROM immunization WHERE record_id = p_record AND origin = 'elsewhere' ORDER BY version DESC LIMIT 1;
  IF FOUND AND p_restore AND n.origin <> 'elsewhere' THEN
    e.version := n.version;
    n := e;
  ELSE
    DELETE FROM dose_claim WHERE person_id = n.person_id AND record_id = p_record;
    n.status := 'entered_in_error';
  END IF;
  n.id := uuidv7();
  n.version := n.version + 1;
  n.reason := p_reason;
  n.recorded_at := p_at;
  n.recorded_by := p_actor;
  INSERT INTO immunization SELECT n.*;
END $$;
