-- A lot, for the injection table. Null where there is none.
CREATE OR REPLACE FUNCTION stock_lot_facts(p_lot uuid) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT jsonb_build_object('id', id, 'vaccine', vaccine, 'number', number, 'manufacturer', manufacturer,
    'manufactured_on', manufactured_on, 'expires_on', expires_on, 'doses_per_vial', doses_per_vial, 'state', state,
    'state_reason', state_reason) FROM lot WHERE id = p_lot);
END $$;
