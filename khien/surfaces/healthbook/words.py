"""Words of this surface, where a code of the record meets a person."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from khien.immunizations.types import ImmunizationView
from khien.surfaces.web import say
from khien.visits.views import VisitCard

PROOFS = {
    "registered": _("Đã đăng ký tiêm cho người này"), "slip": _("Nối bằng giấy tờ, phiếu và mã điện thoại"),
    "in_person": _("Nhân viên nối khi xem giấy tờ"), "guardian": _("Cha mẹ, người giám hộ"), "response_centre": _("Trung tâm hỗ trợ nối"),
}  # fmt: skip
ENDS = {
    "refused": _("Không đồng ý tiêm"), "deferred": _("Bác sĩ hoãn tiêm"), "referred": _("Chuyển đến bệnh viện khám và tiêm"),
    "contraindicated": _("Bác sĩ không chỉ định tiêm vắc xin này"), "left_early": _("Về trước khi hết theo dõi"),
    "withdrawn": _("Về trước khi tiêm"), "closed": _("Đã xong"),
}  # fmt: skip
EVIDENCE = {"document": _("Giấy xác nhận đã xem"), "statement": _("Theo lời kể"), "record": _("Sổ của cơ sở tiêm")}


def visit_end(visit: VisitCard) -> str:
    """How a visit without a dose ended, and when to come back."""
    end = str(ENDS.get(visit.state, visit.state))
    if visit.return_on:
        return gettext("%(end)s, hẹn lại từ %(day)s") % {"end": end, "day": say.dmy(visit.return_on)}
    return end


def evidence(dose: ImmunizationView) -> str:
    """By what a dose from elsewhere is known."""
    return str(EVIDENCE.get(dose.evidence, EVIDENCE["statement"]))


def recorded(dose: ImmunizationView) -> str:
    """When and how the dose came into the record."""
    moment = say.dmyhm(dose.recorded_at)
    if dose.origin == "elsewhere":
        return gettext("%(moment)s, khai thêm mũi đã tiêm ở nơi khác") % {"moment": moment}
    if dose.origin == "paper":
        return gettext("%(moment)s, nhập từ phiếu giấy") % {"moment": moment}
    return gettext("%(moment)s, tại điểm tiêm") % {"moment": moment}


def series(dose_number: str) -> str:
    """A certificate's dose in its series: "2/2" is "2 trong 2 mũi"."""
    number, _slash, size = dose_number.partition("/")
    return gettext("%(n)s trong %(all)s mũi") % {"n": number, "all": size or number} if number else ""


HELPERS: dict[str, Any] = {
    "visit_end": visit_end, "evidence_words": evidence, "recorded_words": recorded, "series_words": series, "proof_words": PROOFS,
}  # fmt: skip
