"""One row while it is understood: what was read, repaired, refused and asked about so far."""

from collections.abc import Callable
from datetime import date
from typing import Any

from khien.interchange.sheets.types import Cell, FormulaError, RawRow, Remark, Repair
from khien.kernel import births
from khien.kernel.errors import Refused

_DECISIVE = ("full_name", "birth", "sex", "nationality", "insurance", "priority_group")


class Staging:
    """One row on its way."""

    def __init__(self, raw: RawRow, today: date | None) -> None:
        self.raw, self.today = raw, today
        self.values: dict[str, str] = {}
        self.repairs: list[Repair] = []
        self.refusals: list[Remark] = []
        self.warnings: list[Remark] = []
        self.birth: births.PartialDate | None = None

    def refuse(self, field: str, code: str, **facts: Any) -> None:
        self.refusals.append(Remark(field, code, facts))

    def warn(self, field: str, code: str, **facts: Any) -> None:
        self.warnings.append(Remark(field, code, facts))

    def repaired(self, field: str, before: str, after: str, *why: str) -> None:
        self.repairs.extend(Repair(field, before, after, reason) for reason in why)

    def cell(self, name: str, field: str) -> Cell:
        """A cell's value; a formula's error counts as empty, and is refused where the field decides who the person is."""
        value = self.raw.value(name)
        if isinstance(value, FormulaError):
            self.spoilt(field, value, refuse=field in _DECISIVE)
            return None
        return value

    def spoilt(self, field: str, error: FormulaError, *, refuse: bool = True) -> None:
        """Say what a formula shows instead of its value."""
        told = self.refuse if refuse else self.warn
        if error.text == "#?":
            told(field, "sheets.formula_unsaved")
        else:
            told(field, "sheets.formula_error", shown=error.text)

    def attempt(self, field: str, read: Callable[[], None]) -> None:
        """Run a reader; its refusal becomes the cell's."""
        try:
            read()
        except Refused as refusal:
            self.refuse(field, refusal.code, **refusal.facts)

    def refused(self, field: str) -> bool:
        return any(remark.field == field for remark in self.refusals)
