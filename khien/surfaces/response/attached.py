"""Papers that a person sent: the photo of a request, and the photos that came with answers."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from khien.cases import queries as cases
from khien.cases.types import CaseView
from khien.plumbing import files
from khien.surfaces.response.frame import here
from khien.surfaces.web import guard

SHOWN_INLINE = {"image/jpeg", "image/png", "image/webp"}


def shown_inline(file: UUID) -> bool:
    """Whether a browser shows the paper by itself."""
    return files.fetch(file)[2] in SHOWN_INLINE


def served(file: UUID) -> HttpResponse:
    """A file that strangers sent, so that nothing in it can act."""
    data, _name, media_type = files.fetch(file)
    response = HttpResponse(data, content_type=media_type)
    response["Content-Disposition"] = "inline" if media_type in SHOWN_INLINE else "attachment"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def of_answers(view: CaseView) -> list[str]:
    """The photos that came with a person's answers, in their order."""
    return [str(entry.facts["photo"]) for entry in view.entries if entry.kind == "citizen_answered" and entry.facts.get("photo")]


def reply(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """A photo that came with an answer (?tep=), to who works on the case; the look is logged."""
    at = here(request, "cases.answer", cases.case_place(case_id))
    view = cases.case(case_id, at.at)
    asked = request.GET.get("tep", "")
    if view is None or asked not in of_answers(view):
        return guard.refuse(request, 404)
    if view.line.person_id:
        at.looked(view.line.person_id, purpose="contact", once_since=at.at.replace(minute=0, second=0))
    return served(UUID(asked))
