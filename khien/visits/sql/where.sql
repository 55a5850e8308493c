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

-- The visit that stands for one that was received twice without a line; null where a visit stands for itself, or there is none.
CREATE OR REPLACE FUNCTION visits_stands(p_visit uuid) RETURNS uuid LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (WITH RECURSIVE way AS (
      SELECT id, joined_to, 0 AS n FROM visit WHERE id = p_visit AND joined_to IS NOT NULL
      UNION ALL SELECT v.id, v.joined_to, w.n + 1 FROM visit v JOIN way w ON v.id = w.joined_to WHERE w.n < 8)
    SELECT id FROM way WHERE n > 0 AND joined_to IS NULL LIMIT 1);
END $$;
