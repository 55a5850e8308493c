-- Two blocks of one device and hour in one: a second told before keeps its first value.
CREATE OR REPLACE FUNCTION stock_readings_merged(p_old reading_block, p_new reading_block, OUT seconds smallint[], OUT tenths smallint[])
LANGUAGE sql IMMUTABLE AS $$
  SELECT array_agg(m.s ORDER BY m.s), array_agg(m.t ORDER BY m.s) FROM (
    SELECT DISTINCT ON (x.s) x.s, x.t FROM (
      SELECT unnest(p_old.seconds) AS s, unnest(p_old.tenths) AS t, 1 AS o
      UNION ALL SELECT unnest(p_new.seconds), unnest(p_new.tenths), 2) x
    ORDER BY x.s, x.o) m
$$;
