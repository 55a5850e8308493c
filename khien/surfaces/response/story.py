"""The middle column: what was said, what the handbook suggests, what to do next."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from khien.access import queries as access
from khien.access.permissions import StaffRef
from khien.cases import queries as cases
from khien.cases import rules
from khien.cases.types import CaseView, Entry
from khien.kernel.errors import Refused
from khien.kernel.refs import PlaceFacts
from khien.places import queries as places
from khien.safety import queries as safety
from khien.safety import rules as signs
from khien.stock import queries as stock
from khien.surfaces.web import case_words, say
from khien.surfaces.web.locale import lang
from khien.surfaces.web.refusals import word

# Who speaks in a line of the story: the citizen, us to the citizen, or nobody (an event).
CITIZEN = frozenset({"opened", "told_again", "citizen_answered"})
US = frozenset({"answered", "asked_citizen"})
# Results that a person may choose; the others come of the deed itself.
RESULTS = ("answered", "helped", "followed_up", "explained", "referred", "duplicate", "no_action")


@dataclass(frozen=True)
class Said:
    """One line: `side` is citizen, us, note or event."""

    side: str
    words: str
    text: str
    at: datetime
    who: str
    photo: str = ""


@dataclass(frozen=True)
class Told:
    """The conversation, the danger signs that it speaks of, and the passages that answer it."""

    lines: list[Said]
    danger: list[str]
    passages: list[cases.Passage]


def language() -> str:
    """The page's language."""
    return lang()


def told(view: CaseView, question: str = "") -> Told:
    """The story of a case; danger signs are looked for before anything else."""
    lines = [_said(entry, view) for entry in view.entries]
    asked = " . ".join(filter(None, [view.detail, *(one.text for one in lines if one.side == "citizen"), *_asked_words(view)]))
    danger = [_sign(code) for code in signs.red_flags_in_text(f"{asked} . {question}")] if view.line.state != "resolved" else []
    return Told(lines, danger, cases.suggest(question or asked))


def _asked_words(view: CaseView) -> list[str]:
    return [view.correction.asked.words] if view.correction else []


def _said(entry: Entry, view: CaseView) -> Said:
    side = "citizen" if entry.kind in CITIZEN else "us" if entry.kind in US else "note" if entry.kind == "note" else "event"
    text = (view.detail if entry.kind == "opened" else "") or entry.text
    if entry.kind == "escalated":
        text = {"overdue": _("Quá hạn."), "citizen": _("Người dân chuyển cấp.")}.get(entry.text, entry.text)
    words = case_words.word(case_words.ENTRIES, entry.kind)
    if "tier" in entry.facts:
        words += f": {case_words.word(case_words.TIERS, entry.facts['tier'])}"
    if "resolution" in entry.facts:
        words += f": {case_words.word(case_words.RESOLUTIONS, entry.facts['resolution'])}"
    if side == "citizen" and not text:
        side = "event"
    return Said(side, words, text, entry.at, entry.by_name, str(entry.facts.get("photo") or ""))


def _sign(code: str) -> str:
    sign = signs.BY_CODE[code]
    return sign.en if lang() == "en" else sign.vi


def colleagues(place: PlaceFacts | None, at: datetime) -> list[tuple[Any, str]]:
    """Who is on post for a case of this place, by name."""
    if place is None:
        return []
    roles = [role for tier in rules.TIERS for role in rules.ROLES[tier]]
    ids = access.on_post(rules.scopes_over(place), roles=roles, at=at)
    return sorted(access.names(ids).items(), key=lambda pair: pair[1])[:60]


def results(view: CaseView) -> list[tuple[str, str]]:
    """The results to choose from; the usual one of the kind first."""
    first = {"desk_help": "helped", "reaction": "followed_up", "stock": "explained"}.get(view.line.kind, "answered")
    return [(code, case_words.word(case_words.RESOLUTIONS, code)) for code in sorted(RESULTS, key=lambda code: code != first)]


