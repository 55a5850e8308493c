-- Every id of a person: the surviving record's first, merged ones after.
CREATE OR REPLACE FUNCTION people_ids(p_person uuid) RETURNS uuid[] LANGUAGE plpgsql STABLE AS $$
DECLARE
  v_survivor uuid := p_person;
  v_next uuid;
  v_ids uuid[];
  v_fresh uuid[];
BEGIN
  LOOP
    SELECT survivor_id INTO v_next FROM person_alias WHERE loser_id = v_survivor AND undone_at IS NULL;
    EXIT WHEN NOT FOUND;
    v_survivor := v_next;
  END LOOP;
  v_ids := ARRAY[v_survivor];
  v_fresh := v_ids;
  LOOP
    v_fresh := ARRAY(SELECT loser_id FROM person_alias WHERE survivor_id = ANY (v_fresh) AND undone_at IS NULL);
    EXIT WHEN cardinality(v_fresh) = 0;
    v_ids := v_ids || v_fresh;
  END LOOP;
  RETURN v_ids;
END $$;

-- What a dose needs to know of a person: all ids, birth, sex. Null for nobody.
CREATE OR REPLACE FUNCTION people_dose_facts(p_person uuid) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
  v_ids uuid[] := people_ids(p_person);
BEGIN
  RETURN (SELECT jsonb_build_object('ids', v_ids, 'birth', jsonb_build_array(birth_year, birth_month, birth_day), 'sex', sex)
    FROM person WHERE id = v_ids[1]);
END $$;

-- A person as a program is told them by staff's question: name, birth, sex, place, how far the identity is proved.
CREATE OR REPLACE FUNCTION people_short(p_person uuid) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT jsonb_build_object('person_id', id, 'full_name', full_name, 'birth', concat_ws('-', birth_year, lpad(birth_month::text, 2, '0'),
      lpad(birth_day::text, 2, '0')), 'sex', sex, 'identity_state', identity_state, 'commune_2021', commune_2021,
      'commune_2025', commune_2025, 'died_on', died_on) FROM person WHERE id = p_person);
END $$;
