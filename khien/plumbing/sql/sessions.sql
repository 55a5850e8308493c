-- The account as which a browser is signed in; null when there is none, or its session is over.
CREATE OR REPLACE FUNCTION session_account(p_key text) RETURNS uuid LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT account_id FROM web_session WHERE session_key = p_key AND expire_date > now());
END $$;
