-- The doses of these ids as the campaign's rules take them.
CREATE OR REPLACE FUNCTION immunizations_past(p_people uuid[]) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('record_id', c.record_id, 'vaccine', c.vaccine, 'on_date', c.on_date,
      'dose_type', c.dose_type, 'ordinal', c.ordinal, 'evidence', c.evidence, 'validity_code', c.validity_code,
      'validity_facts', c.validity_facts)), '[]')
    FROM immunizations_current(p_people) c WHERE c.status = 'completed');
END $$;