def subject_facts(view: CaseView) -> list[tuple[str, str, str]]:
    """What a case is about, beyond its words: (name, value, address of a telephone or "")."""
    line, facts = view.line, view.line.facts
    site = places.site(line.site_id) if line.site_id else None
    found: list[tuple[str, str, str]] = []
    if site:
        found.append((_("Điểm tiêm"), f"{site.name}, {site.address}" if site.address else site.name, ""))
        found += [(_("Gọi điểm"), site.phone, f"tel:{site.phone}")] if site.phone else []
    if line.desk:
        found.append((_("Bàn"), case_words.word(case_words.DESKS, line.desk), ""))
    if error := facts.get("last_error"):
        found.append((_("Lỗi cuối"), word(Refused(str(error)), lang()), ""))
    for mark in facts.get("marks") or ():
        found.append((_("Điều lạ"), word(Refused(f"visits.mark_{mark}"), lang()), ""))
    if line.kind == "reaction":
        found += _reaction(view, site.hospital_phone if site else "")
    if line.kind == "stock" and facts.get("lot_id"):
        lot = stock.lot(facts["lot_id"])
        found.append((_("Lô"), lot.number if lot else "", ""))
        found.append((_("Thiếu"), _("%(n)s liều") % {"n": facts.get("doses") or 0}, ""))
    return found


def _reaction(view: CaseView, hospital: str) -> list[tuple[str, str, str]]:
    told = safety.reaction(view.line.facts["reaction_id"]) if view.line.facts.get("reaction_id") else None
    if told is None:
        return []
    named = [_sign(code) for code in told.symptoms if code in signs.BY_CODE]
    weighed = signs.triage([code for code in told.symptoms if code in signs.BY_CODE], since_dose=None)
    found = [(_("Dấu hiệu"), ", ".join(named) or told.detail, ""), (_("Bắt đầu"), say.dmyhm(told.onset_at), "")]
    found.append((_("Lời khuyên"), weighed.advice_en if lang() == "en" else weighed.advice_vi, ""))
    return found + ([(_("Bệnh viện"), hospital, f"tel:{hospital}")] if hospital else [])


def steps(view: CaseView, staff: StaffRef) -> list[tuple[str, str]]:
    """Where the next step of this kind of case is done, as far as this person may go there."""
    line = view.line
    own = {"case_id": line.id}
    found: list[tuple[str, str]] = []
    if view.correction:
        if staff.may("people.correct", view.place) and line.state != "resolved":
            found.append((_("Đề nghị sửa"), reverse("response:propose", kwargs=own)))
        if staff.may("cases.decide_correction", view.place):
            found.append((_("Xem và duyệt"), reverse("response:decide", kwargs=own)))
    if line.kind in ("identity", "duplicate") and line.person_id and staff.may("people.see", view.place):
        found += _there(_("Xem hai hồ sơ"), "command:person", person_id=line.person_id)
    if line.kind == "identity" and staff.may("people.correct", view.place) and line.state != "resolved":
        found.append((_("Quyết định số này của ai"), reverse("response:identity", kwargs=own)))
    if line.kind == "reaction" and staff.may("safety.see", view.place) and (aefi_id := _aefi_of(line.facts)):
        found += _there(_("Hồ sơ phản ứng sau tiêm"), "command:aefi", aefi_id=aefi_id)
    if line.session_id and staff.may("station.see", view.place):
        found += _there(_("Mở bàn của điểm tiêm"), "station:desk", session=line.session_id)
    if line.session_id and view.visit_id and staff.may("visit.correct", view.place):
        found += _there(_("Sửa lượt tiêm"), "station:correct", session=line.session_id, visit=view.visit_id)
    if line.kind == "stock" and staff.may("stock.see", view.place):
        found += _there(_("Xem sổ kho"), "command:stock")
    return found


def _aefi_of(facts: Any) -> Any:
    """The AEFI case in which this reaction meets the other reports of it."""
    return facts.get("aefi_id") or (safety.of_reaction(facts["reaction_id"]) if facts.get("reaction_id") else None)


def _there(words: str, name: str, **kwargs: Any) -> list[tuple[str, str]]:
    """A page of another system, where this installation has it."""
    try:
        return [(words, reverse(name, kwargs=kwargs or None))]
    except NoReverseMatch:
        return []
