-- Every change of due_count moves the sums of the units above it, in the same statement: nation, province, district and commune of 2021,
-- province and commune of 2025.
CREATE OR REPLACE FUNCTION due_total_add(p_rows due_count[]) RETURNS void LANGUAGE sql AS $$
  INSERT INTO due_total (unit_key, due_on, vaccine, dose_type, ordinal, people)
  SELECT u.key, c.due_on, c.vaccine, c.dose_type, c.ordinal, sum(c.people)::int
  FROM unnest(p_rows) c CROSS JOIN LATERAL (VALUES (''), ('2021-' || c.province_2021), ('2021-' || c.district_2021), ('2021-' || c.commune_2021),
    ('2025-' || c.province_2025), ('2025-' || c.commune_2025)) u(key)
  WHERE u.key NOT IN ('2021-', '2025-') GROUP BY 1, 2, 3, 4, 5 HAVING sum(c.people) <> 0 ORDER BY 1, 2, 3, 4, 5
  ON CONFLICT (unit_key, due_on, vaccine, dose_type, ordinal) DO UPDATE SET people = due_total.people + EXCLUDED.people
$$;

CREATE OR REPLACE FUNCTION due_count_moved() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_came due_count[] := '{}';
  v_went due_count[] := '{}';
BEGIN
  IF TG_OP <> 'DELETE' THEN
    v_came := ARRAY(SELECT (n.due_on, n.vaccine, n.dose_type, n.ordinal, n.province_2021, n.district_2021, n.commune_2021, n.province_2025,
      n.commune_2025, n.people)::due_count FROM came n);
  END IF;
  IF TG_OP <> 'INSERT' THEN
    v_went := ARRAY(SELECT (n.due_on, n.vaccine, n.dose_type, n.ordinal, n.province_2021, n.district_2021, n.commune_2021, n.province_2025,
      n.commune_2025, -n.people)::due_count FROM went n);
  END IF;
  PERFORM due_total_add(v_came || v_went);
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER due_count_came AFTER INSERT ON due_count REFERENCING NEW TABLE AS came
  FOR EACH STATEMENT EXECUTE FUNCTION due_count_moved();
CREATE OR REPLACE TRIGGER due_count_changed AFTER UPDATE ON due_count REFERENCING NEW TABLE AS came OLD TABLE AS went
  FOR EACH STATEMENT EXECUTE FUNCTION due_count_moved();
CREATE OR REPLACE TRIGGER due_count_went AFTER DELETE ON due_count REFERENCING OLD TABLE AS went
  FOR EACH STATEMENT EXECUTE FUNCTION due_count_moved();
