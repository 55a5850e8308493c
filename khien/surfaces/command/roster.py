"""Who stands where at a session: the proposal taken over, changed, saved; every version, and an earlier one taken back."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from khien.access import queries as access
from khien.access.roles import ROLES
from khien.access.types import StaffCard
from khien.booking import queries as booking
from khien.booking.types import SessionInfo
from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.refs import Scope
from khien.places import queries as places
from khien.planning import actions, queries, rules
from khien.planning.rules import Stand
from khien.planning.types import RosterInfo, Worry
from khien.surfaces.command import frame, where
from khien.surfaces.web.errors import not_found

ACCOUNT = re.compile(r"^(?P<name>.*?)\s*\((?P<username>[^()]+)\)\s*$")
MAY = "plan.roster"
WORRIES = {
    "no_account": _("%(name)s (%(role)s): không thấy tài khoản nào, nên chưa đăng nhập vào bàn được."),
    "closed": _("%(name)s (%(role)s): tài khoản đã khóa."),
    "no_post": _("%(name)s chưa được giao việc “%(role)s” ở điểm này vào giờ của buổi."),
    "elsewhere": _("%(name)s cùng giờ đó còn đứng ở %(where)s."),
    "twice": _("%(name)s đứng hai bàn trong buổi này (thêm: %(role)s)."),
}


@dataclass(frozen=True, slots=True)
class Desk:
    """One kind of desk on the form: what is typed in its boxes (the last ones empty) and how many people it lacks."""

    role: str
    typed: tuple[str, ...]
    lacking: int
    known: tuple[str, ...]


def said_of(worry: Worry) -> str:
    """A worry in the page's language."""
    return str(WORRIES[worry.code]) % {"name": worry.stand.name, "role": ROLES[worry.stand.role], "where": worry.where}


def page(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """The roster of a session; saving it adds a version, taking an earlier one back adds one too."""
    at = frame.here(request, MAY, where.session(session_id))
    session = booking.session(session_id)
    if session is None:
        return not_found(request)
    saved = queries.roster(session_id)
    stands = saved.stands if saved else queries.propose_roster(session, at=at.at)
    known = _known(session, at)
    wrong, why, seen, again = "", "", saved.version if saved else 0, saved is None
    if request.method == "POST":
        why, posted = request.POST.get("why", ""), request.POST.get("seen", "")
        try:
            stands = _asked(request, session_id, known)
            actions.save_roster(
                session_id=session_id, stands=stands, seen=int(posted) if posted.isdecimal() and len(posted) < 5 else 0, name=at.staff.full_name,
                why=why or _taken_back(request), by=at.by, at=at.at,
            )  # fmt: skip
        except Refused as refusal:
            wrong = frame.said(refusal)
        else:
            return HttpResponseRedirect(reverse("command:session_roster", kwargs={"session_id": session_id}) + "?xong=1")
    elif request.GET.get("de-xuat") == "1":
        stands, again = queries.propose_roster(session, at=at.at), True
    return frame.page(
        request, "roster", "plan", session=session, desks=_desks(stands, session, known), roles=ROLES, saved=saved, proposed=again, wrong=wrong, why=why,
        seen=seen, worries=list(dict.fromkeys(said_of(one) for one in queries.worries(session, stands, at=at.at))), history=history(session_id), done=request.GET.get("xong") == "1",
        lacking=rules.lacking(stands, tables=session.tables), status=409 if wrong else 200,
    )  # fmt: skip


def _taken_back(request: HttpRequest) -> str:
    version = request.POST.get("take_back", "")
    return gettext("Lấy lại bản %(n)s") % {"n": version[:5]} if version else ""


def _asked(request: HttpRequest, session_id: UUID, known: dict[str, StaffCard]) -> tuple[Stand, ...]:
    """Who stands where as the form says it: what was typed at each desk, or an earlier version."""
    version = request.POST.get("take_back", "")
    if version:
        found = next((one for one in queries.roster_versions(session_id) if str(one.version) == version), None)
        if found is None:
            raise Refused("planning.roster_unknown")
        return found.stands
    return tuple(_stand(role, text, known) for role in rules.STANDS for text in request.POST.getlist(role) if text.strip())


def _stand(role: str, text: str, known: dict[str, StaffCard]) -> Stand:
    """The person that was typed: "name (account)", a name that only one person there has, or a name alone."""
    told = " ".join(unicodedata.normalize("NFC", text).split())
    match = ACCOUNT.match(told)
    if match:
        username = match["username"].strip().lower()
        card = known.get(username) or next(iter(_cards_of(username)), None)
        if card:
            return Stand(role, card.id, card.full_name)
    same = [card for card in known.values() if card.full_name.casefold() == told.casefold()]
    return Stand(role, same[0].id, same[0].full_name) if len(same) == 1 else Stand(role, None, told)


def _cards_of(username: str) -> list[StaffCard]:
    found = access.staff_by_username(username)
    card = access.staff_card(found, at=clock.now()) if found else None
    return [card] if card else []


def _known(session: SessionInfo, at: frame.Here) -> dict[str, StaffCard]:
    """Who works at this point, then at the other points of its district or commune, by account."""
    place = session.place
    scope = Scope("district", place.district_2021, "2021") if place.district_2021 else Scope("commune", place.commune_2025, "2025")
    near = {one.id for one in places.sites((scope,))} | {session.site_id}
    cards = access.staff_of_sites(near, roles=rules.STANDS, at=at.at)
    own = Scope("site", str(session.site_id))
    return {card.username: card for card in sorted(cards, key=lambda card: (not any(post.scope == own for post in card.posts), card.full_name))}


def _desks(stands: tuple[Stand, ...], session: SessionInfo, known: dict[str, StaffCard]) -> list[Desk]:
    """A box for each person, for each who lacks, and one more."""
    usernames = {card.id: card.username for card in known.values()}
    foreign = [one.staff_id for one in stands if one.staff_id and one.staff_id not in usernames]
    usernames |= {card.id: card.username for card in access.staff_cards(foreign, at=session.starts_at)}
    lacking = rules.lacking(stands, tables=session.tables)
    found = []
    for role in rules.STANDS:
        typed = [_typed(one, usernames) for one in stands if one.role == role]
        able = tuple(f"{card.full_name} ({name})" for name, card in known.items() if any(post.role == role for post in card.posts))
        found.append(Desk(role, (*typed, *[""] * (lacking.get(role, 0) + (role != rules.LEAD or bool(typed)))), lacking.get(role, 0), able))
    return found


def _typed(stand: Stand, usernames: dict[UUID, str]) -> str:
    account = usernames.get(stand.staff_id) if stand.staff_id else None
    return f"{stand.name} ({account})" if account else stand.name


def history(session_id: UUID) -> list[dict[str, Any]]:
    """Every version, the latest first, with who came and who left."""
    versions: list[RosterInfo] = queries.roster_versions(session_id)
    told = []
    for number, one in enumerate(versions):
        before = versions[number + 1].stands if number + 1 < len(versions) else ()
        came, left = rules.moved(before, one.stands)
        told.append({"roster": one, "came": _names(came) if before else ngettext("một người", "%(num)s người", len(came)) % {"num": len(came)}, "left": _names(left), "current": number == 0})
    return told


def _names(stands: list[Stand]) -> str:
    return ", ".join(f"{one.name} ({ROLES[one.role]})" for one in stands)
