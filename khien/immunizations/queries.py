"""Reads of the record: history with the rules' reading of each dose, one record, its versions."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from khien.campaigns import queries as campaigns
from khien.campaigns import rules
from khien.campaigns.rulebook import RuleBook
from khien.campaigns.types import DoseType, EvaluatedDose, Evidence, Facts, NextDose, PastDose, Recipient
from khien.immunizations import models
from khien.immunizations import rules as own_rules
from khien.immunizations.standing import MOVED as MOVED
from khien.immunizations.standing import Standing as Standing
from khien.immunizations.standing import recorded_as as recorded_as
from khien.immunizations.standing import site_days as site_days
from khien.immunizations.standing import standing as standing
from khien.immunizations.standing import written_as as written_as
from khien.immunizations.types import History, ImmunizationView, ToldDose
from khien.kernel import clock
from khien.kernel.births import PartialDate
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor, Scope
from khien.kernel.sex import Sex
from khien.people import queries as people
from khien.places import queries as places
from khien.plumbing import once, sqlcall

DECIDED = {"campaigns.marked_valid": True, "campaigns.marked_invalid": False}


def current_rows(person_ids: Iterable[UUID]) -> list[models.Immunization]:
    """The latest version of each record of these ids, by day."""

    def fetch(some: list[UUID]) -> Iterable[tuple[UUID, models.Immunization]]:
        rows = models.Immunization.objects.filter(person_id__in=some).order_by("record_id", "-version").distinct("record_id")
        return ((row.person_id, row) for row in rows)

    return sorted(once.rows("immunizations.current", person_ids, fetch), key=lambda row: (row.on_date, row.record_id))


def _keep(ids: list[UUID], told: list[dict[str, Any]]) -> None:
    once.keep("immunizations.current", ids, ((row.person_id, row) for row in (once.instance(models.Immunization, one) for one in told)))


DOSES = once.Part("immunizations_told(x.ids)", _keep)


def past_doses(person_id: UUID) -> tuple[PastDose, ...]:
    """The person's doses as the rules take them; `ref` is the record's id."""
    return tuple(past(row) for row in current_rows(people.ids_of(person_id)) if row.status == "completed")


def rows_of(person_ids: Iterable[UUID]) -> dict[UUID, list[models.Immunization]]:
    """The standing records of many (surviving) people at once, those under former ids included."""
    ids = people.members(person_ids)
    found: dict[UUID, list[models.Immunization]] = {}
    for row in current_rows(ids):
        if row.status == "completed":
            found.setdefault(ids[row.person_id], []).append(row)
    return found


def known_of(people_told: Mapping[UUID, tuple[PartialDate, str]]) -> dict[UUID, tuple[Recipient, tuple[PastDose, ...]]]:
    """Many people as the rules take them, each with past doses; `people_told` gives birth and sex by surviving id."""
    rows = rows_of(people_told)
    return {
        person_id: (recipient_of(birth, sex, rows.get(person_id, ())), tuple(past(row) for row in rows.get(person_id, ())))
        for person_id, (birth, sex) in people_told.items()
    }


def past(row: models.Immunization | ToldDose) -> PastDose:
    """One row as the rules take it.

    Which dose it is follows from the whole history; only what a paper states, and an additional dose (given for a reason that
    lay in the person's health on that day), is stated.
    """
    stated: tuple[DoseType | None, int | None] = (None, None)
    if "stated" in row.validity_facts:
        kind, ordinal = row.validity_facts["stated"]
        stated = (DoseType(kind), ordinal)
    elif row.dose_type == DoseType.ADDITIONAL:
        stated = (DoseType.ADDITIONAL, row.ordinal)
    evidence = Evidence(row.evidence) if row.evidence in set(Evidence) else Evidence.RECORD
    return PastDose(row.vaccine, row.on_date, *stated, DECIDED.get(row.validity_code), evidence, str(row.record_id))


def told(
    raw: Iterable[Mapping[str, Any]], birth: PartialDate, sex: str, *, province: str = "", facts: Facts | None = None
) -> tuple[Recipient, tuple[PastDose, ...]]:
    """A person and their doses as `immunizations_past` tells them in SQL, for whoever reads everything in one call."""
    rows = [ToldDose(**{**dose, "on_date": date.fromisoformat(dose["on_date"])}) for dose in raw]
    return recipient_of(birth, sex, rows, province=province, facts=facts), tuple(past(row) for row in rows)


def recipient(person_id: UUID, *, province: str = "", facts: Facts | None = None) -> Recipient:
    """The person as the rules take them; a birth date that a doctor settled at an earlier dose stands."""
    basics = people.basics([person_id]).get(person_id)
    if basics is None:
        raise Refused("people.unknown")
    return recipient_of(basics.birth, basics.sex, current_rows(people.ids_of(person_id)), province=province, facts=facts)


def recipient_of(
    birth: PartialDate, sex: str, rows: Iterable[models.Immunization | ToldDose], *, province: str = "", facts: Facts | None = None
) -> Recipient:
    """Put a recipient together from what is known."""
    known = facts or Facts()
    settled = next((row.validity_facts["settled_birth"] for row in rows if row.validity_facts.get("settled_birth")), None)
    if settled and known.settled_birth is None:
        known = replace(known, settled_birth=date.fromisoformat(settled))
    return Recipient(birth, Sex(sex) if sex in set(Sex) else Sex.UNKNOWN, known, province)


def history(person_id: UUID, on: date) -> History:
    """Every dose with its validity and the sentence that says why, and the next dose as of this day."""
    rows = [row for row in current_rows(people.ids_of(person_id)) if row.status == "completed"]
    basics = people.basics([person_id]).get(person_id)
    if basics is None:
        raise Refused("people.unknown")
    who = recipient_of(basics.birth, basics.sex, rows, province=basics.place.province_2021)
    book = campaigns.rulebook(on)
    doses = [past(row) for row in rows]
    told, coming = rules.whole(book, who, doses, on)
    read = {dose.dose.ref: dose for dose in told}
    views = tuple(_read(view(row, book), read[str(row.record_id)]) for row in rows)
    if any(one.validity == "uncertain" and one.validity_code in own_rules.DOUBTS for one in views):
        vi, en = own_rules.AWAITED
        coming = replace(coming, sentence_vi=f"{coming.sentence_vi} {vi}".strip(), sentence_en=f"{coming.sentence_en} {en}".strip())
    return History(person_id, on, tuple(sorted(views, key=lambda v: (v.on_date, v.number))), coming)


def in_doubt(scopes: Iterable[Scope] | None = None, *, limit: int = 100) -> list[ImmunizationView]:
    """Doses about which a person has still to decide, given at points inside these scopes (None: everywhere), the oldest first."""
    newer = models.Immunization.objects.filter(person_id=OuterRef("person_id"), record_id=OuterRef("record_id"), version__gt=OuterRef("version"))
    rows = models.Immunization.objects.filter(validity="uncertain", status="completed", validity_code__in=list(own_rules.DOUBTS))
    rows = rows.exclude(validity_code="").exclude(Exists(newer))
    if scopes is not None:
        rows = rows.filter(places.within(scopes, units=None, site="site_id"))
    book = campaigns.rulebook()
    found = []
    for row in rows.order_by("recorded_at", "id")[:limit]:
        vi, en = own_rules.doubt(row.validity_code, row.lot_number, row.validity_facts)
        found.append(replace(view(row, book), sentence_vi=vi, sentence_en=en))
    return found


def doubted_alike(dose: ImmunizationView) -> list[UUID]:
    """The other doses of the same lot at the same point about which a person has still to decide, for the same reason."""
    if dose.lot_id is None or dose.site_id is None or dose.validity_code not in own_rules.LOT_DOUBTS:
        return []
    rows = _given_of_lot(dose.lot_id, None).filter(site_id=dose.site_id, validity="uncertain", validity_code=dose.validity_code)
    return list(rows.exclude(record_id=dose.record_id).order_by("record_id").values_list("record_id", flat=True))


def own_doses(session: str, person_id: UUID) -> str | None:
    """A person's doses as recorded, as a JSON list, for an account signed in by this session: one call for the right and the doses.

    None where that account may not open this record. Which dose comes next is `history`'s to say.
    """
    found: str | None = sqlcall.call("SELECT immunizations_own(%s, %s)::text", [session, person_id])[0]
    return found


def look_up(number: str, *, by: Actor, office: str, purpose: str, route: str, at: datetime) -> str:
    """Who told this identity number, with the doses as recorded, as a JSON list; each look is logged: one call."""
    log = {"at": at, "staff": by.id, "post": by.post_id, "office": office, "purpose": purpose, "route": route}
    told = sqlcall.as_json({"hashes": sorted(people.number_hashes(number)), "log": log})
    found: str = sqlcall.call("SELECT immunizations_look_up(%s::jsonb)::text", [told])[0]
    return found


def next_dose(person_id: UUID, on: date) -> NextDose:
    """The next dose due, as of this day."""
    return history(person_id, on).next_dose


def _read(stored: ImmunizationView, read: EvaluatedDose) -> ImmunizationView:
    """The stored dose with the rules' reading; a doubt about the lot or a claim held twice stays until a person decides."""
    said = (read.sentence_vi, read.sentence_en)
    validity, code = read.validity.value, read.code
    doubt = own_rules.standing_doubt(stored.validity_code, stored.marks)
    if doubt and validity == "valid":
        validity, code = "uncertain", doubt
        said = own_rules.doubt(code, stored.lot_number, stored.facts)
    return replace(
        stored,
        dose_type=read.dose_type.value,
        ordinal=read.ordinal,
        validity=validity,
        validity_code=code,
        sentence_vi=said[0],
        sentence_en=said[1],
        number=read.number,
        size=read.size,
        facts={**stored.facts, **read.facts},
    )


def record(record_id: UUID) -> ImmunizationView | None:
    """One record at its latest version; with the rules' reading unless it was entered in error."""
    row = latest(record_id)
    if row is None:
        return None
    if row.status != "completed":
        return view(row, campaigns.rulebook(row.on_date))
    return next(dose for dose in history(row.person_id, row.on_date).doses if dose.record_id == record_id)


def versions(record_id: UUID) -> list[ImmunizationView]:
    """Every version of a record as it was stored, the first one first."""
    rows = list(models.Immunization.objects.filter(record_id=record_id).order_by("version"))
    book = campaigns.rulebook()
    return [view(row, book) for row in rows]


def latest(record_id: UUID) -> models.Immunization | None:
    """The latest version's row (for this room and its handlers)."""
    return models.Immunization.objects.filter(record_id=record_id).order_by("-version").first()


def count_facts(record_id: UUID) -> dict[str, Any] | None:
    """What coverage counts of one dose, without a name: who (id), which dose, when, where; `counted` says whether it stands."""
    row = latest(record_id)
    if row is None:
        return None
    return {
        "person_id": row.person_id, "dose": f"{row.dose_type}-{row.ordinal}", "vaccine": row.vaccine, "on_date": row.on_date,
        "counted": row.status == "completed" and row.validity != "invalid", "elsewhere": row.origin == "elsewhere",
        "at_2021": row.place_commune_2021, "at_2025": row.place_commune_2025, "at_province_2021": row.place_province_2021,
    }  # fmt: skip


def record_ids(person_id: UUID) -> list[UUID]:
    """Every record of a person, those entered in error too, over all ids the person was known by."""
    rows = models.Immunization.objects.filter(person_id__in=people.ids_of(person_id))
    return list(rows.order_by("record_id").values_list("record_id", flat=True).distinct())


def of_lot(lot_id: UUID, *, limit: int = 10_000) -> list[ImmunizationView]:
    """The doses given from a lot, for a recall."""
    ids = models.Immunization.objects.filter(lot_id=lot_id).values_list("record_id", flat=True)
    rows = models.Immunization.objects.filter(record_id__in=ids).order_by("record_id", "-version").distinct("record_id")
    book = campaigns.rulebook()
    return [view(row, book) for row in rows[:limit] if row.status == "completed" and row.lot_id == lot_id]


def _given_of_lot(lot_id: UUID, scopes: Iterable[Scope] | None) -> QuerySet[models.Immunization]:
    newer = models.Immunization.objects.filter(record_id=OuterRef("record_id"), version__gt=OuterRef("version"))
    rows = models.Immunization.objects.filter(lot_id=lot_id, status="completed").exclude(Exists(newer))
    return rows if scopes is None else rows.filter(places.within(scopes, units=None, site="site_id"))


def sites_of_lot(lot_id: UUID, scopes: Iterable[Scope] | None = None) -> dict[UUID, int]:
    """Doses given from a lot by point, inside these scopes (None: everywhere)."""
    rows = _given_of_lot(lot_id, scopes).filter(site_id__isnull=False).values_list("site_id").annotate(n=Count("id"))
    return {site_id: n for site_id, n in rows.order_by()}


def recipients_of_lot(
    lot_id: UUID, scopes: Iterable[Scope] | None = None, *, after: UUID | None = None, limit: int = 200
) -> list[ImmunizationView]:
    """Who received a lot, for a recall: current doses by record, `after` the last record of the page before."""
    rows = _given_of_lot(lot_id, scopes).order_by("record_id")
    book = campaigns.rulebook()
    return [view(row, book) for row in (rows.filter(record_id__gt=after) if after else rows)[:limit]]


def count_given(lot_id: UUID, site_id: UUID, since: datetime, until: datetime | None = None) -> int:
    """How many doses of a lot were given at a point from one moment to another (None: until now)."""
    return _given_at(lot_id, site_id, since, until).count()


def given_between(
    lot_id: UUID, site_id: UUID, since: datetime, until: datetime, *, after: UUID | None = None, recorded_after: datetime | None = None, unmarked: str = "",
    limit: int = 300,
) -> list[tuple[UUID, UUID]]:  # fmt: skip
    """Those doses: record and person, by record, `after` the last record of the page before; without those that carry a mark."""
    rows = _given_at(lot_id, site_id, since, until).order_by("record_id")
    rows = rows.exclude(marks__contains=[unmarked]) if unmarked else rows
    rows = rows.filter(recorded_at__gt=recorded_after) if recorded_after else rows
    return list((rows.filter(record_id__gt=after) if after else rows).values_list("record_id", "person_id")[:limit])


def _given_at(lot_id: UUID, site_id: UUID, since: datetime, until: datetime | None) -> QuerySet[models.Immunization]:
    """A dose of which only the day is known may have been given in any of its minutes."""
    rows = _given_of_lot(lot_id, None).filter(Q(performed_at__gte=since) | Q(performed_at__isnull=True), site_id=site_id, on_date__gte=clock.on_date(since))
    return rows.filter(Q(performed_at__lte=until) | Q(performed_at__isnull=True), on_date__lte=clock.on_date(until)) if until else rows


def given_on(site_id: UUID, on: date) -> dict[UUID, int]:
    """Doses on record at a point on a day by lot, those keyed from paper too: what the ledger's draws must equal."""
    newer = models.Immunization.objects.filter(record_id=OuterRef("record_id"), version__gt=OuterRef("version"))
    rows = models.Immunization.objects.filter(site_id=site_id, on_date=on, status="completed", origin__in=("visit", "paper"))
    found = rows.exclude(Exists(newer)).filter(lot_id__isnull=False).values_list("lot_id").annotate(n=Count("id"))
    return {lot_id: n for lot_id, n in found.order_by() if lot_id}


def colliding_claims(person_ids: Iterable[UUID]) -> list[tuple[str, int, list[UUID]]]:
    """Doses of the course that several records of one person claim (after a merge): type, ordinal, records."""
    found: dict[tuple[str, int], list[UUID]] = {}
    claims = models.DoseClaim.objects.filter(person_id__in=list(person_ids))
    for kind, ordinal, record_id in claims.values_list("dose_type", "ordinal", "record_id"):
        found.setdefault((kind, ordinal), []).append(record_id)
    return [(kind, ordinal, sorted(records)) for (kind, ordinal), records in sorted(found.items()) if len(records) > 1]


def view(row: models.Immunization, book: RuleBook) -> ImmunizationView:
    """The row as a type, as stored."""
    known = book.vaccines.get(row.vaccine)
    return ImmunizationView(
        record_id=row.record_id, version=row.version, person_id=row.person_id, status=row.status, course=row.course,
        vaccine=row.vaccine, vaccine_name=known.name if known else row.vaccine, dose_type=row.dose_type, ordinal=row.ordinal,
        on_date=row.on_date, lot_number=row.lot_number, lot_id=row.lot_id, volume_ml=row.volume_ml, performed_at=row.performed_at,
        performed_by=row.performed_by, performed_by_name=row.performed_by_name, recorded_at=row.recorded_at,
        recorded_by=row.recorded_by, site_id=row.site_id, session_id=row.session_id, visit_id=row.visit_id,
        facility_id=row.facility_id, facility_name=row.facility_name, country=row.country, origin=row.origin,
        evidence=row.evidence, evidence_file=row.evidence_file, validity=row.validity, validity_code=row.validity_code,
        marks=tuple(row.marks), reason=row.reason, facility_signed_at=row.facility_signed_at, facts=row.validity_facts,
    )  # fmt: skip
