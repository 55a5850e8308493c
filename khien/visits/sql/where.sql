-- Where a command acts: the session of the visit it names, else the session it names (a desk without a line names visits that are not
-- here yet). Null where there is none.
CREATE OR REPLACE FUNCTION visits_where(p_visit uuid, p_session uuid) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN booking_session_place(coalesce((SELECT session_id FROM visit WHERE id = p_visit), p_session));
END $$;

-- Every visit of these people.
CREATE OR REPLACE FUNCTION visits_told(p_people uuid[]) RETURNS jsonb LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  RETURN (SELECT coalesce(jsonb_agg(v), '[]') FROM visit v WHERE v.person_id = ANY (p_people));
END $$;
