-- The account as which a browser is signed in; null when there is none, or its session is over.
CREATE OR REPLACE FUNCTION session_account(p_key text) RETURNS uuid LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT account_id FROM web_session WHERE session_key = p_key AND expire_date > now());
END $$;

-- What a browser's session holds, sealed as it was written; null when there is none, or it is over.
CREATE OR REPLACE FUNCTION session_told(p_key text) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT to_jsonb(session_data) FROM web_session WHERE session_key = p_key AND expire_date > now());
END $$;
