"""The server was upgraded while a tablet was away: what was decided by the rules of before stands, and the record says by which it was decided."""

from datetime import date, timedelta

import pytest

from khien.campaigns import actions as campaigns
from khien.campaigns import queries as rules
from khien.visits.models import Screening, Visit
from tests import make
from tests.make_day import WELL, healthy, make_day
from tests.make_offline import make_tablet

AT = make.AT
NOON, EVENING = AT + timedelta(hours=3), AT + timedelta(hours=9)
FEVER = {**WELL, "temperature_c": "38.6"}


@pytest.fixture
def away(db):
    """A tablet that took its pack in the morning; at noon the ministry changed a rule."""
    day = make_day()
    tablet = make_tablet(day)
    tablet.rules = rules.rules_version()
    (booster,) = (one for one in rules.rule_history("booster", "1/18+") if one.superseded_at is None and one.in_force_to is None)
    changed = {**booster.data, "interval": {**booster.data["interval"], "least": 2}}
    campaigns.record_rule(kind="booster", key="1/18+", data=changed, in_force_from=date(2022, 3, 1), source="CV 1", reason="Theo công văn mới", by=make.BY, at=NOON)
    assert rules.rules_version() != tablet.rules
    return day, tablet


def decided(day, tablet, *, vitals=WELL, decision="eligible", **body):
    """One person received, and decided by the doctor without a line; returns the visit and its screening once the line is back."""
    visit_id, last = tablet.receives(AT, person_id=str(make.make_person()))
    visit = {"visit_id": str(visit_id), "session_id": str(day.session_id)}
    last = tablet.does("consent", AT + timedelta(minutes=2), after=last, agreed=True, **visit)
    tablet.does("screen", AT + timedelta(minutes=5), after=last, answers=healthy(), vitals=vitals, decision=decision, **body, **visit)
    assert [one["status"] for one in tablet.sends(EVENING)] == ["accepted"] * 3
    return Visit.objects.get(id=visit_id), Screening.objects.get(visit_id=visit_id)


def test_what_both_rules_say_alike_is_recorded_under_those_of_the_tablet(away):
    visit, screening = decided(*away, proposed={"verdict": "eligible", "form": ""})
    assert visit.state == "cleared"
    assert screening.rules_version == away[1].rules
    assert (screening.proposal, screening.proposal_reasons) == ("eligible", [])


def test_what_the_rules_of_now_would_not_say_is_accepted_as_it_was_and_marked(away):
    # the rules of before let a temperature pass that those of now do not
    visit, screening = decided(*away, vitals=FEVER, proposed={"verdict": "eligible", "form": "3802"})
    assert visit.state == "cleared"
    assert (screening.rules_version, screening.form, screening.proposal, screening.decision) == (away[1].rules, "3802", "eligible", "eligible")
    first, *others = screening.proposal_reasons
    assert (first["code"], first["verdict"]) == ("rules_changed", "caution")
    assert "thận trọng" in first["vi"].lower()
    assert others


def test_who_was_sent_home_by_the_rules_of_before_was_sent_home(away):
    visit, screening = decided(*away, decision="defer", proposed={"verdict": "defer", "form": ""})
    assert visit.state == "deferred"
    assert screening.proposal_reasons[0]["code"] == "rules_changed"


def test_a_proposal_that_came_over_the_line_after_the_change_stands_under_the_rules_of_now(away):
    _visit, screening = decided(*away, proposed={"verdict": "eligible", "rules_version": rules.rules_version()})
    assert (screening.rules_version, screening.proposal_reasons) == (rules.rules_version(), [])


def test_a_tablet_that_does_not_say_what_it_proposed_is_recorded_under_its_rules(away):
    _visit, screening = decided(*away, vitals=FEVER)
    assert (screening.rules_version, screening.proposal) == (away[1].rules, "caution")
