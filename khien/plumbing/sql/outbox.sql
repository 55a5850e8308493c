-- Publishes one event to its handlers, inside the truth's own transaction. p_handlers is the subscription list of that kind.
CREATE OR REPLACE FUNCTION outbox_publish(p_id uuid, p_kind text, p_at timestamptz, p_data jsonb, p_handlers text[], p_due timestamptz, p_key uuid)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO outbox_event (id, kind, at, data) VALUES (p_id, p_kind, p_at, p_data);
  INSERT INTO outbox_delivery (id, event_id, handler, kind, data, key, state, due_at, attempts, error)
    SELECT uuidv7(), p_id, h, p_kind, p_data, p_key, 'pending', p_due, 0, '' FROM unnest(p_handlers) h;
END $$;
