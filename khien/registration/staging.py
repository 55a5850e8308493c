"""Stage the rows of a list: each accepted, repaired, refused, or maybe somebody on record, which a human decides."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from khien.campaigns import queries as campaigns
from khien.kernel import clock, names
from khien.kernel.births import PartialDate
from khien.kernel.errors import Refused
from khien.kernel.identifiers import Identified, IdType
from khien.kernel.ids import uuid7
from khien.people import queries as people
from khien.people import rules as people_rules
from khien.people.types import Met, NewGuardian, NewPerson
from khien.places import queries as places
from khien.plumbing import bulk

from . import rules, sealing
from .models import ListRow, PeopleList
from .types import RowIn, Wish


def person_of(values: Mapping[str, str], *, place_key: str = "", contact_only: bool = True) -> NewPerson:
    """The person that a row's values tell of; `place_key` is the ward's own when the row names none."""
    number, former, insurance = (_number(values, kind) for kind in ("id", "former", "insurance"))
    key = (
        f"{values['epoch']}-{code}"
        if (code := values.get("commune") or values.get("district") or values.get("province"))
        else place_key
    )
    guardian = NewGuardian(values["guardian_name"], values.get("guardian_phone", "")) if "guardian_name" in values else None
    return NewPerson(
        full_name=values["full_name"], birth=PartialDate.from_iso(values["birth"]), sex=values["sex"], identifier=number,
        other_identifiers=(former,) if former else (), insurance=insurance,
        no_identifier_reason=values.get("no_papers", "") if number is None else "", phone=values.get("phone", ""),
        phone_contact_only=contact_only, email=values.get("email", ""), place_key=key, address=values.get("address", ""),
        nationality=values.get("nationality", "VN"), ethnic_code=values.get("ethnic", ""), occupation=values.get("occupation", ""),
        work_unit=values.get("work_unit", ""), neighbourhood=values.get("neighbourhood", ""), guardian=guardian,
    )  # fmt: skip


def _number(values: Mapping[str, str], kind: str) -> Identified | None:
    if kind == "former":
        return Identified(IdType.CMND, "VN", values["former_id"]) if values.get("former_id") else None
    if kind == "insurance":
        return Identified(IdType.BHYT, "VN", values["insurance"]) if values.get("insurance") else None
    if not values.get("id_value"):
        return None
    return Identified(IdType(values["id_type"]), values.get("id_country", "VN"), values["id_value"])


def wish_of(values: Mapping[str, str], organization: UUID) -> Wish:
    """What a row wishes."""
    groups = tuple(code for code in values.get("priority_groups", "").split(",") if code)
    day = values.get("wished_date")
    return Wish(
        groups=groups, wished_from=date.fromisoformat(day) if day else None, wished_shift=values.get("wished_session", ""),
        organization_id=organization,
    )  # fmt: skip


def store(batch: PeopleList, rows: Sequence[RowIn], first_number: int) -> None:
    """Compare a batch with the people on record and keep it, in one insert."""
    known = _groups(batch)
    rows = [_sound(batch, row, known) for row in rows]
    met = _meet(batch, rows)
    bulk.insert(_row(batch, row, first_number + i, met.get(i)) for i, row in enumerate(rows))


def _groups(batch: PeopleList) -> set[str]:
    return {group.code for group in campaigns.every_group(clock.on_date(batch.uploaded_at))}


def _sound(batch: PeopleList, row: RowIn, known: set[str]) -> RowIn:
    """What the queue itself asks of a row: groups that are in force; a child's guardian is missed, not demanded."""
    wrong = [code for code in row.values.get("priority_groups", "").split(",") if code and code not in known]
    refusals = tuple(
        {"field": "priority_group", "code": "registration.group_unknown", "facts": {"group": code}} for code in wrong
    )
    birth = row.values.get("birth")
    alone = birth and "guardian_name" not in row.values and _is_child(birth, batch)
    warnings = ({"field": "guardian_name", "code": "registration.guardian_missing", "facts": {}},) if alone else ()
    return (
        replace(row, refusals=(*row.refusals, *refusals), warnings=(*row.warnings, *warnings)) if refusals or warnings else row
    )


def _is_child(birth: str, batch: PeopleList) -> bool:
    return people_rules.is_minor(PartialDate.from_iso(birth), clock.on_date(batch.uploaded_at))


def _meet(batch: PeopleList, rows: Sequence[RowIn]) -> dict[int, Met]:
    """Whom each sound row would be; its phone proves nothing."""
    sound = {i: person_of(row.values, place_key=batch.commune_key) for i, row in enumerate(rows) if not row.refusals}
    return dict(zip(sound, people.match_many(list(sound.values())), strict=True)) if sound else {}


