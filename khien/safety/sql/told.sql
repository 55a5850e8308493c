-- Every reaction of these people.
CREATE OR REPLACE FUNCTION safety_told(p_people uuid[]) RETURNS jsonb LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  RETURN (SELECT coalesce(jsonb_agg(r), '[]') FROM reaction r WHERE r.person_id = ANY (p_people));
END $$;
