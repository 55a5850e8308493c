"""Slip codes: eleven digits with a check digit, one for each registration or receipt."""

import secrets
from collections.abc import Callable

from khien.kernel import codes

from .models import Registration, RegistrationWay

Draw = Callable[[], int]


def draw() -> int:
    """Enough random bits for one code."""
    return secrets.randbits(64)


def fresh(count: int, draw: Draw = draw) -> list[str]:
    """Codes that nobody holds yet; the database's uniqueness has the last word."""
    found: dict[str, None] = {}
    while len(found) < count:
        made = {codes.slip_code(draw()): None for _ in range(count - len(found))}
        taken = {
            *Registration.objects.filter(code__in=made).values_list("code", flat=True),
            *RegistrationWay.objects.filter(code__in=made).values_list("code", flat=True),
        }
        found |= {code: None for code in made if code not in taken}
    return list(found)