def _row(batch: PeopleList, row: RowIn, number: int, met: Met | None) -> ListRow:
    state, possible = _judge(row, met)
    return ListRow(
        id=uuid7(), list_id=batch.id, number=number, section=row.section, source_row=row.source_row,
        number_hash=_hash(row.values), raw_cipher=sealing.seal(row.cells), values_cipher=sealing.seal(dict(row.values)),
        repairs=list(row.repairs), refusals=list(row.refusals), warnings=_warnings(row, met), state=state, possible_ids=possible,
    )  # fmt: skip


def _hash(values: Mapping[str, str]) -> str:
    number = _number(values, "id")
    return people.number_hash(number) if number else ""


def _judge(row: RowIn, met: Met | None) -> tuple[str, list[dict[str, Any]]]:
    """The row's state and whom a human must compare it with."""
    if row.refusals:
        return "refused", []
    possible: list[dict[str, Any]] = [
        {"row": one["facts"]["row"], "why": ["name", "birth"]} for one in row.warnings if one["code"] == "sheets.maybe_twice"
    ]
    possible += [{"person": str(id), "why": list(why)} for id, why in (met.possible if met else ())]
    return ("possible" if possible else "repaired" if row.repairs else "accepted"), possible


def _warnings(row: RowIn, met: Met | None) -> list[dict[str, Any]]:
    known = [{"field": "full_name", "code": "registration.known_person", "facts": {}}] if met and met.same else []
    return [*(dict(one) for one in row.warnings), *known]


def restage(batch: PeopleList, found: ListRow, told: RowIn) -> None:
    """Judge corrected values in the row's place; the decision made about the old ones is void.

    `told.cells` stand under the headings of the list's own file.
    """
    told = _against_list(batch, found, _sound(batch, told, _groups(batch)))
    row = _row(batch, told, found.number, _meet(batch, [told]).get(0))
    for name in ("number_hash", "values_cipher", "repairs", "refusals", "warnings", "state", "possible_ids"):
        setattr(found, name, getattr(row, name))
    if told.cells:
        found.raw_cipher = _written(found.raw_cipher, told.cells)
    found.decision, found.decided_at, found.decided_by, found.person_id, found.result = "", None, None, None, ""
    found.save()


def _written(sealed: bytes, now: Sequence[str]) -> bytes:
    """Keep what was sent first, and beside it what was written last."""
    known = sealing.unseal(sealed)
    return sealing.seal({"sent": known["sent"] if isinstance(known, dict) else known, "now": list(now)})


def _against_list(batch: PeopleList, found: ListRow, told: RowIn) -> RowIn:
    """A number that another row of this list has is refused here too."""
    if not (digest := _hash(told.values)):
        return told
    others = (
        ListRow.objects.filter(list_id=batch.id, number_hash=digest)
        .exclude(id=found.id)
        .exclude(state__in=["skipped", "refused"])
    )
    twin = others.order_by("number").first()
    if twin is None:
        return told
    same = names.spelling_key(sealing.unseal(twin.values_cipher).get("full_name", "")) == names.spelling_key(told.values.get("full_name", ""))
    code = "sheets.same_person_twice" if same else "sheets.number_twice"
    refusal = {"field": "identifier", "code": code, "facts": {"row": twin.source_row, "sheet": ""}}
    return RowIn(told.section, told.source_row, told.cells, told.values, told.repairs, (*told.refusals, refusal), told.warnings)


def shared_phones(phones: Mapping[str, int], organization: UUID) -> set[str]:
    """Hashes of the phones that are no one's own: on more rows than a household has people, or the sender's contact."""
    shared = {phone for phone, count in phones.items() if count > rules.FAMILY_ROWS}
    contact = places.organization_phone(organization)
    return {people.phone_hash(phone) for phone in (shared | {contact}) if phone}


def refuse(found: ListRow, refusal: Refused) -> None:
    """A row that could not be registered after all says why."""
    field = "full_name" if refusal.code.startswith("names") else ""
    found.state = "refused"
    found.refusals = [*found.refusals, {"field": field, "code": refusal.code, "facts": {}}]
    found.save(update_fields=["state", "refusals"])


def known(told: NewPerson, person: UUID) -> NewPerson:
    """A human said whose record this is."""
    return replace(told, known_as=person)


def surely_new(told: NewPerson) -> NewPerson:
    """A human said that this is nobody on record."""
    return replace(told, surely_new=True)
