"""`bin/khien population --people N [--doses 3]`: a synthetic population by COPY, seeded, in households that share phones.

The boards hear nothing of it: `bin/khien rollups rebuild` counts them afterwards. Asked again for more people of the same seed, it adds those that are missing.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import islice
from random import Random
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from khien.immunizations.models import DoseClaim, Immunization
from khien.kernel import clock, codes, names
from khien.kernel.identifiers import Identified, IdType
from khien.kernel.ids import uuid7
from khien.people import keys
from khien.people.models import Identifier, IdentifierHolder, NameWord, Person
from khien.places import queries as places
from khien.plumbing import marks
from khien.registration.models import Registration, RegistrationWay
from khien.synthetic import given
from khien.synthetic.copying import Rows, without_indexes
from khien.synthetic.crowd import Crowd, Somebody

BATCH = 20_000
PROVINCE = "79"
Tell = Callable[[int, int], None]


def main(argv: list[str]) -> int:
    """Load the people and say how fast it went."""
    parser = argparse.ArgumentParser("khien population")
    parser.add_argument("--people", type=int, required=True)
    parser.add_argument("--seed", type=int, default=2021)
    parser.add_argument("--dosed", type=float, default=0.5, help="share of people with a dose already recorded")
    parser.add_argument(
        "--doses", type=int, default=1, choices=(1, 2, 3),
        help="of each of them: 1, told of; 2 or 3 on average, given at the points (asked again: to those without a dose)",
    )  # fmt: skip
    options = parser.parse_args(argv)
    if not settings.DEMO:
        print("khien: synthetic people are refused in production (KHIEN_MODE=production)", file=sys.stderr)
        return 2
    began = time.monotonic()
    told = options.dosed if options.doses == 1 else 0.0
    added = load(options.people, seed=options.seed, dosed=told, at=clock.now(), tell=_tell)
    seconds = time.monotonic() - began
    print(f"\r{added} people in {seconds:.0f} s ({added / max(seconds, 0.001):.0f}/s); {count(seed=options.seed)} in all")
    if options.doses > 1:
        began = time.monotonic()
        doses = give(options.doses, share=options.dosed, at=clock.now())
        print(f"{doses} doses with their visits in {time.monotonic() - began:.0f} s")
    print("boards and reports count them after: bin/khien rollups rebuild")
    return 0


def count(*, seed: int = 2021) -> int:
    """How many people of this seed were loaded."""
    known = marks.get(f"population:{seed}")
    return int(known["people"]) if known else 0


def _tell(done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done}/{total}", end="", file=sys.stderr, flush=True)


def load(people: int, *, seed: int, dosed: float, at: datetime, tell: Tell = lambda done, total: None) -> int:
    """Load persons with numbers, name words, a registration each, and a dose told of by a share of them, until there are `people`.

    Returns how many were added.
    """
    known = marks.get(f"population:{seed}") or {"people": 0, "loaded_at": at.isoformat()}
    before = int(known["people"])
    if before >= people:
        return 0
    districts = places.children(f"2021-{PROVINCE}")
    communes = [unit.key for district in districts for unit in places.children(district.key)]
    began_on = clock.on_date(datetime.fromisoformat(known["loaded_at"]))  # the same day makes the same crowd again
    crowd = Crowd(seed, communes, today=began_on, adults_only=True, first_serial=1000)
    loader = _Loader(Random(seed + before), at, _codes_in_use())
    written = [rows.table for rows in loader.all]
    with transaction.atomic(), without_indexes(*written):
        for number, somebody in enumerate(islice(crowd.people(people), before, None), 1):
            loader.add(somebody, dosed)
            if number % BATCH == 0:
                loader.flush()
                tell(number, people - before)
        loader.flush()
        marks.put(f"population:{seed}", {**known, "people": people})
    _vacuum(written)
    return people - before


def _vacuum(written: Iterable[str]) -> None:
    with connection.cursor() as cursor:
        for table in written:
            cursor.execute(f'VACUUM (ANALYZE) "{table}"')


def give(mean: int, *, share: float, at: datetime) -> int:
    """Give courses to this share of the synthetic people who have no dose; return how many doses."""
    with transaction.atomic():
        doses = given.give(mean=mean, share=share, at=at)
    _vacuum(given.TABLES)
    return doses


def _codes_in_use() -> set[str]:
    return set(Registration.objects.values_list("code", flat=True).iterator(chunk_size=BATCH))


@lru_cache(maxsize=200_000)  # a million people share some fifty thousand names
def _name_keys(full_name: str) -> tuple[str, str]:
    return names.name_key(full_name), names.sort_key(full_name)


class _Loader:
    """Turns people into rows of the tables that their actions would have written."""

    def __init__(self, random: Random, at: datetime, codes_in_use: set[str]) -> None:
        self.random, self.at, self.by, self.codes = random, at, "system:population", codes_in_use
        self.today: date = clock.on_date(at)
        noted = {"recorded_at": at, "recorded_by": self.by}
        self.person = Rows(Person, source="population", **noted)
        self.identifier = Rows(Identifier, type="cccd", key_id=keys.current_key(), state="claimed", **noted)
        self.holder, self.word = Rows(IdentifierHolder, verified=False), Rows(NameWord)
        self.registration = Rows(Registration, way="ward", wished_from=self.today, **noted)
        self.way = Rows(RegistrationWay, way="ward", at=at, by=self.by)
        self.dose = Rows(
            Immunization, dose_type="primary", ordinal=1, lot_number="ABV5297", performed_by_name="Điều dưỡng", facility_name="Trung tâm Y tế",
            origin="elsewhere", evidence="statement", validity="uncertain", **noted,
        )  # fmt: skip
        self.claim = Rows(DoseClaim, course="covid-19", dose_type="primary", ordinal=1)
        self.all = [self.person, self.identifier, self.holder, self.word, self.registration, self.way, self.dose, self.claim]
        self._places: dict[str, dict[str, str]] = {}

    def flush(self) -> None:
        for rows in self.all:
            rows.flush()

    def add(self, one: Somebody, dosed: float) -> None:
        person_id, place = uuid7(), self._place(one.commune_key)
        phone = "+84" + one.phone[1:]
        key, in_order = _name_keys(one.full_name)
        self.person.add(
            id=person_id, full_name=one.full_name, name_key=key, name_sort=in_order,
            birth_year=one.birth.year, birth_month=one.birth.month, birth_day=one.birth.day, sex=one.sex, occupation=one.occupation,
            phone_cipher=keys.seal(phone, "phone"), phone_hash=keys.phone_hash(phone), household=one.household,
            neighbourhood=one.neighbourhood, address_cipher=keys.seal(one.address, "address"),
            identity_state="claimed" if one.cccd else "none", **place,
        )  # fmt: skip
        for word in set(key.split()):
            self.word.add(word=word, person_id=person_id, birth_year=one.birth.year)
        if one.cccd:
            self._number(person_id, one.cccd)
        self._registration(person_id, one, place)
        if self.random.random() < dosed:
            self._first_dose(person_id, place)

    def _place(self, commune: str) -> dict[str, str]:
        if commune not in self._places:
            facts = places.facts_for_commune(commune)
            columns = ("province_2021", "district_2021", "commune_2021", "province_2025", "commune_2025")
            self._places[commune] = {column: getattr(facts, column) for column in columns}
        return self._places[commune]

    def _number(self, person_id: UUID, value: str) -> None:
        value_hash = keys.number_hash(Identified(IdType.CCCD, "VN", value))
        self.identifier.add(
            person_id=person_id, value_hash=value_hash, value_cipher=keys.seal(value, "identifier"),
        )  # fmt: skip
        self.holder.add(value_hash=value_hash, person_id=person_id)

    def _registration(self, person_id: UUID, one: Somebody, place: dict[str, str]) -> None:
        registration_id = uuid7()
        self.registration.add(
            id=registration_id, person_id=person_id, code=self._code(), priority_groups=one.groups, best_group=min(one.groups, key=float),
            risk=one.risk, neighbourhood=one.neighbourhood, household=one.household, **place,
        )  # fmt: skip
        self.way.add(registration_id=registration_id, person_id=person_id)

    def _code(self) -> str:
        """A slip code that no other registration has: of a million, some hundreds meet."""
        code = codes.slip_code(self.random.getrandbits(64))
        while code in self.codes:
            code = codes.slip_code(self.random.getrandbits(64))
        self.codes.add(code)
        return code

    def _first_dose(self, person_id: UUID, place: dict[str, str]) -> None:
        record_id = uuid7()
        at = self.at - timedelta(days=self.random.randint(20, 160), minutes=self.random.randint(0, 500))
        self.dose.add(
            id=record_id, person_id=person_id, record_id=record_id, vaccine=self.random.choice(("AZ", "PFIZER", "MODERNA")), on_date=clock.on_date(at),
            performed_at=at, home_commune_2021=place["commune_2021"], home_commune_2025=place["commune_2025"],
        )  # fmt: skip
        self.claim.add(person_id=person_id, record_id=record_id)
