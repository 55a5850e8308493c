-- Changes with every edit of a rule: entries are only ever added.
CREATE OR REPLACE FUNCTION campaigns_rules_version() RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT count(*) FROM rule_entry)::text || '-' || right((SELECT id FROM rule_entry ORDER BY id DESC LIMIT 1)::text, 8);
END $$;
