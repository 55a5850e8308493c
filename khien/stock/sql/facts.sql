-- How a lot stands at a holder: [state, reason]. A recall of its province or a hold of its own comes before the lot's own state.
CREATE OR REPLACE FUNCTION stock_lot_stands(p_lot uuid, p_site uuid, OUT state text, OUT state_reason text) LANGUAGE plpgsql STABLE AS $$
BEGIN
  SELECT 'recalled', r.reason INTO state, state_reason FROM lot_recall r
    WHERE r.lot_id = p_lot AND r.state = 'confirmed' AND r.scope_kind = 'province'
      AND (places_lies_in(p_site, r.scope_epoch, r.scope_key) OR EXISTS (SELECT 1 FROM stock_store s WHERE s.id = p_site
        AND CASE r.scope_epoch WHEN '2025' THEN s.province_2025 ELSE s.province_2021 END = r.scope_key)) LIMIT 1;
  IF state IS NULL THEN
    SELECT 'quarantined', h.reason INTO state, state_reason FROM stock_hold h
      WHERE h.site_id = p_site AND h.lot_id = p_lot AND h.decided_at IS NULL ORDER BY h.held_at LIMIT 1;
  END IF;
END $$;

-- A lot, for the injection table, as it stands at a holder where one is named. Null where there is none.
DROP FUNCTION IF EXISTS stock_lot_facts(uuid);
CREATE OR REPLACE FUNCTION stock_lot_facts(p_lot uuid, p_site uuid DEFAULT NULL) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
  v lot%ROWTYPE;
  v_here record;
BEGIN
  SELECT * INTO v FROM lot WHERE id = p_lot;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  IF v.state = 'released' AND p_site IS NOT NULL THEN
    SELECT * INTO v_here FROM stock_lot_stands(p_lot, p_site);
    IF v_here.state IS NOT NULL THEN
      v.state := v_here.state;
      v.state_reason := v_here.state_reason;
    END IF;
  END IF;
  RETURN jsonb_build_object('id', v.id, 'vaccine', v.vaccine, 'number', v.number, 'manufacturer', v.manufacturer,
    'manufactured_on', v.manufactured_on, 'expires_on', v.expires_on, 'doses_per_vial', v.doses_per_vial, 'state', v.state,
    'state_reason', v.state_reason);
END $$;

-- The clocks of a lot's vials at a holder on a day, for the injection table; the thawed ones by the last thawing that was told.
CREATE OR REPLACE FUNCTION stock_shelf(p_lot uuid, p_site uuid, p_on date) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object(
    'vials', (SELECT coalesce(jsonb_agg(jsonb_build_array(v.opened_at, v.use_until, v.ended_at, v.doses - v.drawn) ORDER BY v.opened_at, v.id), '[]')
      FROM vial v WHERE v.site_id = p_site AND v.lot_id = p_lot AND v.on_date = p_on),
    'thaw_before', (SELECT t.use_before FROM thaw t WHERE t.site_id = p_site AND t.lot_id = p_lot ORDER BY t.thawed_at DESC, t.id DESC LIMIT 1))
$$;

-- A text that changes with the holds, recalls, states and open vials of these lots at a holder: the desks' pulse.
CREATE OR REPLACE FUNCTION stock_pulse(p_site uuid, p_lots uuid[]) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT coalesce(string_agg(l.id || l.state || coalesce((SELECT s.state FROM stock_lot_stands(l.id, p_site) s), ''), ',' ORDER BY l.id), '')
    || coalesce((SELECT string_agg(v.id || ':' || v.xmin::text, ',' ORDER BY v.id) FROM vial v
      WHERE v.site_id = p_site AND v.lot_id = ANY (p_lots) AND v.ended_at IS NULL), '')
  FROM lot l WHERE l.id = ANY (p_lots)
$$;

-- The balances as the movements tell them; p_site and p_lot narrow it (null: all).
CREATE OR REPLACE FUNCTION stock_recount(p_site uuid DEFAULT NULL, p_lot uuid DEFAULT NULL)
RETURNS TABLE (site_id uuid, lot_id uuid, on_hand int, received int, drawn int, wasted int, returned int, shortfall int, sent int, adjusted int)
LANGUAGE sql STABLE AS $$
  SELECT s.site_id, s.lot_id, greatest(s.net, 0), s.received, s.drawn, s.wasted, s.returned, greatest(-s.net, 0), s.sent, s.adjusted FROM (
    SELECT t.*, t.received - t.drawn - t.wasted - t.returned - t.sent + t.adjusted AS net FROM (
      SELECT m.site_id, m.lot_id,
        coalesce(sum(CASE m.kind WHEN 'received' THEN m.doses WHEN 'came_back' THEN m.doses WHEN 'matched' THEN -m.doses END), 0)::int AS received,
        coalesce(sum(CASE m.kind WHEN 'drawn' THEN m.doses WHEN 'drawn_back' THEN -m.doses END), 0)::int AS drawn,
        coalesce(sum(m.doses) FILTER (WHERE m.kind = 'wasted'), 0)::int AS wasted,
        coalesce(sum(m.doses) FILTER (WHERE m.kind = 'returned'), 0)::int AS returned,
        coalesce(sum(m.doses) FILTER (WHERE m.kind = 'sent'), 0)::int AS sent,
        coalesce(sum(CASE WHEN m.kind IN ('extra', 'counted_up') THEN m.doses WHEN m.kind IN ('extra_back', 'counted_down') THEN -m.doses END), 0)::int AS adjusted
      FROM stock_movement m WHERE (p_site IS NULL OR m.site_id = p_site) AND (p_lot IS NULL OR m.lot_id = p_lot)
      GROUP BY m.site_id, m.lot_id) t) s
$$;
