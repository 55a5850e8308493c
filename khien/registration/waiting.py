"""Who still waits in the queue, asked in bulk by a draw."""

from collections.abc import Iterable
from uuid import UUID

from .models import Registration


def still_waiting(registration_ids: Iterable[UUID]) -> set[UUID]:
    """Which of these registrations still wait."""
    return set(Registration.objects.filter(id__in=list(registration_ids), state="waiting").values_list("id", flat=True))
