"""How a case looks in the queue: its pictogram, its state and clock in words, where it comes from."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from khien.cases.types import CaseLine
from khien.kernel import codes
from khien.places import queries as places
from khien.surfaces.web import case_words, say

ICONS = {
    "correction": "pencil", "reaction": "therm", "identity": "person", "desk_help": "bell", "registration": "list", "appointment": "calendar",
    "certificate": "qr", "record": "vial", "information": "info", "stock": "box", "evidence": "doc", "duplicate": "people", "privacy": "lock",
}  # fmt: skip
CHANNELS = {
    "hotline": gettext_lazy("Gọi đến"), "web": gettext_lazy("Nhắn tin web"), "counter": gettext_lazy("Tại quầy"), "portal": gettext_lazy("Phiếu web"),
    "health_book": gettext_lazy("Sổ sức khỏe"), "desk": gettext_lazy("Bàn tại điểm"), "system": gettext_lazy("Hệ thống ghi nhận"),
    "follow_up": gettext_lazy("Trả lời tin nhắn"),
}  # fmt: skip
SOON = timedelta(hours=1)


@dataclass(frozen=True)
class Shown:
    """One line of the queue, worded."""

    line: CaseLine
    code: str
    title: str
    mark: str
    icon: str
    tone: str
    clock: str
    state: str
    source: str


def shown(line: CaseLine, at: datetime, site: str = "") -> Shown:
    """A case as its line says it. P1 is red, what is overdue or due within the hour is amber."""
    waiting = line.state == "waiting_citizen"
    tone = "" if waiting or line.state == "resolved" else "stop" if line.priority == "P1" else "wait" if line.due_at - at < SOON else ""
    icon = "clock" if waiting else "warn" if line.priority == "P1" else ICONS[line.kind]
    source = [case_words.word(CHANNELS, line.channel), site or case_words.word(case_words.TIERS, line.tier)]
    return Shown(
        line, codes.display(line.code), case_words.word(case_words.SUBJECTS, line.subject), case_words.word(case_words.PRIORITIES, line.priority), icon, tone,
        clock_words(line, at), case_words.word(case_words.STATES, line.state), ", ".join(filter(None, source)),
    )  # fmt: skip


def shown_all(lines: Iterable[CaseLine], at: datetime) -> list[Shown]:
    """Many lines; the points' names are read at once."""
    lines = list(lines)
    sites = places.sites_by_id({line.site_id for line in lines if line.site_id})
    return [shown(line, at, sites[line.site_id].name if line.site_id in sites else "") for line in lines]


def clock_words(line: CaseLine, at: datetime) -> str:
    """The clock in words: what is left, what is over, or since when it stands still."""
    if line.state == "resolved":
        return _("xong %(when)s") % {"when": say.dmyhm(line.resolved_at or at)}
    if line.waiting_since and line.state == "waiting_citizen":
        return _("chờ từ %(when)s") % {"when": say.dmyhm(line.waiting_since)}
    left = line.due_at - at
    if left < timedelta(0):
        return _("quá hạn %(span)s") % {"span": span_words(-left)}
    if left < timedelta(days=1):
        return _("còn %(span)s") % {"span": span_words(left)}
    return _("hạn %(when)s") % {"when": say.dmyhm(line.due_at)}


def span_words(span: timedelta) -> str:
    """A span as people say it: minutes, hours, days."""
    minutes = int((span.total_seconds() + 30) // 60)
    if minutes < 60:
        return ngettext("%(n)s phút", "%(n)s phút", minutes) % {"n": minutes}
    if minutes < 48 * 60:
        return ngettext("%(n)s giờ", "%(n)s giờ", minutes // 60) % {"n": minutes // 60}
    return ngettext("%(n)s ngày", "%(n)s ngày", minutes // 1440) % {"n": minutes // 1440}
