"""Certificates that wait for a signature only: the facility's, then the ministry's."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from khien.certificates import actions as certificate_acts
from khien.certificates import queries as certificates
from khien.certificates.types import CertificateCard
from khien.kernel.errors import Refused
from khien.people import queries as people
from khien.places import queries as places
from khien.surfaces.command import frame

FACILITY, CENTRAL = "waiting_facility_signature", "waiting_central_signature"
KINDS = {FACILITY: _("Chờ cơ sở tiêm ký"), CENTRAL: _("Chờ ký cấp bộ")}
PAGE = 100


def held_for(scopes: Any, hold: str, on: date, after: UUID | None = None, limit: int = PAGE) -> list[CertificateCard]:
    """Held certificates that this signer may sign: a facility's own and those of one it succeeded, or the ministry's for the whole country."""
    whole = frame.reach(scopes) is None
    if hold == CENTRAL and not whole:
        return []
    facilities = None if whole else [one.id for one in places.answered_by(scopes, on)]
    return certificates.waiting(hold, facility_ids=facilities, after=after, limit=limit)


def index(request: HttpRequest) -> HttpResponse:
    """What waits for my signature; sign what is ticked."""
    at = frame.here(request, "certificates.sign")
    hold = request.GET.get("loai") if request.GET.get("loai") in KINDS else FACILITY
    rows = held_for(at.scopes, str(hold), at.on, limit=PAGE)
    error = ""
    if request.method == "POST":
        mine = {str(one.record_id): one.record_id for one in rows}
        chosen = [mine[key] for key in request.POST.getlist("record") if key in mine]
        write = certificate_acts.sign_central if hold == CENTRAL else certificate_acts.sign_facility
        try:
            write(record_ids=chosen, by=at.by, at=at.at)
            return HttpResponseRedirect(f"{reverse('command:signing')}?loai={hold}&xong={len(chosen)}")
        except Refused as refusal:
            error = frame.said(refusal)
    cards = people.cards_of(one.person_id for one in rows)
    at.looked(*cards, purpose="certificate")
    facilities = {one.id: one.name for one in places.facilities_by_id(one.facility_id for one in rows if one.facility_id).values()}
    counts = {kind: len(held_for(at.scopes, kind, at.on, limit=1000)) for kind in KINDS}
    return frame.page(
        request, "signing", "sign", rows=[(one, cards.get(one.person_id), facilities.get(one.facility_id) if one.facility_id else "") for one in rows], hold=hold, kinds=KINDS,
        counts=counts, error=error, done=request.GET.get("xong", ""), page_size=PAGE,
    )  # fmt: skip
