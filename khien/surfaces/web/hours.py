"""Free hours to choose from: nearest first, one line for each day and point, its hours folded beneath; one day alone on demand."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from khien.booking import queries as booking
from khien.booking.types import OpenSlot
from khien.kernel.refs import PlaceFacts
from khien.places.types import SiteInfo
from khien.surfaces.web import say
from khien.surfaces.web.forms import PageForm

MOST_SESSIONS, MOST_OF_ONE_VACCINE = 24, 300


@dataclass(frozen=True)
class Hours:
    """The free hours of one vaccine at one point on one day; `rows` are (number of the control, slot)."""

    on: date
    site: SiteInfo
    vaccine: str
    near: int
    rows: list[tuple[int, OpenSlot]]

    @property
    def free(self) -> int:
        """Free places of the whole day."""
        return sum(one.slot.free for _number, one in self.rows)


@dataclass(frozen=True)
class Choice:
    """What a page of hours shows: the hours, the days that have any, the day chosen, whether more points were left out."""

    slots: list[OpenSlot]
    days: list[date]
    on: date | None
    more: bool

    @property
    def groups(self) -> list[Hours]:
        """The hours under their day, point and vaccine."""
        return [
            Hours(on=key[0], site=key[1], vaccine=key[2], near=rows[0][1].near, rows=rows)
            for key, found in groupby(enumerate(self.slots), key=lambda pair: _session(pair[1]))
            if (rows := list(found))
        ]


def _session(one: OpenSlot) -> tuple[date, SiteInfo, str]:
    return (one.on_date, one.site, one.slot.vaccine)


def choice(
    vaccines: Iterable[str], near: PlaceFacts | None, since: datetime, *, on: str = "", site: UUID | None = None, first: bool = False,
    without: UUID | None = None,
) -> Choice:  # fmt: skip
    """Free hours near this place; `on` is the day asked for as it stands in the address, `without` the slot held already.

    `first` leaves out places that are kept for second doses.
    """
    vaccines = list(vaccines)
    days = booking.open_days(vaccines, near, since, site_id=site)
    day = next((one for one in days if one.isoformat() == on), None)
    found = [
        one
        for vaccine in vaccines
        for one in booking.open_slots(vaccine, near, since, limit=MOST_OF_ONE_VACCINE, site_id=site, on=day, whole=True)
        if one.slot.id != without
    ]
    found = booking.without_kept(found, first=first)
    found.sort(key=lambda one: (one.near, one.on_date, one.site.name, str(one.site.id), one.slot.vaccine, one.slot.starts_at))
    sessions = [list(rows) for _key, rows in groupby(found, key=_session)]
    return Choice([one for rows in sessions[:MOST_SESSIONS] for one in rows], days, day, len(sessions) > MOST_SESSIONS)


class HourForm(PageForm):
    """One hour at one point."""

    slot = forms.ChoiceField(label=gettext_lazy("Giờ tiêm"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, slots: list[OpenSlot], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["slot"].choices = [(str(one.slot.id), words(one)) for one in slots]  # type: ignore[attr-defined]
        self.fields["slot"].error_messages["required"] = _("Mời chọn một giờ")
        self.fields["slot"].error_messages["invalid_choice"] = _("Giờ này vừa hết chỗ. Mời chọn giờ khác.")

    @staticmethod
    def words(one: OpenSlot) -> str:
        """An hour in words, for the page."""
        return words(one)


def words(one: OpenSlot) -> str:
    """An hour as the list of choices says it; day and point head the group."""
    return _("%(from)s đến %(to)s, còn %(free)s chỗ") % {
        "from": say.hm(one.slot.starts_at), "to": say.hm(one.slot.ends_at), "free": one.slot.free,
    }  # fmt: skip
