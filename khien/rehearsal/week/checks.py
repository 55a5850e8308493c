"""What the records hold of a point's day, against what hands did there."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.db import connection

from khien.rehearsal.shelf import unaccounted
from khien.rehearsal.week.guest import Guest
from khien.rehearsal.week.score import SiteDay

_DOSES = """
    SELECT DISTINCT ON (i.record_id) i.record_id, i.visit_id::text, i.on_date, i.performed_at, i.status,
      (SELECT min(f.recorded_at) FROM immunization f WHERE f.record_id = i.record_id) AS recorded_at
    FROM immunization i WHERE i.session_id = %s ORDER BY i.record_id, i.version DESC"""


def compare(score: SiteDay, guests: Sequence[Guest], *, session_id: str, site_id: str, day: date, lots: set[str]) -> None:
    """Count what was lost, doubled, put on the wrong day, left unaccounted or unexplained."""
    with connection.cursor() as cursor:
        cursor.execute(_DOSES, [session_id])
        doses = [row for row in cursor.fetchall() if row[4] == "completed"]
        cursor.execute("SELECT count(*) FROM paper_form WHERE session_id = %s AND state = 'printed'", [session_id])
        score.unexplained = int(cursor.fetchone()[0])
    injected = [guest for guest in guests if guest.dosed is not None]
    recorded = [row[1] for row in doses]
    held = set(recorded)
    score.lost = sum(guest.visit not in held for guest in injected)
    score.duplicates = len(recorded) - len({guest.visit for guest in injected} & held)
    score.wrong_days = sum(row[2] != day for row in doses)
    score.delays = [max(0.0, (row[5] - row[3]) / timedelta(minutes=1)) for row in doses]
    score.unaccounted = len(unaccounted(site_id, day, lots))


def waiting_texts() -> int:
    """Messages that wait for the gateway."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM message WHERE channel = 'sms' AND state IN ('pending', 'leased') AND attempts > 0")
        return int(cursor.fetchone()[0])
