-- A balance takes a change; what the paper stock cannot cover becomes shortfall, what comes in pays shortfall back first.
-- received: doses coming; drawn, wasted, returned, sent: doses leaving (negative: coming back); adjusted: counts settled, extra doses.
-- Returns the change of shortfall.
DROP FUNCTION IF EXISTS stock_move(uuid, uuid, int, int, int, int);
CREATE OR REPLACE FUNCTION stock_move(p_site uuid, p_lot uuid, p_received int, p_drawn int, p_wasted int, p_returned int,
    p_sent int DEFAULT 0, p_adjusted int DEFAULT 0) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  v_change int := p_received - p_drawn - p_wasted - p_returned - p_sent + p_adjusted;
  v_short int;
BEGIN
  LOOP
    -- One statement over the row's own columns: under a rush it works on the row as the one before left it.
    UPDATE stock_balance b SET
      received = b.received + p_received, drawn = b.drawn + p_drawn, wasted = b.wasted + p_wasted, returned = b.returned + p_returned,
      sent = b.sent + p_sent, adjusted = b.adjusted + p_adjusted,
      on_hand = greatest(b.on_hand - b.shortfall + v_change, 0),
      shortfall = greatest(b.shortfall - b.on_hand - v_change, 0)
    WHERE b.site_id = p_site AND b.lot_id = p_lot
    RETURNING b.shortfall - greatest(b.shortfall - b.on_hand + v_change, 0) INTO v_short;  -- one of the two is always 0
    IF FOUND THEN
      RETURN v_short;
    END IF;
    INSERT INTO stock_balance (site_id, lot_id, on_hand, received, drawn, wasted, returned, shortfall, sent, adjusted)
      VALUES (p_site, p_lot, 0, 0, 0, 0, 0, 0, 0, 0) ON CONFLICT DO NOTHING;
  END LOOP;
END $$;

-- Holds a lot's balance at a holder until the transaction ends: whoever gives its doses another vial comes one after another.
CREATE OR REPLACE FUNCTION stock_lock(p_site uuid, p_lot uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM stock_move(p_site, p_lot, 0, 0, 0, 0);  -- of nothing: it makes the row where there is none, and holds it
END $$;

-- Draws doses of a lot for a visit, from the open vial where there is one; the one that gave last is asked first. Never refuses: returns
-- the doses that the paper stock did not hold (0 as a rule) and, where p_handlers are given, publishes stock.shortfall for them.
CREATE OR REPLACE FUNCTION stock_draw(p_site uuid, p_lot uuid, p_visit uuid, p_record uuid, p_doses int, p_on date,
    p_performed timestamptz, p_at timestamptz, p_actor text, p_handlers text[] DEFAULT NULL) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  v_vial uuid;
  v_extra int;
  v_short int;
BEGIN
  -- As stock_move does, in the statement that also tells the vial; it holds the balance, which is the lock of the lot's vials.
  UPDATE stock_balance b SET drawn = b.drawn + p_doses,
      on_hand = greatest(b.on_hand - b.shortfall - p_doses, 0), shortfall = greatest(b.shortfall - b.on_hand + p_doses, 0)
    WHERE b.site_id = p_site AND b.lot_id = p_lot
    RETURNING b.shortfall - greatest(b.shortfall - b.on_hand - p_doses, 0), b.vial_id INTO v_short, v_vial;
  IF NOT FOUND THEN
    v_short := stock_move(p_site, p_lot, 0, p_doses, 0, 0);
  END IF;
  UPDATE vial o SET drawn = o.drawn + p_doses
    WHERE o.site_id = p_site AND o.id = v_vial AND o.on_date = p_on AND o.ended_at IS NULL
      AND o.opened_at <= p_performed AND o.use_until >= p_performed AND o.drawn + p_doses <= o.doses - o.wasted
    RETURNING o.id, 0 INTO v_vial, v_extra;
  IF NOT FOUND THEN
    SELECT f.vial_id, f.extra INTO v_vial, v_extra FROM stock_from_vial(p_site, p_lot, p_on, p_performed, p_doses) f;
    UPDATE stock_balance b SET vial_id = v_vial WHERE b.site_id = p_site AND b.lot_id = p_lot AND b.vial_id IS DISTINCT FROM v_vial;
  END IF;
  INSERT INTO stock_movement (id, site_id, lot_id, kind, doses, on_date, performed_at, recorded_at, recorded_by, reason, visit_id, record_id, document, vial_id)
    VALUES (uuidv7(), p_site, p_lot, 'drawn', p_doses, p_on, p_performed, p_at, p_actor, '', p_visit, p_record, '', v_vial);
  IF v_extra > 0 THEN
    INSERT INTO stock_movement (id, site_id, lot_id, kind, doses, on_date, performed_at, recorded_at, recorded_by, reason, visit_id, record_id, document, vial_id)
      VALUES (uuidv7(), p_site, p_lot, 'extra', v_extra, p_on, p_performed, p_at, p_actor, 'low_dead_space', p_visit, p_record, '', v_vial);
    v_short := v_short + stock_move(p_site, p_lot, 0, 0, 0, 0, 0, v_extra);
  END IF;
  v_short := greatest(v_short, 0);
  IF v_short > 0 AND p_handlers IS NOT NULL THEN
    PERFORM outbox_publish(uuidv7(), 'stock.shortfall', p_at,
      jsonb_build_object('site_id', p_site, 'lot_id', p_lot, 'visit_id', p_visit, 'doses', v_short), p_handlers, p_at, p_visit);
  END IF;
  RETURN v_short;
END $$;

-- Puts back what a visit drew (an undone dose): one movement back for each draw, once. Returns the doses put back.
CREATE OR REPLACE FUNCTION stock_draw_back(p_site uuid, p_visit uuid, p_at timestamptz, p_actor text) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  v_drawn stock_movement%ROWTYPE;
  v_doses int := 0;
BEGIN
  FOR v_drawn IN
    SELECT * FROM stock_movement m WHERE m.site_id = p_site AND m.visit_id = p_visit AND m.kind = 'drawn'
      AND NOT EXISTS (SELECT 1 FROM stock_movement u WHERE u.site_id = p_site AND u.undoes_id = m.id) ORDER BY m.id
  LOOP
    PERFORM stock_lock(p_site, v_drawn.lot_id);
    SELECT m.vial_id INTO v_drawn.vial_id FROM stock_movement m WHERE m.site_id = p_site AND m.id = v_drawn.id;  -- it may have changed before the lock
    INSERT INTO stock_movement (id, site_id, lot_id, kind, doses, on_date, performed_at, recorded_at, recorded_by, reason, visit_id, record_id, document, undoes_id, vial_id)
      VALUES (uuidv7(), p_site, v_drawn.lot_id, 'drawn_back', v_drawn.doses, v_drawn.on_date, v_drawn.performed_at, p_at, p_actor, '',
              p_visit, v_drawn.record_id, '', v_drawn.id, v_drawn.vial_id)
      ON CONFLICT DO NOTHING;
    IF FOUND THEN
      PERFORM stock_move(p_site, v_drawn.lot_id, 0, -v_drawn.doses, 0, 0);
      IF v_drawn.vial_id IS NOT NULL THEN
        UPDATE vial o SET drawn = o.drawn - v_drawn.doses WHERE o.site_id = p_site AND o.id = v_drawn.vial_id;
        PERFORM stock_settle_vials(p_site, v_drawn.lot_id, v_drawn.on_date, p_visit, p_at, p_actor);
      END IF;
      v_doses := v_doses + v_drawn.doses;
    END IF;
  END LOOP;
  RETURN v_doses;
END $$;
