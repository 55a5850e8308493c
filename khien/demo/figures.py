"""The demo's round, its plans and its sample figures of people and targets: invented, and said to be so wherever they are shown."""

from datetime import date, datetime, timedelta

from khien.campaigns import actions as campaigns
from khien.campaigns import queries as rules
from khien.kernel.refs import SYSTEM
from khien.places import queries as places
from khien.planning import actions as planning
from khien.reporting import actions as reporting
from khien.reporting.actions import FigureLine

CITY = "2021-79"
SOURCE = "Số mẫu của bản dùng thử, không phải thống kê"
BANDS = ((0, 4, 30), (5, 11, 40), (12, 17, 35), (18, 49, 220), (50, 64, 75), (65, 150, 30))  # people of a demo district by age


def build(today: date, at: datetime) -> None:
    """Open the first round, import people by district and age and targets by priority group."""
    campaigns.open_round(unit_key=CITY, first_on=today - timedelta(days=8), by=SYSTEM, at=at)
    people = [
        FigureLine(unit.key, low, high, count + 3 * number)
        for number, unit in enumerate(places.children(CITY))
        for low, high, count in BANDS
    ]
    reporting.import_figures(kind="population", lines=people, as_of=today.replace(month=1, day=1), source=SOURCE, by=SYSTEM, at=at)
    targets = [FigureLine(CITY, 18, 150, 120 + 25 * number, group.code) for number, group in enumerate(rules.groups(today, "79")) if group.code]
    reporting.import_figures(kind="target", lines=targets, as_of=today - timedelta(days=9), source=SOURCE, by=SYSTEM, at=at)
    span = {"first_on": today - timedelta(days=8), "last_on": today + timedelta(days=20), "per_table": 100, "weekdays": range(7)}
    planning.record_plan(
        unit_key=CITY, doses={"AZ": 12_000, "PFIZER": 6_000, "MODERNA": 3_000, "VERO": 3_000}, tables=37, teams=3, walk_in=10,
        letter="Kế hoạch mẫu của bản dùng thử", **span, by=SYSTEM, at=at,
    )  # fmt: skip
    for district, tables in (("2021-770", 4), ("2021-765", 6), ("2021-771", 8)):
        planning.record_plan(unit_key=district, doses={"AZ": 300 * tables, "PFIZER": 150 * tables}, tables=tables, **span, by=SYSTEM, at=at)
