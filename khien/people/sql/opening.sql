-- The account of a browser's session, when it may open this person's record; null otherwise.
CREATE OR REPLACE FUNCTION people_opener(p_session text, p_person uuid) RETURNS uuid LANGUAGE plpgsql STABLE AS $$
DECLARE
  v_account uuid := session_account(p_session);
BEGIN
  IF NOT EXISTS (SELECT 1 FROM account WHERE id = v_account AND ended_at IS NULL) THEN
    RETURN NULL;
  END IF;
  IF EXISTS (SELECT 1 FROM health_book_link WHERE account_id = v_account AND person_id = p_person AND ended_at IS NULL)
    OR EXISTS (SELECT 1 FROM health_book_link WHERE account_id = v_account AND ended_at IS NULL
      AND person_id = ANY (people_ids(p_person))) THEN
    RETURN v_account;
  END IF;
  RETURN NULL;
END $$;
