-- The registrations of these people that are in the queue, each with its ways.
CREATE OR REPLACE FUNCTION registration_told(p_people uuid[]) RETURNS jsonb LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  RETURN jsonb_build_object(
    'active', (SELECT coalesce(jsonb_agg(r), '[]') FROM registration r WHERE r.person_id = ANY (p_people) AND r.state IN ('waiting', 'booked')),
    'ways', (SELECT coalesce(jsonb_agg(w), '[]') FROM registration_way w JOIN registration r ON r.id = w.registration_id
      WHERE r.person_id = ANY (p_people) AND w.person_id = ANY (p_people) AND r.state IN ('waiting', 'booked')));
END $$;
