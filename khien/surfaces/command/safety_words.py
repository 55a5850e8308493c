"""What the pages of safety call things."""

from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from khien.safety import core, rules, states
from khien.safety.types import AefiLine, ReactionView
from khien.surfaces.web import say
from khien.surfaces.web.confirmations import short_vaccine
from khien.surfaces.web.locale import lang

TONES = {
    "noted": "", "to_report": "stop", "reported": "wait", "investigating": "wait", "investigated": "wait", "assessed": "ready", "closed": "",
    "joined": "", "withdrawn": "",
}  # fmt: skip
SERIOUS: dict[str, Any] = {
    "death": _("Tử vong"), "life_threatening": _("Đe dọa tính mạng"), "disability": _("Di chứng"), "hospitalisation": _("Nhập viện"),
    "congenital_anomaly": _("Dị tật bẩm sinh"), "other": _("Khác, quan trọng về y khoa"),
}  # fmt: skip
OUTCOMES: dict[str, Any] = {
    "recovering": _("Đang hồi phục"), "recovered": _("Đã khỏi"), "recovered_with_sequelae": _("Khỏi, có di chứng"), "not_recovered": _("Chưa khỏi"),
    "died": _("Đã mất"), "unknown": _("Chưa rõ"),
}  # fmt: skip
SOURCES: dict[str, Any] = {
    "desk": _("Bàn theo dõi"), "health_book": _("Sổ sức khỏe"), "portal": _("Cổng thông tin"), "hotline": _("Tổng đài"), "follow_up": _("Hỏi thăm"),
}  # fmt: skip
CHANGES: dict[str, Any] = {
    "opened": _("Hồ sơ được mở"), "told_again": _("Báo thêm"), "edited": _("Sửa"), "reported": _("Báo Sở Y tế"), "investigation": _("Bắt đầu điều tra"),
    "investigated": _("Điều tra xong"), "assessed": _("Hội đồng phân loại"), "closed": _("Khép lại"), "withdrawn": _("Rút lại"), "reopened": pgettext_lazy("đã làm", "Mở lại"),
    "joined": _("Gộp vào hồ sơ khác"), "took_over": _("Nhận hồ sơ gộp vào"), "told_apart": _("Tách một báo cáo"), "identified": _("Rõ là của ai"),
    "dose_corrected": _("Mũi tiêm được sửa"), "dose_moved": _("Mũi tiêm chuyển sang người khác"), "dose_struck": _("Mũi tiêm bị xóa vì ghi nhầm"),
}  # fmt: skip
DOUBTS: dict[str, Any] = {
    "struck": _("Mũi tiêm nối với hồ sơ này đã bị xóa vì ghi nhầm. Nếu đó không phải là phản ứng sau tiêm thì rút lại hồ sơ."),
    "moved": _("Mũi tiêm này được tiêm cho người khác và đã chuyển sang hồ sơ của người đó. Hỏi lại ai có phản ứng: nếu là người kia thì rút lại hồ sơ này và mở hồ sơ cho người đó."),
    "after": _("Theo ngày tiêm đã sửa, phản ứng bắt đầu trước mũi tiêm. Hỏi lại giờ bắt đầu và mũi nào."),
}  # fmt: skip
ACTS: dict[str, Any] = {
    "adrenaline": _("Adrenalin tiêm bắp"), "called_115": _("Gọi 115"), "position": _("Nằm đầu thấp, chân cao"), "oxygen": _("Thở ô xy"),
    "line": _("Đặt đường truyền"), "fluids": _("Truyền dịch"), "called_hospital": _("Gọi bệnh viện"), "vitals": _("Đo mạch, huyết áp"),
    "other_drug": _("Thuốc khác"), "better": _("Đỡ hơn"), "transfer": _("Chuyển viện"), "note": _("Ghi thêm"),
}  # fmt: skip
FIELDS: dict[str, Any] = {
    "serious": _("Tiêu chí nghiêm trọng"), "severe": _("Nặng"), "outcome": _("Tình trạng"), "died_on": _("Ngày mất"), "onset_at": _("Giờ bắt đầu"),
}  # fmt: skip
BY: dict[str, Any] = {
    "vaccine": _("Vắc xin"), "lot": _("Lô"), "dose": _("Mũi"), "age": _("Tuổi"), "sex": _("Giới"), "site": _("Điểm tiêm"),
}  # fmt: skip
ANSWERS: dict[str, Any] = {
    "well": _("Khỏe"), "soso": _("Hơi mệt"), "bad": _("Không ổn"), "no_answer": _("Không nghe máy"), "wrong_number": _("Sai số máy"),
}  # fmt: skip
DOSES: dict[str, Any] = {
    "primary": _("mũi cơ bản"), "booster": _("mũi nhắc"), "additional": _("mũi bổ sung"), "extra": _("mũi khác"),
}  # fmt: skip
SEXES: dict[str, Any] = {"male": _("Nam"), "female": _("Nữ"), "": _("Không rõ")}


