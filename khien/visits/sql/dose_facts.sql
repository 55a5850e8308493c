-- A visit's number as the person reads it: 7, or "B7" where a device without a line gave it.
CREATE OR REPLACE FUNCTION visits_label(p_visit visit) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN p_visit.letter = '' THEN to_jsonb(p_visit.number) ELSE to_jsonb(p_visit.letter || p_visit.number) END
$$;

-- All that the decision at the injection table stands on, in one read; each room tells its own part.
CREATE OR REPLACE FUNCTION visits_dose_facts(p_site uuid, p_visit uuid, p_lot uuid) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
  v visit%ROWTYPE;
  v_person jsonb;
BEGIN
  SELECT * INTO v FROM visit WHERE site_id = p_site AND id = p_visit;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  v_person := people_dose_facts(v.person_id);
  RETURN jsonb_build_object('visit', to_jsonb(v), 'person', v_person, 'lot', stock_lot_facts(p_lot, p_site),
    'shelf', stock_shelf(p_lot, p_site, v.on_date),
    'session', booking_session_facts(v.session_id), 'owner', places_owner_facts(v.site_id), 'rules', campaigns_rules_version(),
    'past', immunizations_past(ARRAY(SELECT jsonb_array_elements_text(v_person -> 'ids')::uuid)),
    'screening', (SELECT jsonb_build_object('decision', s.decision, 'form', s.form, 'answers', s.answers) FROM screening s
      WHERE s.site_id = v.site_id AND s.visit_id = v.id ORDER BY s.version DESC LIMIT 1),
    'stopped', (SELECT n.action = 'stop_session' FROM session_note n WHERE n.session_id = v.session_id
      AND n.action IN ('stop_session', 'release_session') ORDER BY n.recorded_at DESC, n.id DESC LIMIT 1),
    'mixing', (SELECT bool_or(c.mixing_agreed) FROM consent c WHERE c.site_id = v.site_id AND c.visit_id = v.id AND c.agreed),
    'chosen', (SELECT jsonb_build_object('paused', l.paused_at IS NOT NULL) FROM session_lot l
      WHERE l.session_id = v.session_id AND l.lot_id = p_lot),
    'namesakes', (SELECT coalesce(jsonb_agg(jsonb_build_array(visits_label(o), o.name_birth_hash = v.name_birth_hash)), '[]') FROM visit o
      WHERE o.session_id = v.session_id AND o.name_hash = v.name_hash AND o.person_id <> v.person_id));
END $$;
