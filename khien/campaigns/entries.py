"""Rule entries: what each kind must hold, and how it becomes a rule."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from khien.campaigns.ages import AgeBand
from khien.campaigns.book_types import (
    Additional,
    Booster,
    Choice,
    InfectionWait,
    Interval,
    LocalInterval,
    Mixing,
    Policy,
    PriorityGroup,
    Schedule,
    Vaccine,
)
from khien.kernel.errors import Refused

PLATFORMS = ("mrna", "viral_vector", "inactivated", "protein_subunit")
EXCLUSIONS = ("pregnant", "breastfeeding")
OLDEST_AGE, LONGEST_DAYS, LONGEST_MONTHS = 150, 3660, 120
GROUP_CODE = re.compile(r"[1-9]|1[0-6]|16\.\d{2}\.\d{2}")


@dataclass(frozen=True, slots=True)
class Entry:
    """One rule with the days on which it is in force (both included; `until` None: still)."""

    kind: str
    key: str
    data: Mapping[str, Any]
    since: date
    until: date | None
    source: str

    def in_force(self, on: date) -> bool:
        """Say whether the rule holds on this day."""
        return self.since <= on and (self.until is None or on <= self.until)

    def overlaps(self, other: Entry) -> bool:
        """Say whether the two share a day."""
        return (self.until is None or other.since <= self.until) and (other.until is None or self.since <= other.until)


def read_entry(raw: Mapping[str, Any]) -> Entry:
    """Read one stored entry; dates may be dates or ISO text. Raises Refused campaigns.rule_*."""
    since, until = _day(raw.get("in_force_from"), "in_force_from"), _day(raw.get("in_force_to"), "in_force_to")
    if since is None:
        raise Refused("campaigns.rule_missing_field", kind=raw.get("kind"), field="in_force_from")
    if until is not None and until < since:
        raise Refused("campaigns.rule_dates_reversed", since=since, until=until)
    check_shape(str(raw["kind"]), raw["data"])
    return Entry(str(raw["kind"]), str(raw["key"]), raw["data"], since, until, str(raw.get("source", "")))


def _day(value: Any, field: str) -> date | None:
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise Refused("campaigns.rule_bad_value", field=field, value=str(value)) from None


# What each kind must hold, with the test of each value. Fields that may be left out carry a question mark.
def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _whole(low: int, high: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _list_of(test: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and all(test(part) for part in value)


def _one_of(*words: str) -> Callable[[Any], bool]:
    return lambda value: value in words


_AGE, _VOLUME = _whole(0, OLDEST_AGE), lambda value: _number(value) and 0 < value <= 5
_MAP = lambda value: isinstance(value, Mapping)  # noqa: E731
_INTERVAL: dict[str, Callable[[Any], bool]] = {"unit?": _one_of("day", "month"), "least": _number, "start": _number, "end?": _number}
_CHOICE: dict[str, Callable[[Any], bool]] = {
    "same": _flag, "platforms": _list_of(_one_of(*PLATFORMS)), "codes?": _list_of(_text)}

FIELDS: dict[str, dict[str, Callable[[Any], bool]]] = {
    "vaccine": {
        "name": _text, "short_vi": _text, "short_en": _text, "maker": _text, "platform": _one_of(*PLATFORMS), "course": _text,
        "eu_mp?": _text, "eu_ma?": _text, "eu_vp?": _text, "cvx?": _text, "booster_ml?": _VOLUME,
        "doses_per_vial?": _list_of(_whole(1, 50)), "use_within_hours?": _whole(0, 72), "storage_vi": _text, "storage_en": _text,
        "storage_low_c?": _number, "storage_high_c?": _number, "thawed_days?": _whole(1, 365),
        "observation_minutes": _whole(30, 480), "not_when?": _list_of(_one_of(*EXCLUSIONS)), "components?": _list_of(_text),
        "note?": lambda value: isinstance(value, str)},
    "schedule": {
        "vaccine": _text, "age_from": _AGE, "age_to?": _AGE, "doses": _whole(1, 6), "intervals": _list_of(_MAP),
        "volume_ml": _VOLUME, "finish?": _flag},
    "mixing": {"before": _text, "after": _text, "age_from": _AGE, "age_to?": _AGE, "interval": _MAP, "needs_consent": _flag},
    "additional": {
        "age_from": _AGE, "age_to?": _AGE, "interval": _MAP, "after": _list_of(_text), "immune_deficient": _flag, "choice": _MAP},
    "booster": {"ordinal": _whole(1, 9), "age_from": _AGE, "age_to?": _AGE, "interval": _MAP, "choice": _MAP},
    "infection_wait": {
        "age_from": _AGE, "age_to?": _AGE, "dose_types": _list_of(_one_of("primary", "additional", "booster")),
        "ordinal?": _whole(1, 9), "months": _whole(0, LONGEST_MONTHS)},
    "local_interval": {
        "vaccine": _text, "province": lambda value: isinstance(value, str) and re.fullmatch(r"\d{2}", value) is not None,
        "start": _whole(0, LONGEST_DAYS), "end?": _whole(0, LONGEST_DAYS)},
    "priority_group": {
        "vi": _text, "en": _text, "parent?": _text, "province?": _text, "order": _whole(1, 9999)},
    "policy": {"minutes?": _whole(30, 480), "days?": _whole(0, LONGEST_DAYS), "under_age?": _AGE, "doses?": _whole(1, 10_000)},
}


def check_shape(kind: str, data: Mapping[str, Any]) -> None:
    """Check that the fields of one entry are there and sane, each by itself.

    Raises Refused: campaigns.rule_unknown_kind, rule_missing_field, rule_unknown_field, rule_bad_value, rule_negative_days,
    rule_min_over_recommended, rule_ages_reversed, rule_wrong_count.
    """
    if kind not in FIELDS:
        raise Refused("campaigns.rule_unknown_kind", kind=kind)
    _check_fields(kind, FIELDS[kind], data)
    if data.get("age_to") is not None and data["age_to"] < data["age_from"]:
        raise Refused("campaigns.rule_ages_reversed", age_from=data["age_from"], age_to=data["age_to"])
    for interval in [*data.get("intervals", ()), *([data["interval"]] if "interval" in data else [])]:
        _check_interval(kind, interval)
    if kind == "schedule" and len(data["intervals"]) != data["doses"] - 1:
        raise Refused("campaigns.rule_wrong_count", doses=data["doses"], intervals=len(data["intervals"]))
    if kind == "local_interval" and data.get("end") is not None and data["end"] < data["start"]:
        raise Refused("campaigns.rule_min_over_recommended", least=data["start"], recommended=data["end"])
    if "choice" in data:
        _check_fields(kind, _CHOICE, data["choice"])


def _check_fields(kind: str, fields: Mapping[str, Callable[[Any], bool]], data: Mapping[str, Any]) -> None:
    names = {name.rstrip("?") for name in fields}
    for extra in sorted(set(data) - names):
        raise Refused("campaigns.rule_unknown_field", kind=kind, field=extra)
    for name, test in fields.items():
        plain = name.rstrip("?")
        value = data.get(plain)
        if value is None:
            if not name.endswith("?"):
                raise Refused("campaigns.rule_missing_field", kind=kind, field=plain)
        elif plain in ("days", "months", "start", "end", "least") and _number(value) and value < 0:
            raise Refused("campaigns.rule_negative_days", field=plain, value=value)
        elif not test(value):
            raise Refused("campaigns.rule_bad_value", field=plain, value=str(value)[:80])


def _check_interval(kind: str, data: Mapping[str, Any]) -> None:
    _check_fields(kind, _INTERVAL, data)
    longest = LONGEST_MONTHS if data.get("unit") == "month" else LONGEST_DAYS
    for name in ("least", "start", "end"):
        value = data.get(name)
        if value is not None and not _whole(0, longest)(value):
            raise Refused("campaigns.rule_bad_value", field=name, value=str(value))
    if data["least"] > data["start"]:
        raise Refused("campaigns.rule_min_over_recommended", least=data["least"], recommended=data["start"])
    if data.get("end") is not None and data["start"] > data["end"]:
        raise Refused("campaigns.rule_min_over_recommended", least=data["start"], recommended=data["end"])


def check_group_code(code: str, data: Mapping[str, Any]) -> None:
    """Check a priority group's code: 1 to 16, or a province's own under 16. Raises Refused campaigns.rule_bad_group."""
    local = code.startswith("16.")
    named = (data.get("parent"), data.get("province"))
    if not GROUP_CODE.fullmatch(code) or named != (("16", code.split(".")[1]) if local else (None, None)):
        raise Refused("campaigns.rule_bad_group", group=code)


def build(entry: Entry) -> Any:
    """Turn a checked entry into its rule."""
    return _BUILD[entry.kind](entry, entry.data)


def _ages(data: Mapping[str, Any]) -> AgeBand:
    return AgeBand(data["age_from"], data.get("age_to"))


def _interval(data: Mapping[str, Any]) -> Interval:
    return Interval(data["least"], data["start"], data.get("end"), data.get("unit") or "day")


def _choice(data: Mapping[str, Any]) -> Choice:
    return Choice(data["same"], frozenset(data["platforms"]), frozenset(data.get("codes") or ()))


def _decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _vaccine(entry: Entry, data: Mapping[str, Any]) -> Vaccine:
    return Vaccine(
        entry.key, data["name"], data["short_vi"], data["short_en"], data["maker"], data["platform"], data["course"],
        data.get("eu_mp"), data.get("eu_ma"), data.get("eu_vp"), data.get("cvx"), _decimal(data.get("booster_ml")),
        tuple(data.get("doses_per_vial") or ()), data.get("use_within_hours"), data["storage_vi"], data["storage_en"],
        _decimal(data.get("storage_low_c")), _decimal(data.get("storage_high_c")), data.get("thawed_days"),
        data["observation_minutes"], frozenset(data.get("not_when") or ()), tuple(data.get("components") or ()),
        data.get("note") or "", entry.source)


_BUILD: dict[str, Callable[[Entry, Mapping[str, Any]], Any]] = {
    "vaccine": _vaccine,
    "schedule": lambda entry, data: Schedule(
        entry.key, data["vaccine"], _ages(data), data["doses"], tuple(map(_interval, data["intervals"])),
        Decimal(str(data["volume_ml"])), bool(data.get("finish")), entry.source),
    "mixing": lambda entry, data: Mixing(
        data["before"], data["after"], _ages(data), _interval(data["interval"]), data["needs_consent"], entry.source),
    "additional": lambda entry, data: Additional(
        _ages(data), _interval(data["interval"]), frozenset(data["after"]), data["immune_deficient"], _choice(data["choice"]),
        entry.source),
    "booster": lambda entry, data: Booster(
        entry.key, data["ordinal"], _ages(data), _interval(data["interval"]), _choice(data["choice"]), entry.source),
    "infection_wait": lambda entry, data: InfectionWait(
        _ages(data), frozenset(data["dose_types"]), data.get("ordinal"), data["months"], entry.source),
    "local_interval": lambda entry, data: LocalInterval(
        data["vaccine"], data["province"], data["start"], data.get("end"), entry.source),
    "priority_group": lambda entry, data: PriorityGroup(
        entry.key, data["vi"], data["en"], data.get("parent"), data.get("province"), data["order"], entry.source),
    "policy": lambda entry, data: Policy(entry.key, data, entry.source),
}
