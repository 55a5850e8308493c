"""What has been answered so far, and what it makes: a person and a wish."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import QueryDict

from khien.kernel import identifiers
from khien.kernel.births import PartialDate
from khien.kernel.errors import Refused
from khien.kernel.identifiers import Identified
from khien.people import rules as people_rules
from khien.people.types import NewGuardian, NewPerson
from khien.registration.types import Wish


@dataclass(frozen=True)
class Answers:
    """The draft's answers on a day of filling in."""

    data: Mapping[str, Any]
    on: date

    def get(self, name: str, default: Any = "") -> Any:
        """One answer; the default while it is not there."""
        return self.data.get(name, default)

    @property
    def done(self) -> list[str]:
        """The questions answered, by slug."""
        return list(self.data.get("done", ()))

    def typed(self, step: str) -> QueryDict | None:
        """What was typed at a question and is asked again: it was refused, or should be looked at once more."""
        slug, values = self.data.get("typed") or ("", {})
        if slug != step:
            return None
        told = QueryDict(mutable=True)
        for name, several in values.items():
            told.setlist(name, several)
        return told

    @property
    def relative(self) -> bool:
        """Whether somebody fills this in for another person."""
        return self.get("whom") == "relative"

    @property
    def name(self) -> str:
        """The full name as typed."""
        return str(self.get("full_name"))

    @property
    def birth(self) -> PartialDate | None:
        """The birth date, as far as it is known."""
        parts = self.get("birth", None)
        return PartialDate(*parts) if parts else None

    @property
    def minor(self) -> bool:
        """Whether a guardian must answer."""
        return self.birth is not None and people_rules.is_minor(self.birth, self.on)

    @property
    def age(self) -> int:
        """Whole years surely reached; 0 while unknown."""
        return self.birth.age_min(self.on) if self.birth else 0

    def identifier(self) -> Identified | None:
        """The number as read with sex and birth; None without papers. Raises Refused identifiers.*."""
        if self.get("paper") in ("", "none"):
            return None
        return identifiers.read_identifier(
            self.get("number"), self.get("number_type"), self.get("sex") or None, self.birth, self.get("country") or None
        )

    def insurance(self) -> Identified | None:
        """The insurance number. Raises Refused identifiers.*."""
        return identifiers.read_identifier(self.get("insurance"), "bhyt") if self.get("insurance") else None


def person(answers: Answers, language: str) -> NewPerson:
    """The person as told. Raises Refused identifiers.* for a number that no longer agrees with what was changed after it."""
    if answers.birth is None:
        raise Refused("births.empty")
    guardian = None
    if answers.minor and answers.get("guardian_name"):
        guardian = NewGuardian(answers.get("guardian_name"), answers.get("guardian_phone"), answers.get("guardian_relation"))
    return NewPerson(
        full_name=answers.name, birth=answers.birth, sex=answers.get("sex"), identifier=answers.identifier(),
        no_identifier_reason=answers.get("no_paper") if answers.get("paper") == "none" else "", insurance=answers.insurance(),
        phone=answers.get("phone"), place_key=answers.get("place"), commune_2025=answers.get("commune_2025"),
        address=answers.get("address"), neighbourhood=answers.get("neighbourhood"), nationality=answers.get("nationality") or "VN",
        ethnic_code=answers.get("ethnic"), occupation=answers.get("occupation"), work_unit=answers.get("work_unit"),
        guardian=guardian, language=language,
    )  # fmt: skip


def wish(answers: Answers) -> Wish:
    """What the person asks for."""
    previous: dict[str, str] = {}
    if answers.get("dose") == "next":
        told = {name: answers.get(f"previous_{name}") for name in ("count", "vaccine", "on", "place", "lot")}
        previous = {name: str(value) for name, value in told.items() if value}
    wished = answers.get("wished_from")
    return Wish(
        groups=tuple(answers.get("groups", ())), wished_from=date.fromisoformat(wished) if wished else None,
        wished_shift=answers.get("shift"), history=dict(answers.get("history", {})), declared_dose=answers.get("dose") or "first",
        previous_dose=previous, consent_version=answers.get("consent_version"),
    )  # fmt: skip


# What people of one home share: offered again, already filled in, for the next of them.
OF_THE_HOME = (
    "phone", "place", "place_asked", "commune_2025", "address", "neighbourhood", "guardian_name", "guardian_phone", "guardian_relation"
)


def household(answers: Answers) -> dict[str, Any]:
    """The answers that hold for the next person of the same home, and who fills the form in."""
    shared = {name: answers.get(name) for name in OF_THE_HOME if answers.get(name)}
    return shared | {"helper_name": answers.get("helper_name") if answers.relative else answers.name}


def relation(answers: Answers) -> str:
    """What the person is to whoever registers."""
    return str(answers.get("relation") or "other") if answers.relative else "self"
