-- Doses that a site gave on a day, counted by product, lot, dose, sex and age (bands of WHO's line lists), for rates.
CREATE OR REPLACE FUNCTION immunizations_tally(p_site uuid, p_on date)
RETURNS TABLE (vaccine text, lot_id uuid, lot_number text, dose text, sex text, age_band text, doses bigint) LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN QUERY
    SELECT i.vaccine, i.lot_id, i.lot_number, i.dose_type || '-' || i.ordinal, coalesce(p.sex, ''),
      CASE WHEN p.birth_year IS NULL THEN ''
        WHEN a.years < 12 THEN '0-11' WHEN a.years < 18 THEN '12-17' WHEN a.years < 30 THEN '18-29' WHEN a.years < 40 THEN '30-39'
        WHEN a.years < 50 THEN '40-49' WHEN a.years < 65 THEN '50-64' ELSE '65+' END,
      count(*)
    FROM immunization i
      LEFT JOIN person p ON p.id = i.person_id
      LEFT JOIN LATERAL (SELECT extract(year FROM age(p_on, coalesce(make_date(p.birth_year, p.birth_month, p.birth_day),
        (make_date(p.birth_year, coalesce(p.birth_month, 12), 1) + interval '1 month - 1 day')::date)))::int AS years) a ON true
    WHERE i.site_id = p_site AND i.on_date = p_on AND i.status = 'completed'
      AND NOT EXISTS (SELECT 1 FROM immunization n WHERE n.record_id = i.record_id AND n.person_id = i.person_id AND n.version > i.version)
    GROUP BY 1, 2, 3, 4, 5, 6;
END $$;
