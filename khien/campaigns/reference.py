"""Loads what the campaign ships with: its row, the consent's texts, the rule book. What is there already stays."""

import json
import logging
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from khien.campaigns.rulebook import RuleBook, national_entries
from khien.kernel.errors import Refused
from khien.kernel.refs import SYSTEM

from .models import Campaign, ConsentText, RuleEntry

log = logging.getLogger("khien.campaigns")
CODE = "covid-19"
TEXTS = Path(__file__).parent / "data" / "consent_texts.json"


@transaction.atomic
def load_reference(*, at: datetime) -> None:
    """Load the campaign, the consent's texts and the national rules; an entry changed here is never overwritten."""
    Campaign.objects.get_or_create(
        code=CODE,
        defaults={
            "name_vi": "Chiến dịch tiêm chủng vắc xin phòng COVID-19",
            "name_en": "COVID-19 vaccination campaign",
            "starts_on": date(2021, 3, 8),
        },
    )
    for text in json.loads(TEXTS.read_text(encoding="utf-8")):
        ConsentText.objects.get_or_create(version=text["version"], defaults=text)
    _load_rules(at)


def _load_rules(at: datetime) -> None:
    """Add the shipped entries that this instance has never had."""
    rows = list(RuleEntry.objects.all())
    known = {(row.kind, row.key, row.in_force_from) for row in rows if row.recorded_by == SYSTEM.text}
    kept: list[Mapping[str, Any]] = [raw_entry(row) for row in rows if row.superseded_at is None]
    new = [
        raw for raw in national_entries() if (raw["kind"], raw["key"], date.fromisoformat(raw["in_force_from"])) not in known
    ]
    RuleEntry.objects.bulk_create(
        RuleEntry(
            kind=raw["kind"], key=raw["key"], data=raw["data"], in_force_from=raw["in_force_from"], in_force_to=raw["in_force_to"],
            source=raw["source"], recorded_at=at, recorded_by=SYSTEM.text, reason="Khiên",
        )
        for raw in _fitting(kept, new)
    )  # fmt: skip


def _fitting(kept: list[Mapping[str, Any]], new: list[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    """All new entries, or those that do not contradict a rule which this instance changed for itself."""
    try:
        RuleBook.from_entries([*kept, *new])
        return new
    except Refused:
        fitting: list[dict[str, Any]] = []
        for raw in new:
            try:
                RuleBook.from_entries([*kept, *fitting, raw])
                fitting.append(raw)
            except Refused as refusal:
                log.warning("rule %s %s of this release is left out: %s", raw["kind"], raw["key"], refusal.code)
        return fitting


def raw_entry(row: RuleEntry) -> dict[str, Any]:
    """A stored entry as the pure rules read it."""
    return {
        "kind": row.kind, "key": row.key, "data": row.data, "in_force_from": row.in_force_from, "in_force_to": row.in_force_to,
        "source": row.source,
    }  # fmt: skip
