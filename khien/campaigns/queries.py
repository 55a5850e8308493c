"""Reads of the campaign: the rule book, the consent's wording, who is called first."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID

from django.db import connection

from khien.campaigns.book_types import PriorityGroup, Vaccine
from khien.campaigns.rounds import round_of as round_of
from khien.campaigns.rounds import rounds as rounds
from khien.campaigns.rounds import rounds_on as rounds_on
from khien.campaigns.rulebook import RuleBook
from khien.kernel.errors import Refused
from khien.plumbing import once

from .models import Campaign, ConsentText, RuleEntry
from .reference import CODE, raw_entry


@dataclass(frozen=True, slots=True)
class CampaignInfo:
    """One campaign; `epoch` is the geography it works in."""

    id: UUID
    code: str
    name_vi: str
    name_en: str
    disease: str
    epoch: str
    starts_on: date
    ends_on: date | None
    observe_minutes: int


@dataclass(frozen=True, slots=True)
class ConsentWording:
    """The text that a person, or a guardian, agrees to."""

    version: str
    for_minor: bool
    text_vi: str
    text_en: str
    source: str
    in_force_from: date
    reason: str = ""
    recorded_at: datetime | None = None
    recorded_by: str = ""


@dataclass(frozen=True, slots=True)
class RuleVersion:
    """One entry of a rule's history: in force, to come, ended, or superseded by an edit."""

    id: UUID
    kind: str
    key: str
    data: dict[str, object]
    in_force_from: date
    in_force_to: date | None
    source: str
    reason: str
    recorded_at: datetime
    recorded_by: str
    superseded_at: datetime | None


def campaign(code: str = CODE) -> CampaignInfo:
    """The campaign. Raises Refused campaigns.unknown_campaign."""
    row = Campaign.objects.filter(code=code).first()
    if row is None:
        raise Refused("campaigns.unknown_campaign")
    return CampaignInfo(
        row.id, row.code, row.name_vi, row.name_en, row.disease, row.epoch, row.starts_on, row.ends_on, row.observe_minutes
    )


def rules_version() -> str:
    """Changes with every edit of a rule: entries are only ever added."""
    kept = once.shelf("campaigns.rules")
    if "version" not in kept:
        with connection.cursor() as cursor:
            cursor.execute("SELECT campaigns_rules_version()")
            kept["version"] = str(cursor.fetchone()[0])
    version: str = kept["version"]
    return version


RULES = once.Part("to_jsonb(campaigns_rules_version()::text)", lambda ids, told: once.shelf("campaigns.rules").update(version=told))


def rulebook(on: date | None = None, *, version: str = "") -> RuleBook:
    """The rules of every day, as they stand after the last edit; `on` is the day the caller asks it about.

    Kept in memory until a rule changes; `version` spares the look-up when the caller just read it.
    """
    return _book(version or rules_version())


@lru_cache(maxsize=4)
def _book(version: str) -> RuleBook:
    return RuleBook.from_entries(raw_entry(row) for row in RuleEntry.objects.filter(superseded_at__isnull=True))


def vaccines(on: date) -> tuple[Vaccine, ...]:
    """The vaccines in use on this day: approved and with a schedule; by short name."""
    rules = rulebook(on).on(on)
    return tuple(sorted((v for v in rules.vaccines.values() if v.code in rules.schedules), key=lambda v: v.short_vi))


def groups(on: date, *provinces: str) -> tuple[PriorityGroup, ...]:
    """The priority groups on this day, in order; of the local ones those of these provinces (2021 codes) only."""
    return tuple(group for group in rulebook(on).on(on).groups if group.province is None or group.province in provinces)


def every_group(on: date) -> tuple[PriorityGroup, ...]:
    """The priority groups on this day with those of every province: who works in one may live in another."""
    return tuple(rulebook(on).on(on).groups)


def consent_text(version: str | None = None, *, for_minor: bool = False, on: date | None = None) -> ConsentWording:
    """The consent's wording of this version, or the one in force for a minor or an adult on this day.

    Raises Refused campaigns.no_consent_text.
    """
    rows = ConsentText.objects.all()
    if version:
        rows = rows.filter(version=version)
    else:
        rows = rows.filter(for_minor=for_minor, **({"in_force_from__lte": on} if on else {}))
    row = rows.order_by("-in_force_from", "-version").first()
    if row is None:
        raise Refused("campaigns.no_consent_text")
    return _wording(row)


def consent_texts(*, for_minor: bool) -> tuple[ConsentWording, ...]:
    """Every wording there ever was for minors, or for adults, the newest day first."""
    return tuple(_wording(row) for row in ConsentText.objects.filter(for_minor=for_minor).order_by("-in_force_from", "-version"))


def _wording(row: ConsentText) -> ConsentWording:
    return ConsentWording(
        row.version, row.for_minor, row.text_vi, row.text_en, row.source, row.in_force_from, row.reason, row.recorded_at, row.recorded_by or ""
    )


def rule_history(kind: str, key: str = "") -> tuple[RuleVersion, ...]:
    """Every entry there ever was of one kind, or of one rule; superseded ones too, the newest day first."""
    rows = RuleEntry.objects.filter(kind=kind)
    if key:
        rows = rows.filter(key=key)
    return tuple(
        RuleVersion(
            row.id, row.kind, row.key, row.data, row.in_force_from, row.in_force_to, row.source, row.reason, row.recorded_at,
            row.recorded_by, row.superseded_at,
        )
        for row in rows.order_by("key", "-in_force_from", "-recorded_at", "id")
    )  # fmt: skip
