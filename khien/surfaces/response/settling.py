"""Two people, one number: both side by side, masked; whose it is, is decided with a reason."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from khien.cases import actions
from khien.cases import queries as cases
from khien.kernel.errors import Refused
from khien.people import queries as people
from khien.people.types import IdentifierCard
from khien.surfaces.response.frame import here, page, said
from khien.surfaces.web import guard
from khien.surfaces.web.say_doses import birth_words


def identity(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Decide whose a disputed number is; certificates that waited for it are freed in the same transaction."""
    at = here(request, "people.correct", cases.case_place(case_id))
    view = cases.case(case_id, at.at)
    if view is None or view.line.kind != "identity" or view.line.person_id is None:
        return guard.refuse(request, 404)
    holder = view.line.facts.get("holder_id")
    ids = [view.line.person_id, *([UUID(str(holder))] if holder else [])]
    sides = [(card, _same_number(card.id, str(view.line.facts.get("type") or ""))) for card in map(people.person, ids) if card]
    at.looked(*(card.id for card, _ in sides), purpose="identity", once_since=at.at.replace(minute=0, second=0))
    wrong, reason = "", request.POST.get("reason", "")
    if request.method == "POST":
        chosen = next((number for _, numbers in sides for number in numbers if str(number.id) == request.POST.get("identifier")), None)
        try:
            if chosen is None:
                raise Refused("cases.number_unknown")
            actions.settle_identity(case_id=case_id, identifier_id=chosen.id, reason=reason, by=at.by, at=at.at)
            return HttpResponseRedirect(reverse("response:case", kwargs={"case_id": case_id}))
        except Refused as refusal:
            wrong = said(refusal)
    return page(request, "identity", 409 if wrong else 200, case_id=case_id, sides=sides, wrong=wrong, reason=reason, birth_words=birth_words)


def _same_number(person_id: UUID, kind: str) -> list[IdentifierCard]:
    return [one for one in people.identifiers_of(person_id) if one.type == kind or not kind]
