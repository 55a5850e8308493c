"""A rule in words: each thing it says with its name, and what differs between two versions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from khien.campaigns.queries import RuleVersion
from khien.campaigns.rules import Span, Typical
from khien.places import queries as places
from khien.surfaces.web.confirmations import short_vaccine

PLATFORMS = {"mrna": _("mRNA"), "viral_vector": _("Véc tơ vi rút"), "inactivated": _("Bất hoạt"), "protein_subunit": _("Tiểu đơn vị protein")}
EXCLUSIONS = {"pregnant": _("Đang mang thai"), "breastfeeding": _("Đang cho con bú")}
UNITS = {"day": _("ngày"), "month": _("tháng")}
DOSE_TYPES = {"primary": _("Cơ bản"), "additional": _("Bổ sung"), "booster": _("Nhắc lại")}
LABELS: dict[str, Any] = {
    "short_vi": _("Tên gọi"), "short_en": _("Tên gọi tiếng Anh"), "name": _("Tên đầy đủ"), "maker": _("Nhà sản xuất"), "platform": _("Công nghệ"),
    "course": _("Bệnh"), "doses_per_vial": _("Số liều một lọ"), "use_within_hours": _("Dùng trong bao nhiêu giờ sau khi mở"),
    "storage_vi": _("Cách bảo quản"), "storage_en": _("Cách bảo quản, tiếng Anh"), "storage_low_c": _("Nhiệt độ thấp nhất (°C)"),
    "storage_high_c": _("Nhiệt độ cao nhất (°C)"), "thawed_days": _("Số ngày sau rã đông"), "observation_minutes": _("Theo dõi sau tiêm (phút)"),
    "booster_ml": _("Liều nhắc lại (ml)"), "not_when": _("Không tiêm cho"), "components": _("Thành phần khác nhau giữa các mũi"),
    "eu_mp": _("Mã EU sản phẩm"), "eu_ma": _("Mã EU nhà sản xuất"), "eu_vp": _("Mã EU loại vắc xin"), "cvx": _("Mã CVX"), "note": _("Ghi chú"),
    "vaccine": _("Vắc xin"), "doses": _("Số mũi cơ bản"), "age_from": _("Từ tuổi"), "age_to": _("Đến hết tuổi"), "intervals": _("Khoảng cách"),
    "volume_ml": _("Liều (ml)"), "finish": _("Tiêm nốt phác đồ dở dang khi đã qua tuổi"), "before": _("Mũi trước"), "after": _("Mũi sau"),
    "after_list": _("Sau các vắc xin"), "interval": _("Khoảng cách"), "needs_consent": _("Cần người tiêm đồng ý riêng"),
    "immune_deficient": _("Cho người suy giảm miễn dịch"), "choice": _("Vắc xin được chọn"), "same": _("Cùng loại đã tiêm"),
    "platforms": _("Theo công nghệ"), "codes": _("Theo tên"), "ordinal": _("Mũi nhắc lại thứ"), "dose_types": _("Loại mũi"),
    "months": _("Chờ (tháng)"), "province": _("Tỉnh, thành phố"), "start": _("Khuyến cáo từ"), "end": _("Khuyến cáo đến"), "least": _("Ít nhất"),
    "unit": _("Đơn vị"), "vi": _("Tên nhóm"), "en": _("Tên tiếng Anh"), "parent": _("Thuộc nhóm"), "order": _("Thứ tự gọi"), "minutes": _("Số phút"),
    "days": _("Số ngày"), "under_age": _("Dưới tuổi"), "doses_a_table": _("Số liều một bàn, một buổi"),
}  # fmt: skip
POLICIES = {
    "observation": _("Theo dõi tại chỗ sau tiêm"), "gap": _("Khoảng cách khi không lịch nào nói"), "self_watch": _("Tự theo dõi sau tiêm"),
    "guardian": _("Tuổi cần người giám hộ"), "session_capacity": _("Sức tiêm của một bàn"),
}  # fmt: skip


@dataclass(frozen=True)
class Said:
    """One thing that a rule says; `before` is what the version before said, None where it is the same."""

    label: str
    value: str
    before: str | None = None


def said(kind: str, data: Mapping[str, Any]) -> list[Said]:
    """Everything that a rule says, in words; what it leaves open is left out."""
    return [Said(_label(kind, name), value(name, found)) for name, found in data.items() if found not in (None, "", [], {}) and name not in ("course",)]


def _label(kind: str, name: str) -> str:
    if (kind, name) == ("policy", "doses"):
        name = "doses_a_table"
    if (kind, name) == ("additional", "after"):
        name = "after_list"
    return str(LABELS.get(name, name))


def value(name: str, found: Any) -> str:
    """One value as people write it."""
    if found is None or found in ("", [], {}):
        return ""
    if name == "intervals":
        return "; ".join(interval(one) for one in found)
    if name == "interval":
        return interval(found)
    if name == "choice":
        return ", ".join(filter(None, [
            gettext("cùng loại đã tiêm") if found.get("same") else "", *(str(PLATFORMS.get(one, one)) for one in found.get("platforms") or ()),
            *(found.get("codes") or ()),
        ]))  # fmt: skip
    if isinstance(found, bool):
        return gettext("có") if found else gettext("không")
    if isinstance(found, list):
        words = {"not_when": EXCLUSIONS, "dose_types": DOSE_TYPES}.get(name, {})
        return ", ".join(str(words.get(one, one)) for one in found)
    if name == "platform":
        return str(PLATFORMS.get(found, found))
    if name == "province":
        unit = places.unit(f"2021-{found}")
        return unit.full_name if unit else str(found)
    return str(found).replace(".", ",") if isinstance(found, float) else str(found)


def interval(one: Mapping[str, Any]) -> str:
    """An interval: at least, and what is recommended."""
    unit = str(UNITS[one.get("unit") or "day"])
    least, start, end = one.get("least"), one.get("start"), one.get("end")
    best = gettext("%(a)s đến %(b)s") % {"a": start, "b": end} if end is not None else gettext("từ %(a)s") % {"a": start}
    return gettext("ít nhất %(least)s, khuyến cáo %(best)s %(unit)s") % {"least": least, "best": best, "unit": unit}


def difference(kind: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Said]:
    """What the new data says otherwise than the old."""
    found = []
    for name in dict.fromkeys([*old, *new]):
        flag = isinstance(old.get(name), bool) or isinstance(new.get(name), bool)
        before, now = (value(name, bool(data.get(name)) if flag else data.get(name)) for data in (old, new))
        if before != now:
            found.append(Said(_label(kind, name), now or gettext("bỏ trống"), before or gettext("bỏ trống")))
    return found


def changes(one: RuleVersion, before: RuleVersion | None) -> list[Said]:
    """What a version changed against the one recorded before it, its days included."""
    if before is None:
        return []
    days = [(gettext("Có hiệu lực từ"), one.in_force_from, before.in_force_from), (gettext("Đến hết ngày"), one.in_force_to, before.in_force_to)]
    moved = [Said(label, _day(now), _day(then)) for label, now, then in days if now != then]
    return difference(one.kind, before.data, one.data) + moved


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else gettext("không hạn")


def title(kind: str, key: str, data: Mapping[str, Any], language: str) -> str:
    """What people call a rule."""
    if kind == "priority_group":
        return f"{key}. {data.get('en') if language == 'en' else data.get('vi')}"
    if kind == "vaccine":
        return str(data.get("short_en") if language == "en" else data.get("short_vi"))
    if kind == "policy":
        return str(POLICIES.get(key, key))
    ages = _band(data)
    if kind == "schedule":
        return f"{short_vaccine(str(data.get('vaccine')))}, {ages}"
    if kind == "mixing":
        return f"{short_vaccine(str(data.get('before')))} → {short_vaccine(str(data.get('after')))}, {ages}"
    if kind == "booster":
        return gettext("Nhắc lại lần %(n)s, %(ages)s") % {"n": data.get("ordinal"), "ages": ages}
    if kind == "local_interval":
        return f"{short_vaccine(str(data.get('vaccine')))}, {value('province', data.get('province'))}"
    return ages or key


def _band(data: Mapping[str, Any]) -> str:
    low, high = data.get("age_from"), data.get("age_to")
    if low is None:
        return ""
    return gettext("từ %(a)s tuổi") % {"a": low} if high is None else gettext("%(a)s đến %(b)s tuổi") % {"a": low, "b": high}


def who(one: Typical, vaccines: Mapping[str, str]) -> str:
    """A typical person in one line."""
    parts = [gettext("%(age)s tuổi") % {"age": one.age}]
    if one.doses:
        count, name = len(one.doses), vaccines.get(one.doses[-1], one.doses[-1])
        doses = ngettext("một mũi %(name)s", "%(num)s mũi %(name)s", count) % {"num": count, "name": name}
        parts.append(gettext("%(doses)s, mũi cuối cách %(span)s") % {"doses": doses, "span": _span(one.ago, one.eve)})
    else:
        parts.append(gettext("chưa tiêm"))
    parts += [gettext("mang thai")] if one.pregnant else []
    parts += [gettext("suy giảm miễn dịch")] if one.immune_deficient else []
    parts += [gettext("mắc bệnh cách %(span)s") % {"span": _span(one.infected, False)}] if one.infected else []
    parts += [value("province", one.province)] if one.province else []
    return ", ".join(parts)


def _span(span: Span | None, eve: bool) -> str:
    if span is None:
        return ""
    count, unit = span
    if unit == "day":
        return f"{count - int(eve)} {UNITS['day']}"
    whole = f"{count} {UNITS[unit]}"
    return gettext("%(span)s thiếu một ngày") % {"span": whole} if eve else whole
