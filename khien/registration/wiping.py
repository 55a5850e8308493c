"""What rows of lists say of people who were never registered by them is kept for 90 days and no longer."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from khien.kernel.refs import SYSTEM
from khien.plumbing import audit

from . import sealing
from .lists import KEEP
from .models import ListRow, PeopleList

BATCH = 2000
_PLAIN = ("field", "code", "why")  # of a remark: which field and why; never what stood in it


def wipe_old_rows(at: datetime, size: int = BATCH) -> int:
    """Wipe the personal data of rows that were never sent, 90 days after the upload; number, state and reasons stay. Returns how many."""
    with transaction.atomic():
        lists = PeopleList.objects.filter(uploaded_at__lt=at - KEEP).values("id")
        rows = list(
            ListRow.objects.select_for_update(skip_locked=True)
            .filter(list_id__in=lists, wiped_at__isnull=True)
            .exclude(state="sent")
            .order_by("list_id", "number")[:size]
        )
        for row in rows:
            row.raw_cipher, row.values_cipher, row.number_hash = sealing.seal([]), sealing.seal({}), ""
            row.repairs, row.refusals, row.warnings = (list(map(_plain, told)) for told in (row.repairs, row.refusals, row.warnings))
            row.possible_ids, row.person_id, row.wiped_at = [], None, at
        fields = ["raw_cipher", "values_cipher", "number_hash", "repairs", "refusals", "warnings", "possible_ids", "person_id", "wiped_at"]
        ListRow.objects.bulk_update(rows, fields, batch_size=500)
        for list_id in dict.fromkeys(row.list_id for row in rows):
            audit.record("registration.rows_wiped", by=SYSTEM, at=at, subject=f"list:{list_id}", rows=sum(row.list_id == list_id for row in rows))
    return len(rows)


def _plain(remark: Mapping[str, Any]) -> dict[str, Any]:
    return {name: remark[name] for name in _PLAIN if name in remark}
