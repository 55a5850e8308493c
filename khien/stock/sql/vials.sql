-- Which vial of a lot a dose came from is told by its minute alone: vials lie open side by side, and the doses of a day off the line
-- come in any order. So doses give way to each other (a matching of doses to vials, augmented along paths): after each arrival as many
-- have a place within the labels as can have one, whatever came first. All of it is called under stock_lock.

-- How many doses a vial can have given: its label and the extra ones; what was thrown away of it went into nobody.
CREATE OR REPLACE FUNCTION stock_vial_bound(p_doses smallint, p_most smallint, p_wasted smallint) RETURNS int LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN p_wasted > 0 THEN p_doses - p_wasted ELSE p_most END
$$;

-- How far the clocks of two tablets may lie apart.
CREATE OR REPLACE FUNCTION stock_clocks() RETURNS interval LANGUAGE sql IMMUTABLE AS $$ SELECT interval '2 minutes' $$;

-- A vial was open and within its clock at this moment, as far as minutes told at two tablets tell: a dose keyed a minute after the
-- empty vial was put away came from it.
CREATE OR REPLACE FUNCTION stock_vial_gives(p_vial vial, p_performed timestamptz) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT p_vial.opened_at <= p_performed + stock_clocks() AND coalesce(p_vial.ended_at >= p_performed - stock_clocks(), true)
    AND p_vial.use_until >= p_performed
$$;

-- Makes room for one dose: in a vial open at this moment or, where p_from is given, in that vial. Its doses that other vials can have given go to
-- those, along the shortest chain that ends in a vial with room (within its label; with p_extra: for an extra dose).
-- Returns the vial that has room now, null where no chain ends so.
CREATE OR REPLACE FUNCTION stock_make_room(p_site uuid, p_lot uuid, p_on date, p_performed timestamptz, p_from uuid, p_extra boolean)
RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
  v_vials uuid[];  -- the vials reached,
  v_before int[];  -- from which of them (0: where the search began),
  v_moves uuid[];  -- by which draw
  v_next record;
  v_end int;
  i int := 1;
BEGIN
  SELECT coalesce(array_agg(c.id ORDER BY c.opened_at, c.id), '{}') INTO v_vials FROM vial c
    WHERE c.site_id = p_site AND c.lot_id = p_lot AND c.on_date = p_on AND CASE WHEN p_from IS NULL THEN stock_vial_gives(c, p_performed) ELSE c.id = p_from END;
  v_before := array_fill(0, ARRAY[cardinality(v_vials)]);
  v_moves := array_fill(NULL::uuid, ARRAY[cardinality(v_vials)]);
  <<search>> WHILE i <= cardinality(v_vials) LOOP
    FOR v_next IN
      SELECT DISTINCT ON (c.opened_at, c.id) c.id, m.id AS move,
          c.drawn < CASE WHEN p_extra THEN stock_vial_bound(c.doses, c.most, c.wasted) ELSE c.doses - c.wasted END AS room
        FROM stock_movement m JOIN vial c ON c.site_id = p_site AND c.lot_id = p_lot AND c.on_date = p_on AND stock_vial_gives(c, m.performed_at)
        WHERE m.site_id = p_site AND m.on_date = p_on AND m.lot_id = p_lot AND m.vial_id = v_vials[i] AND m.kind = 'drawn' AND m.doses = 1
          AND NOT EXISTS (SELECT 1 FROM stock_movement u WHERE u.site_id = p_site AND u.undoes_id = m.id)
        ORDER BY c.opened_at, c.id, m.performed_at, m.id
    LOOP
      CONTINUE WHEN v_next.id = ANY (v_vials);
      v_vials := v_vials || v_next.id;
      v_before := v_before || i;
      v_moves := v_moves || v_next.move;
      IF v_next.room THEN
        v_end := cardinality(v_vials);
        EXIT search;
      END IF;
    END LOOP;
    i := i + 1;
  END LOOP;
  IF v_end IS NULL THEN
    RETURN NULL;
  END IF;
  UPDATE vial SET drawn = drawn + 1 WHERE site_id = p_site AND id = v_vials[v_end];
  WHILE v_before[v_end] > 0 LOOP
    UPDATE stock_movement SET vial_id = v_vials[v_end] WHERE site_id = p_site AND id = v_moves[v_end];
    v_end := v_before[v_end];
  END LOOP;
  UPDATE vial SET drawn = drawn - 1 WHERE site_id = p_site AND id = v_vials[v_end];
  RETURN v_vials[v_end];
END $$;

