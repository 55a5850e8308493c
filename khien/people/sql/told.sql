-- Everyone whose book the account of a browser's session may open, under every id.
CREATE OR REPLACE FUNCTION people_family(p_session text) RETURNS uuid[] LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  v_account uuid := session_account(p_session);
BEGIN
  RETURN ARRAY(SELECT DISTINCT i FROM health_book_link l, unnest(people_ids(l.person_id)) i
    WHERE l.account_id = v_account AND l.ended_at IS NULL);
END $$;

-- Everyone who told one of these numbers, under every id.
CREATE OR REPLACE FUNCTION people_of_numbers(p_hashes text[]) RETURNS uuid[] LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN ARRAY(SELECT DISTINCT i FROM identifier n, unnest(people_ids(n.person_id)) i WHERE n.value_hash = ANY (p_hashes));
END $$;

-- The rows of these people (all their ids): who they became, particulars, numbers, present guardians.
CREATE OR REPLACE FUNCTION people_told(p_ids uuid[]) RETURNS jsonb LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  RETURN jsonb_build_object(
    'aliases', (SELECT coalesce(jsonb_agg(jsonb_build_array(loser_id, survivor_id)), '[]') FROM person_alias
      WHERE loser_id = ANY (p_ids) AND undone_at IS NULL),
    'persons', (SELECT coalesce(jsonb_agg(p), '[]') FROM person p WHERE p.id = ANY (p_ids)),
    'identifiers', (SELECT coalesce(jsonb_agg(n), '[]') FROM identifier n WHERE n.person_id = ANY (p_ids)),
    'guardians', (SELECT coalesce(jsonb_agg(g), '[]') FROM guardian g WHERE g.person_id = ANY (p_ids) AND g.ended_at IS NULL));
END $$;

-- The account of a browser's session and what it may open; null when nobody is signed in.
CREATE OR REPLACE FUNCTION people_account_told(p_session text) RETURNS jsonb LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  RETURN (SELECT jsonb_build_object('account', to_jsonb(a), 'links', (SELECT coalesce(jsonb_agg(l), '[]') FROM health_book_link l
      WHERE l.account_id = a.id AND l.ended_at IS NULL))
    FROM account a WHERE a.id = session_account(p_session) AND a.ended_at IS NULL);
END $$;
