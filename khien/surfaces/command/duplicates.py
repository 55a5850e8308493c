"""Two records that may be one person, numbers that two people claim: decided by a person, and open to be undone."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from khien.access import queries as access
from khien.cases import actions as case_acts
from khien.kernel.errors import Refused
from khien.people import actions as people_acts
from khien.people import queries as people
from khien.people.types import DuplicatePair, MergeInfo
from khien.surfaces.command import frame, where
from khien.surfaces.command.words import IDENTITY
from khien.surfaces.web.errors import not_found
from khien.surfaces.web.forms import PageForm

PAGE = 20
PARTED = {"proposed": "parting", "undone": "undone", "withdrawn": "kept"}
WHY = {
    "full_name": _("cùng họ tên"), "birth": _("cùng ngày sinh"), "sex": _("cùng giới tính"), "phone": _("cùng điện thoại"), "place": _("cùng nơi ở"),
    "identifier": _("cùng số giấy tờ"), "name": _("tên giống nhau"), "household": _("cùng nhà"), "name_alike": _("tên gần giống"), "birth_year": _("cùng năm sinh"), "number": _("cùng số giấy tờ"),
}  # fmt: skip


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def index(request: HttpRequest) -> HttpResponse:
    """Pairs to decide, the oldest first; joining is proposed with its reason by one and carried out by another."""
    at = frame.here(request, "people.merge")
    scopes = frame.reach(at.scopes)
    error = ""
    if request.method == "POST":
        pair = _uuid(request.POST.get("pair", ""))
        mine = {one.id: (one.first.id, one.second.id) for one in people.duplicates(scopes, limit=1000)}
        try:
            if pair not in mine:
                raise Refused("people.pair_unknown")
            case_acts.decide_duplicate(
                pair=pair, both=mine[pair], decision=request.POST.get("decision", ""), reason=request.POST.get("reason", ""), survivor=_uuid(request.POST.get("survivor", "")),
                by=at.by, at=at.at,
            )  # fmt: skip
            return HttpResponseRedirect(request.path)
        except Refused as refusal:
            error = frame.said(refusal)
    pairs = people.duplicates(scopes, after=_uuid(request.GET.get("sau", "")), limit=PAGE + 1)
    shown = pairs[:PAGE]
    at.looked(*(card.id for pair in shown for card in (pair.first, pair.second)), purpose="duplicate")
    return frame.page(
        request, "duplicates", "people", pairs=shown, after=shown[-1].id if len(pairs) > PAGE else None, first=request.GET.get("sau"), why=WHY, error=error, identity=IDENTITY,
        mine=at.by.text, names=_names(shown),
    )  # fmt: skip


def _names(pairs: list[DuplicatePair]) -> dict[str, str]:
    """Who proposed, by name."""
    by = {one.proposed.by: _uuid(one.proposed.by.removeprefix("staff:")) for one in pairs if one.proposed}
    known = access.names([id for id in by.values() if id])
    return {text: known.get(id, "") for text, id in by.items() if id}


class Settle(PageForm):
    why = forms.CharField(label=_("Lý do và giấy tờ đã xem"), max_length=500)


def decide(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Settle whose a disputed number is, say that one never was this person's, or take a merge apart again."""
    at = frame.here(request, "people.merge", where.person(person_id))
    card = people.person(person_id)
    if card is None:
        return not_found(request)
    at.looked(card.id, purpose="duplicate")
    numbers = {str(one.id): one for one in people.identifiers_of(card.id)}
    merges = {str(one.id): one for one in people.merges_of(card.id)}
    act, chosen = request.POST.get("act", ""), request.POST.get("id", "")
    form = Settle(request.POST if act else None)
    if act in ("undo", "keep") and chosen in merges:
        if done := _part(form, merges[chosen], at, withdraw=act == "keep"):
            return _done(person_id, PARTED[done])
    elif form.is_bound and form.is_valid() and chosen in numbers:
        write = {"settle": people_acts.settle_identifier, "withdraw": people_acts.withdraw_identifier}.get(act)
        try:
            if write:
                write(identifier=numbers[chosen].id, reason=form.cleaned_data["why"], by=at.by, at=at.at)
                return _done(person_id, "settled")
        except Refused as refusal:
            form.refused(refusal)
    return frame.page(request, "person_decide", "people", card=card, numbers=numbers.values(), merges=merges.values(), form=form, identity=IDENTITY, mine=at.by.text)


def _part(form: Settle, merge: MergeInfo, at: frame.Here, *, withdraw: bool) -> str:
    """Wish a merge taken apart, carry out another's wish, or take one's own back; "" when it is refused beside the reason."""
    reason = form.data.get("why", "")
    try:
        return case_acts.decide_undo(alias=merge.id, both=(merge.survivor_id, merge.loser_id), reason=reason, by=at.by, at=at.at, withdraw=withdraw)
    except Refused as refusal:
        form.refused(refusal, "why")
    return ""


def _done(person_id: UUID, done: str) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('command:person', kwargs={'person_id': person_id})}?vi=duplicate&xong={done}")