-- The vial of a lot from which doses drawn at this moment came, counted in it: one in time before one past its clock, labelled doses
-- before extra ones, the first that ended, the oldest. Doses keyed later join the vial that was open then. Null where no vial was told of: a dose never waits for a vial.
CREATE OR REPLACE FUNCTION stock_from_vial(p_site uuid, p_lot uuid, p_on date, p_performed timestamptz, p_doses int, OUT vial_id uuid, OUT extra int)
LANGUAGE plpgsql AS $$
DECLARE
  v_late boolean;
  v_room uuid;
BEGIN
  UPDATE vial o SET drawn = o.drawn + p_doses WHERE o.site_id = p_site AND o.id = (
    SELECT c.id FROM vial c WHERE c.site_id = p_site AND c.lot_id = p_lot AND c.on_date = p_on AND stock_vial_gives(c, p_performed)
      AND c.drawn + p_doses <= c.doses - c.wasted ORDER BY c.opened_at > p_performed, coalesce(c.ended_at < p_performed, false), c.ended_at NULLS LAST, c.opened_at, c.id LIMIT 1)
    RETURNING o.id, 0 INTO vial_id, extra;
  IF FOUND THEN
    RETURN;
  END IF;
  SELECT c.id, c.use_until < p_performed INTO vial_id, v_late
    FROM vial c WHERE c.site_id = p_site AND c.lot_id = p_lot AND c.on_date = p_on AND c.opened_at <= p_performed + stock_clocks()
      AND coalesce(c.ended_at >= p_performed - stock_clocks(), true) AND c.drawn + p_doses <= stock_vial_bound(c.doses, c.most, c.wasted)
    ORDER BY c.use_until < p_performed, c.drawn + p_doses > c.doses, c.ended_at NULLS LAST, c.opened_at, c.id LIMIT 1;
  IF p_doses = 1 AND EXISTS (
    SELECT 1 FROM vial c WHERE c.site_id = p_site AND c.lot_id = p_lot AND c.on_date = p_on AND c.drawn < c.doses - c.wasted)
  THEN
    v_room := stock_make_room(p_site, p_lot, p_on, p_performed, NULL, false);
    extra := CASE WHEN v_room IS NOT NULL THEN 0 END;
  END IF;
  IF p_doses = 1 AND v_room IS NULL AND (vial_id IS NULL OR v_late) THEN
    v_room := stock_make_room(p_site, p_lot, p_on, p_performed, NULL, true);
    extra := CASE WHEN v_room IS NOT NULL THEN 1 END;  -- of the vial at the end of the chain
  END IF;
  vial_id := coalesce(v_room, vial_id);
  UPDATE vial o SET drawn = o.drawn + p_doses WHERE o.site_id = p_site AND o.id = vial_id
    RETURNING coalesce(extra, greatest(o.drawn - o.doses, 0) - greatest(o.drawn - p_doses - o.doses, 0)) INTO extra;
  extra := coalesce(extra, 0);
END $$;

