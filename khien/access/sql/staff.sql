-- The staff member with the posts in force at this moment; null when the account was closed.
CREATE OR REPLACE FUNCTION access_staff(p_staff uuid, p_at timestamptz) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT jsonb_build_object('id', s.id, 'full_name', s.full_name, 'language', s.language, 'posts',
      (SELECT coalesce(jsonb_agg(jsonb_build_array(p.id, p.role, p.scope_kind, p.scope_key, p.scope_epoch, p.office) ORDER BY p.given_at, p.id), '[]')
       FROM post p WHERE p.staff_id = s.id AND p.starts_at <= p_at AND (p.ends_at IS NULL OR p.ends_at > p_at)))
    FROM staff s WHERE s.id = p_staff AND s.is_active);
END $$;

-- The same for whoever is signed in by a browser's session; null when there is none, or its session is over.
CREATE OR REPLACE FUNCTION access_staff_of_session(p_key text, p_at timestamptz) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN access_staff((SELECT staff_id FROM web_session WHERE session_key = p_key AND expire_date > now()), p_at);
END $$;
