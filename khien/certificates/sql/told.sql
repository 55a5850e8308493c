-- The certificates and holds of these people that stand now.
CREATE OR REPLACE FUNCTION certificates_told(p_people uuid[]) RETURNS jsonb LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  RETURN (SELECT coalesce(jsonb_agg(c), '[]') FROM certificate c WHERE c.person_id = ANY (p_people) AND c.state IN ('held', 'issued'));
END $$;