-- The ledger counts as extra what the vials of a day gave above their labels: writes what it lacks, or takes back what is too much.
CREATE OR REPLACE FUNCTION stock_settle_extra(p_site uuid, p_lot uuid, p_on date, p_visit uuid, p_at timestamptz, p_actor text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_gap int := coalesce((SELECT sum(greatest(c.drawn - c.doses, 0)) FROM vial c WHERE c.site_id = p_site AND c.lot_id = p_lot AND c.on_date = p_on), 0)
    - coalesce((SELECT sum(CASE m.kind WHEN 'extra' THEN m.doses ELSE -m.doses END) FROM stock_movement m
        WHERE m.site_id = p_site AND m.on_date = p_on AND m.lot_id = p_lot AND m.kind IN ('extra', 'extra_back')), 0);
BEGIN
  IF v_gap <> 0 THEN
    INSERT INTO stock_movement (id, site_id, lot_id, kind, doses, on_date, performed_at, recorded_at, recorded_by, reason, visit_id, document)
      VALUES (uuidv7(), p_site, p_lot, CASE WHEN v_gap > 0 THEN 'extra' ELSE 'extra_back' END, abs(v_gap), p_on, p_at, p_at, p_actor,
              CASE WHEN v_gap > 0 THEN 'low_dead_space' ELSE '' END, p_visit, '');
    PERFORM stock_move(p_site, p_lot, 0, 0, 0, 0, 0, v_gap);
  END IF;
END $$;

-- There is room that was not there: extra doses find a place within a label, doses without a vial find one.
CREATE OR REPLACE FUNCTION stock_settle_vials(p_site uuid, p_lot uuid, p_on date, p_visit uuid, p_at timestamptz, p_actor text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_vial uuid;
  v_draw record;
BEGIN
  FOR v_vial IN SELECT c.id FROM vial c WHERE c.site_id = p_site AND c.lot_id = p_lot AND c.on_date = p_on AND c.drawn > c.doses ORDER BY c.opened_at, c.id LOOP
    WHILE (SELECT c.drawn > c.doses FROM vial c WHERE c.site_id = p_site AND c.id = v_vial)
      AND stock_make_room(p_site, p_lot, p_on, NULL, v_vial, false) IS NOT NULL LOOP
    END LOOP;
  END LOOP;
  FOR v_draw IN
    SELECT m.id, m.doses, m.performed_at FROM stock_movement m
      WHERE m.site_id = p_site AND m.on_date = p_on AND m.lot_id = p_lot AND m.kind = 'drawn' AND m.vial_id IS NULL
        AND NOT EXISTS (SELECT 1 FROM stock_movement u WHERE u.site_id = p_site AND u.undoes_id = m.id)
        AND EXISTS (SELECT 1 FROM vial c WHERE c.site_id = p_site AND c.lot_id = p_lot AND c.on_date = p_on AND stock_vial_gives(c, m.performed_at))
      ORDER BY m.performed_at, m.id
  LOOP
    SELECT f.vial_id INTO v_vial FROM stock_from_vial(p_site, p_lot, p_on, v_draw.performed_at, v_draw.doses) f;
    UPDATE stock_movement SET vial_id = v_vial WHERE site_id = p_site AND id = v_draw.id AND v_vial IS NOT NULL;
  END LOOP;
  PERFORM stock_settle_extra(p_site, p_lot, p_on, p_visit, p_at, p_actor);
END $$;

-- A vial ended at this moment with so many left in it: doses drawn later came from other vials, and so did those for which it has no room then.
CREATE OR REPLACE FUNCTION stock_end_vial(p_site uuid, p_vial uuid, p_ended timestamptz, p_by text, p_left int, p_at timestamptz, p_actor text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v vial%ROWTYPE;
  v_over int;
BEGIN
  UPDATE vial SET ended_at = p_ended, ended_by = p_by WHERE site_id = p_site AND id = p_vial RETURNING * INTO v;
  WITH later AS (
    UPDATE stock_movement m SET vial_id = NULL
      WHERE m.site_id = p_site AND m.on_date = v.on_date AND m.lot_id = v.lot_id AND m.vial_id = v.id AND m.kind = 'drawn' AND m.performed_at > p_ended + stock_clocks()
        AND NOT EXISTS (SELECT 1 FROM stock_movement u WHERE u.site_id = p_site AND u.undoes_id = m.id)
      RETURNING m.doses)
  UPDATE vial SET drawn = drawn - coalesce((SELECT sum(doses) FROM later), 0) WHERE site_id = p_site AND id = v.id;
  PERFORM stock_settle_vials(p_site, v.lot_id, v.on_date, NULL, p_at, p_actor);
  LOOP
    SELECT c.drawn - c.doses + p_left INTO v_over FROM vial c WHERE c.site_id = p_site AND c.id = v.id;
    EXIT WHEN p_left = 0 OR v_over <= 0
      OR coalesce(stock_make_room(p_site, v.lot_id, v.on_date, NULL, v.id, false), stock_make_room(p_site, v.lot_id, v.on_date, NULL, v.id, true)) IS NULL;
  END LOOP;
  IF p_left > 0 AND v_over > 0 THEN  -- what was recorded before anybody told of this vial may have come from one of which nobody told
    WITH untold AS (
      UPDATE stock_movement m SET vial_id = NULL WHERE m.site_id = p_site AND m.id IN (
        SELECT d.id FROM stock_movement d
          WHERE d.site_id = p_site AND d.on_date = v.on_date AND d.lot_id = v.lot_id AND d.vial_id = v.id AND d.kind = 'drawn' AND d.doses = 1
            AND d.recorded_at < v.recorded_at AND NOT EXISTS (SELECT 1 FROM stock_movement u WHERE u.site_id = p_site AND u.undoes_id = d.id)
          ORDER BY d.performed_at DESC, d.id LIMIT v_over)
        RETURNING 1)
    UPDATE vial SET drawn = drawn - (SELECT count(*) FROM untold) WHERE site_id = p_site AND id = v.id;
  END IF;
  PERFORM stock_settle_extra(p_site, v.lot_id, v.on_date, NULL, p_at, p_actor);
END $$;
