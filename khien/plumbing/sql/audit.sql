-- Appends one act to its chain: 64 chains by person (by actor where there is none). The head is locked last.
CREATE OR REPLACE FUNCTION audit_hash(p_prev bytea, p_chain int, p_seq bigint, p_at timestamptz, p_actor text, p_action text,
    p_subject text, p_person uuid, p_facts text) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
  SELECT sha256(p_prev || convert_to(concat_ws(E'\x1f', p_chain::text, p_seq::text,
    (extract(epoch from p_at) * 1000000)::bigint::text, p_actor, p_action, p_subject, coalesce(p_person::text, ''), p_facts), 'UTF8'))
$$;

CREATE OR REPLACE FUNCTION audit_append(p_at timestamptz, p_actor text, p_action text, p_subject text, p_person uuid, p_facts jsonb)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_chain int := abs(hashtext(coalesce(p_person::text, p_actor))) % 64;
  v_head audit_head%ROWTYPE;
  v_hash bytea;
BEGIN
  SELECT * INTO v_head FROM audit_head WHERE chain = v_chain FOR UPDATE;
  v_hash := audit_hash(v_head.hash, v_chain, v_head.seq + 1, p_at, p_actor, p_action, p_subject, p_person, p_facts::text);
  INSERT INTO audit_row (chain, seq, at, actor, action, subject, person_id, facts, prev, hash)
    VALUES (v_chain, v_head.seq + 1, p_at, p_actor, p_action, p_subject, p_person, p_facts::text, v_head.hash, v_hash);
  UPDATE audit_head SET seq = v_head.seq + 1, hash = v_hash WHERE chain = v_chain;
END $$;

INSERT INTO audit_head (chain, seq, hash) SELECT g, 0, sha256(convert_to('khien audit chain ' || g, 'UTF8')) FROM generate_series(0, 63) g
ON CONFLICT DO NOTHING;

-- The last look at each of these people's records.
CREATE OR REPLACE FUNCTION access_log_last(p_people uuid[]) RETURNS jsonb LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  RETURN (SELECT coalesce(jsonb_agg(l), '[]') FROM unnest(p_people) AS i,
    LATERAL (SELECT * FROM access_log a WHERE a.person_id = i ORDER BY a.at DESC, a.id DESC LIMIT 1) l);
END $$;

-- Logs that a staff member was shown these people's records. p: at, staff, post, office, purpose, route.
CREATE OR REPLACE FUNCTION access_log_write(p_people uuid[], p jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO access_log (id, person_id, at, staff_id, post_id, office, purpose, route)
    SELECT uuidv7(), i, (p ->> 'at')::timestamptz, (p ->> 'staff')::uuid, (p ->> 'post')::uuid, p ->> 'office', p ->> 'purpose',
      p ->> 'route' FROM unnest(p_people) i;
END $$;
