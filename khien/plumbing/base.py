"""What every table shares: a UUIDv7 made in Python and a declared placement."""

from typing import ClassVar

from django.db import models

from khien.kernel.ids import uuid7


class Row(models.Model):
    """A table of Khien. `placement` is "person", "site", "reference" or "local" (see docs/adr)."""

    placement: ClassVar[str] = "local"
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta:
        abstract = True


def pair(first: str, second: str, name: str) -> models.CheckConstraint:
    """Both columns are known or neither is: `_at` and `_by` come together."""
    both = models.Q(**{f"{first}__isnull": False, f"{second}__isnull": False})
    none = models.Q(**{f"{first}__isnull": True, f"{second}__isnull": True})
    return models.CheckConstraint(condition=both | none, name=name)


def one_of(field: str, values: list[str], name: str) -> models.CheckConstraint:
    """The column holds one of the named values."""
    return models.CheckConstraint(condition=models.Q(**{f"{field}__in": values}), name=name)
