"""What must hold in every instance at every moment; each invariant names its counter-examples by id.

One query each, so that a person can read what is promised.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from khien.certificates import queries as certificates
from khien.plumbing import audit


@dataclass(frozen=True)
class Checked:
    """One invariant: whether it holds, and ids of what breaks it."""

    name: str
    holds: bool
    broken: tuple[str, ...] = ()


_CURRENT = "(SELECT DISTINCT ON (record_id) * FROM immunization ORDER BY record_id, version DESC)"

# Each query lists what breaks the promise; an empty answer means that it holds.
QUERIES: dict[str, str] = {
    "people_distinct": """
        SELECT h.value_hash FROM identifier_holder h JOIN identifier i ON i.value_hash = h.value_hash
        WHERE i.state IN ('claimed', 'verified') AND i.type = 'cccd' AND i.person_id <> h.person_id
          AND NOT EXISTS (SELECT 1 FROM person_alias a WHERE a.undone_at IS NULL
            AND ((a.loser_id = i.person_id AND a.survivor_id = h.person_id) OR (a.loser_id = h.person_id AND a.survivor_id = i.person_id)))""",
    "appointments_within_capacity": """
        SELECT s.id::text FROM slot s LEFT JOIN appointment a ON a.slot_id = s.id AND a.state IN ('active', 'arrived', 'done', 'no_show')
        GROUP BY s.id, s.capacity, s.taken HAVING s.taken > s.capacity OR count(a.id) > s.capacity""",
    "one_active_appointment": """
        SELECT person_id::text FROM appointment WHERE state IN ('active', 'arrived') GROUP BY person_id, course HAVING count(*) > 1""",
    "stock_accounted": f"""
        SELECT x.site_id::text || '/' || x.lot_id::text FROM (
          SELECT site_id, lot_id, sum(CASE kind WHEN 'drawn' THEN doses WHEN 'drawn_back' THEN -doses ELSE 0 END) AS drawn
          FROM stock_movement GROUP BY site_id, lot_id) x
        FULL JOIN (SELECT site_id, lot_id, count(*) AS given FROM {_CURRENT} c
          WHERE status = 'completed' AND origin IN ('visit', 'paper') GROUP BY site_id, lot_id) g
          ON g.site_id = x.site_id AND g.lot_id = x.lot_id
        WHERE coalesce(x.drawn, 0) <> coalesce(g.given, 0)""",
    "stock_balances": """
        SELECT site_id::text || '/' || lot_id::text FROM stock_balance
        WHERE on_hand <> received - drawn - wasted - returned - sent + adjusted + shortfall OR on_hand < 0
        UNION ALL SELECT coalesce(b.site_id, r.site_id)::text || '/' || coalesce(b.lot_id, r.lot_id)::text
          FROM stock_balance b FULL JOIN stock_recount() r ON r.site_id = b.site_id AND r.lot_id = b.lot_id
          WHERE coalesce(b.on_hand, 0) <> coalesce(r.on_hand, 0) OR coalesce(b.shortfall, 0) <> coalesce(r.shortfall, 0)""",
    "doses_confirmed": f"""
        SELECT v.id::text FROM visit v LEFT JOIN {_CURRENT} c ON c.record_id = v.record_id AND c.status = 'completed'
        WHERE v.state = 'closed' AND v.end_reason = '' AND v.dosed_at IS NOT NULL AND c.id IS NULL""",
    "doses_certified_or_held": f"""
        SELECT c.record_id::text FROM {_CURRENT} c JOIN visit v ON v.record_id = c.record_id AND v.state IN ('closed', 'left_early')
        WHERE c.status = 'completed' AND NOT EXISTS (SELECT 1 FROM certificate k WHERE k.record_id = c.record_id
          AND (k.state = 'issued' OR (k.state = 'held' AND k.hold <> '')))
          AND NOT EXISTS (SELECT 1 FROM outbox_delivery d WHERE d.state = 'pending' AND d.handler LIKE 'certificates.%%'
              AND d.data->>'visit_id' = v.id::text)""",
    "paper_explained": """
        SELECT p.serial FROM paper_form p JOIN session s ON s.id = p.session_id
        WHERE s.state = 'closed' AND p.state = 'printed'""",
    "received_have_an_end": """
        SELECT v.id::text FROM visit v JOIN session s ON s.id = v.session_id
        WHERE s.state = 'closed' AND v.state IN ('checked_in', 'consented', 'cleared', 'dosed', 'observed')""",
    "dose_claims_point_to_records": f"""
        SELECT k.record_id::text FROM dose_claim k LEFT JOIN {_CURRENT} c ON c.record_id = k.record_id
        WHERE c.id IS NULL OR c.status <> 'completed'""",
    "events_handled_once": """
        SELECT event_id::text || ' ' || handler FROM outbox_delivery WHERE state = 'dead'
        UNION ALL SELECT event_id::text || ' ' || handler FROM outbox_delivery GROUP BY event_id, handler HAVING count(*) > 1
        UNION ALL SELECT event_id::text || ' ' || handler FROM outbox_delivery WHERE state = 'pending' AND due_at < %(late)s""",
    "report_equals_records": f"""
        SELECT coalesce(v.session_id, c.session_id)::text || ' ' || coalesce(v.indicator, c.indicator) FROM (
          SELECT session_id, i.indicator, count(*) AS n FROM (
            SELECT d.*, d.dosed_at IS NOT NULL AND (k.status = 'completed' OR EXISTS (
              SELECT 1 FROM moved_dose f JOIN {_CURRENT} m ON m.record_id = f.record_id
                WHERE k.status <> 'completed' AND m.status = 'completed' AND f.given_as = k.record_id)) AS given
            FROM visit d LEFT JOIN {_CURRENT} k ON k.record_id = d.record_id) visit CROSS JOIN LATERAL (VALUES ('received', true),
            ('injected', given), ('observed', given AND observed_at IS NOT NULL), (state, state IN ('refused', 'deferred', 'referred', 'contraindicated', 'withdrawn', 'left_early')))
            i(indicator, counts) WHERE i.counts GROUP BY session_id, i.indicator) v
        FULL JOIN (SELECT session_id, indicator, sum(count) AS n FROM day_count WHERE indicator IN ('received', 'injected', 'observed', 'refused',
            'deferred', 'referred', 'contraindicated', 'withdrawn', 'left_early') GROUP BY session_id, indicator HAVING sum(count) <> 0) c
          ON c.session_id = v.session_id AND c.indicator = v.indicator
        WHERE coalesce(v.n, 0) <> coalesce(c.n, 0) AND NOT EXISTS (SELECT 1 FROM outbox_delivery d WHERE d.state = 'pending'
          AND d.handler LIKE 'reporting.%%' AND d.data->>'session_id' = coalesce(v.session_id, c.session_id)::text)""",
    "actions_audited": """
        SELECT v.id::text FROM visit v WHERE v.dosed_at IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM audit_row a WHERE a.person_id = v.person_id AND a.action LIKE '%%dose%%')""",
}


def check(*, at: datetime, late: datetime, since: datetime | None = None) -> list[Checked]:
    """Check every invariant; `late` says since when a pending delivery is overdue, `since` which certificates to verify again."""
    found = []
    for name, query in QUERIES.items():
        with connection.cursor() as cursor:
            cursor.execute(query, {"late": late})
            rows = tuple(str(row[0]) for row in cursor.fetchmany(20))
        found.append(Checked(name, not rows, rows))
    broken = tuple(f"chain {row.chain} row {row.seq} {row.why}" for row in audit.verify())
    found.append(Checked("audit_intact", not broken, broken))
    found.append(_each("certificates_verify", lambda: _unverified(at, since)))
    return found


def _each(name: str, broken: Callable[[], tuple[str, ...]]) -> Checked:
    rows = broken()
    return Checked(name, not rows, rows)


def _unverified(at: datetime, since: datetime | None) -> tuple[str, ...]:
    """Issued certificates that our own verifier, with the published trust list and revocations, does not accept."""
    bad = []
    for certificate_id in issued_since(since):
        verdict = certificates.check(certificates.hc1(certificate_id), at=at)
        if not verdict.valid:
            bad.append(f"{certificate_id} {verdict.reason}")
        if len(bad) >= 20:
            break
    return tuple(bad)


def issued_since(since: datetime | None, limit: int = 5000) -> list[UUID]:
    """Live certificates issued since a moment, newest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM certificate WHERE state = 'issued' AND (%(since)s::timestamptz IS NULL OR issued_at >= %(since)s)"
            " ORDER BY issued_at DESC LIMIT %(limit)s",
            {"since": since, "limit": limit},
        )
        return [row[0] for row in cursor.fetchall()]
