-- The stored answer to a command; null when it is new.
CREATE OR REPLACE FUNCTION receipt_find(p_command uuid) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT jsonb_build_object('body_hash', body_hash, 'status', status, 'reason', reason, 'result', result, 'received_at', received_at)
    FROM command_receipt WHERE command_id = p_command);
END $$;