def _said(pair: tuple[str, str]) -> str:
    return pair[1] if lang() == "en" else pair[0]


def state_words(state: str) -> str:
    """Where a case stands, in words."""
    return _said(states.LABELS[state])


def sign_words(line: AefiLine) -> str:
    """What the person felt, the gravest first."""
    told = [rules.BY_CODE[code] for code in line.signs if code in rules.BY_CODE]
    names = [_said((sign.vi, sign.en)) for sign in sorted(told, key=lambda sign: sign.severity is not rules.Severity.SEVERE)]
    return "; ".join([*([now_("Phản vệ")] if line.anaphylaxis else []), *names])


def sign_choices() -> list[tuple[str, str]]:
    """Every sign for a form, the severe ones first."""
    return [(sign.code, _said((sign.vi, sign.en))) for sign in rules.SIGNS]


def cause_words(cause: str) -> str:
    """A class of cause with its letter."""
    return f"{cause}. {_said(core.CAUSES[core.Cause(cause)])}" if cause else ""


def variable_words(code: str) -> str:
    """The name of a variable."""
    found = next((one for one in (*core.VARIABLES, *core.MORE) if one.code == code), None)
    return _said((found.vi, found.en)) if found else str(FIELDS.get(code, code))


def span_words(span: timedelta | None) -> str:
    """A time from the dose to the onset as people say it."""
    if span is None:
        return ""
    minutes = int(span.total_seconds() // 60)
    if minutes < 60:
        return ngettext("%(num)s phút", "%(num)s phút", minutes) % {"num": minutes}
    if minutes < 48 * 60:
        return ngettext("%(num)s giờ", "%(num)s giờ", minutes // 60) % {"num": minutes // 60}
    return ngettext("%(num)s ngày", "%(num)s ngày", minutes // 1440) % {"num": minutes // 1440}


def value_words(code: str, value: Any, line: AefiLine) -> str:
    """A core variable as a page and a paper write it."""
    if value in (None, "", ()):
        return ""
    if code == "event":
        return sign_words(line) or str(value)
    if code == "vaccine":
        return short_vaccine(str(value))
    if code == "severity":
        return ", ".join(str(SERIOUS[one]) for one in value)
    if code == "outcome":
        return str(OUTCOMES[value])
    if code == "sex":
        return str(SEXES.get(value, value))
    if code == "serious":
        return now_("Có") if value else now_("Không")
    if hasattr(value, "hour"):
        return say.dmyhm(value)
    return say.dmy(value) if hasattr(value, "year") else str(value)


def report_words(one: ReactionView) -> str:
    """What one report told."""
    names = [_said((rules.BY_CODE[code].vi, rules.BY_CODE[code].en)) for code in one.symptoms if code in rules.BY_CODE]
    return "; ".join([*([now_("Phản vệ")] if one.anaphylaxis else []), *names])


def qualification_words(code: str) -> str:
    """What a reporter is by profession."""
    return _said(core.QUALIFICATIONS[core.Qualification(code)]) if code in set(core.Qualification) else code


def position_words(position: str, qualification: str) -> str:
    """Position and department of a reporter, with the profession."""
    return ", ".join(text for text in (position, qualification_words(qualification)) if text)


def plain_words(name: str, value: Any) -> str:
    """A value before or after an edit."""
    if name == "serious":
        return ", ".join(str(SERIOUS.get(one, one)) for one in value)
    if name == "outcome":
        return str(OUTCOMES.get(value, value))
    if name == "qualification":
        return qualification_words(str(value))
    if name == "severe":
        return now_("Có") if value else now_("Không")
    if name == "vaccine" and value:
        return short_vaccine(str(value))
    if name == "dose_number":
        kind, _space, ordinal = str(value).partition(" ")
        return f"{DOSES.get(kind, kind)} {ordinal}".strip()
    if name in ("vaccinated_at", "onset_at", "died_on") and value:
        moment = str(value)
        return say.dmyhm(datetime.fromisoformat(moment)) if "T" in moment else say.dmy(date.fromisoformat(moment))
    return str(value)
