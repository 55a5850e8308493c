"""The register of places: facilities with their codes, points, organisations that send lists, stores; who answers for a place adds to it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from khien.kernel import vietnamese
from khien.kernel.errors import Refused
from khien.kernel.refs import PlaceFacts
from khien.places import actions as acts
from khien.places import queries as places
from khien.places.types import FacilityInfo
from khien.stock import actions as stock_acts
from khien.stock import queries as stock
from khien.surfaces.command import frame
from khien.surfaces.command import register_forms as forms
from khien.surfaces.web.errors import not_found
from khien.surfaces.web.forms import PageForm

KINDS = {"diem": _("Điểm tiêm"), "co-so": _("Cơ sở y tế"), "don-vi": _("Đơn vị gửi danh sách"), "kho": _("Kho vắc xin")}
FORMS: dict[str, type[PageForm]] = {"diem": forms.Site, "co-so": forms.Facility, "don-vi": forms.Organization, "kho": forms.Store}
ADD = {"diem": _("Thêm điểm tiêm"), "co-so": _("Thêm cơ sở"), "don-vi": _("Thêm đơn vị"), "kho": _("Thêm kho")}
PAGE = 100
FIELD_OF = {
    "places.facility_code_bad": "code", "places.facility_code_taken": "code", "places.name_needed": "name", "places.tables_count": "tables",
    "places.commune_needed": "unit", "places.unknown_unit": "unit", "places.place_not_yours": "unit", "places.owner_elsewhere": "owner", "places.no_such_facility": "owner", "places.succeeds_itself": "heir", "phones": "contact_phone",
    "stock.store_name_missing": "name",
}  # fmt: skip


def beside(form: PageForm, refusal: Refused) -> None:
    """Write a refusal beside the field it is about."""
    field = FIELD_OF.get(refusal.code, FIELD_OF.get(refusal.code.split(".", 1)[0]))
    form.refused(refusal, field if field in form.fields else None)


def check_mine(at: frame.Here, place: PlaceFacts | None) -> None:
    """Stop what lies outside my places. Raises Refused places.place_not_yours."""
    if place is None or not at.staff.may("places.manage", place):
        raise Refused("places.place_not_yours")


def check_owner(at: frame.Here, owner: FacilityInfo, unit_key: str) -> None:
    """A point belongs to a facility of mine or of its own province. Raises Refused places.owner_elsewhere."""
    own, place = owner.place, places.unit_place(unit_key)
    near = {own.province_2021, own.province_2025 and f"2025-{own.province_2025}"} & {place.province_2021, place.province_2025 and f"2025-{place.province_2025}"} - {""}
    if not near and not at.staff.may("places.manage", own):
        raise Refused("places.owner_elsewhere")


def index(request: HttpRequest) -> HttpResponse:
    """What is registered within my places, one kind at a time; found by part of a name or by a code."""
    at = frame.here(request, "places.manage")
    kind = request.GET.get("loai") if request.GET.get("loai") in KINDS else "diem"
    text, after = request.GET.get("q", "")[:100], _key(request.GET.get("sau", ""))
    rows, count = _READS[str(kind)](frame.reach(at.scopes), text=text, after=after, limit=PAGE + 1)
    shown = rows[:PAGE]
    heirs = places.facilities_by_id(one.successor_id for one in shown if one.successor_id) if kind == "co-so" else {}
    return frame.page(
        request, "register", "register", kind=kind, kinds=KINDS, add=ADD, rows=[(row, where_words(row.place)) for row in shown], text=text,
        next=shown[-1].id if len(rows) > PAGE else None, after=after, count=count, owners=heirs, forms=forms,
    )  # fmt: skip


def _stores(scopes: Any, *, text: str, after: UUID | None, limit: int) -> tuple[list[Any], int]:
    """Stores, which are few: the highest level first."""
    rows = [row for row in stock.holders(scopes, sites=False) if vietnamese.fold(text.strip()) in vietnamese.fold(row.name)]
    begins = next((place + 1 for place, row in enumerate(rows) if row.id == after), 0)
    return rows[begins : begins + limit], len(rows)


_READS: dict[str, Callable[..., tuple[list[Any], int]]] = {
    "diem": places.register_sites, "co-so": places.register_facilities, "don-vi": places.register_organizations, "kho": _stores,
}  # fmt: skip


def where_words(place: PlaceFacts) -> str:
    """The unit where a thing stands, in words."""
    keys = (
        ("2021", place.commune_2021), ("2025", place.commune_2025), ("2021", place.district_2021), ("2021", place.province_2021), ("2025", place.province_2025),
    )  # fmt: skip
    found = next((unit for epoch, code in keys if code and (unit := places.unit(f"{epoch}-{code}"))), None)
    return found.path if found else ""


def _key(text: str) -> UUID | None:
    """The key after which a page begins."""
    try:
        return UUID(text)
    except ValueError:
        return None


def add(request: HttpRequest, kind: str) -> HttpResponse:
    """Add one of this kind within my places."""
    at = frame.here(request, "places.manage")
    if kind not in KINDS:
        return not_found(request)
    form = FORMS[kind](request.POST or None, initial={"owner": request.GET.get("co-so", "")[:5]})
    if request.method == "POST" and form.is_valid():
        try:
            return HttpResponseRedirect(_ADDERS[kind](form.cleaned_data, at))
        except Refused as refusal:
            beside(form, refusal)
    return frame.page(request, "register_add", "register", status=409 if form.is_bound else 200, kind=kind, kinds=KINDS, add=ADD, form=form)


def _site(told: dict[str, Any], at: frame.Here) -> str:
    check_mine(at, places.unit_place(told["unit_key"]))
    check_owner(at, told["owner"], told["unit_key"])
    site_id = acts.add_site(facility_id=told["owner"].id, kind=told["kind"], commune_key=told["unit_key"], by=at.by, at=at.at, **site_facts(told))
    return reverse("command:register_site", kwargs={"site_id": site_id})


def site_facts(told: dict[str, Any]) -> dict[str, Any]:
    """What a form tells of a point, apart from where it stands and who owns it."""
    return {name: told[name] for name in ("name", "name_en", "address", "phone", "tables", "hospital", "hospital_phone", "lat", "lon")}


def _facility(told: dict[str, Any], at: frame.Here) -> str:
    check_mine(at, places.unit_place(told["unit_key"]))
    facts = {name: told[name] for name in ("code", "name", "name_en", "phone", "address", "unit_key")}
    facility_id = acts.add_facility(by=at.by, at=at.at, **facts)
    return reverse("command:register_facility", kwargs={"facility_id": facility_id})


def _organization(told: dict[str, Any], at: frame.Here) -> str:
    check_mine(at, places.unit_place(told["unit_key"]))
    facts = {name: told[name] for name in ("name", "kind", "tax_code", "address", "contact_name", "contact_phone")}
    organization_id: UUID = acts.add_organization(commune_key=told["unit_key"], by=at.by, at=at.at, **facts)
    return reverse("command:register_organization", kwargs={"organization_id": organization_id})


def _store(told: dict[str, Any], at: frame.Here) -> str:
    place = told.get("place") or PlaceFacts()
    check_mine(at, place)
    facts = {name: told[name] for name in ("kind", "name", "name_en", "address", "phone")}
    store_id = stock_acts.add_store(place=place, by=at.by, at=at.at, **facts)
    return reverse("command:register_store", kwargs={"store_id": store_id})


_ADDERS: dict[str, Callable[[dict[str, Any], frame.Here], str]] = {"diem": _site, "co-so": _facility, "don-vi": _organization, "kho": _store}
