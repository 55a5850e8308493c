"""Who holds a number."""

from uuid import UUID

from khien.kernel.births import PartialDate
from khien.kernel.identifiers import Identified
from khien.kernel.ids import uuid7

from . import aliases, cards, keys, rules
from .models import Identifier, IdentifierHolder, Person


def find_by_identifier(identified: Identified) -> UUID | None:
    """The holder of a number, present or former; None when nobody holds it."""
    if identified.type not in rules.DIRECTORY:
        return None
    holder = (
        IdentifierHolder.objects.filter(value_hash=keys.number_hash(identified)).values_list("person_id", flat=True).first()
    )
    return aliases.current(holder) if holder else None


def holder_born(identified: Identified, birth: PartialDate) -> UUID | None:
    """The holder of a number when the birth date agrees. The same statements are made for a number that nobody holds."""
    holder = IdentifierHolder.objects.filter(value_hash=keys.number_hash(identified)).values_list("person_id", flat=True).first()
    asked = aliases.current(holder or uuid7())
    row = Person.objects.filter(id=asked).first()
    fits = row is not None and identified.type in rules.DIRECTORY and cards.birth_of(row).agrees_with(birth)
    return asked if fits else None


def holders(identified: Identified) -> list[UUID]:
    """Everyone who told this number, the directory's holder first."""
    rows = Identifier.objects.filter(value_hash=keys.number_hash(identified)).order_by("recorded_at")
    told = [
        *filter(None, [find_by_identifier(identified)]),
        *aliases.currents(rows.values_list("person_id", flat=True)).values(),
    ]
    return list(dict.fromkeys(told))
