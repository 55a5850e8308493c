"""The engine, given the American schedule of 2022 as its rules, judges primary COVID-19 doses as CDC's cases expect.

The schedule here is CDC's, not Viet Nam's: minimum ages and intervals, four days of grace, mixing after 28 days.
Graded: the first two doses of the cases of version 4.28 with products for people of 12 and over, as long as they are primary.
"""

import json
import os
from datetime import date
from pathlib import Path

import pytest

from khien.campaigns import rules
from khien.campaigns.types import DoseType, PastDose, Recipient, Validity
from khien.kernel.births import PartialDate

ROOT = Path(__file__).resolve().parents[2]
SUITE = Path(os.environ.get("KHIEN_CONFORMANCE", ROOT / "../shared/conformance")) / "cdsi" / "cases-healthy-v4.28.jsonl"
# CVX: platform, lowest age, doses, minimum days
PRODUCTS = {"208": ("mrna", 12, 2, 21), "207": ("mrna", 12, 2, 28), "211": ("protein_subunit", 12, 2, 21),
            "212": ("viral_vector", 18, 1, 0), "210": ("viral_vector", 18, 2, 28)}
MIXED = [(before, after) for before in ("207", "208", "211") for after in ("207", "208", "211") if before != after]
MIXED += [("210", "207"), ("210", "208"), ("210", "211")]


def entry(kind, key, **data):
    return {"kind": kind, "key": key, "data": data, "in_force_from": "2020-12-11", "in_force_to": None, "source": "CDSi 4.28"}


def american_book():
    found = [entry("policy", "grace", days=4)]
    for cvx, (platform, age, count, days) in PRODUCTS.items():
        found.append(entry("vaccine", cvx, name=cvx, short_vi=cvx, short_en=cvx, maker="-", platform=platform, course="covid-19",
                           storage_vi="-", storage_en="-", observation_minutes=30))
        found.append(entry("schedule", f"{cvx}/{age}+", vaccine=cvx, age_from=age, doses=count,
                           intervals=[{"least": days, "start": days}] * (count - 1), volume_ml=0.5))
    found += [entry("mixing", f"{before}>{after}", before=before, after=after, age_from=12, needs_consent=False,
                    interval={"least": 28, "start": 28}) for before, after in MIXED]
    return rules.RuleBook.from_entries(found)


def cases():
    if not SUITE.is_file():
        return
    for line in SUITE.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        given = sorted((date.fromisoformat(case[f"Date_Administered_{n}"]), case[f"CVX_{n}"], case[f"Evaluation_Status_{n}"])
                       for n in range(1, 9) if case.get(f"Date_Administered_{n}"))[:2]
        born = PartialDate.of(date.fromisoformat(case["DOB"]))
        if "COVID" in case["Vaccine_Group"] and given and all(dose[1] in PRODUCTS for dose in given) and born.age_min(given[0][0]) >= 12:
            yield pytest.param(born, given, id=case["CDC_Test_ID"])


@pytest.mark.skipif(not SUITE.is_file(), reason=f"the CDSi cases are not at {SUITE}")
@pytest.mark.parametrize(("born", "given"), list(cases()))
def test_primary_doses_are_judged_as_the_cdc_expects(born, given):
    told = rules.evaluate_history(american_book(), Recipient(born), [PastDose(cvx, on) for on, cvx, _ in given])
    for dose, (_, _, expected) in zip(told, given, strict=True):
        if dose.dose_type is DoseType.PRIMARY:
            assert (dose.validity is Validity.VALID) == (expected == "Valid"), dose.sentence_en


@pytest.mark.skipif(not SUITE.is_file(), reason=f"the CDSi cases are not at {SUITE}")
def test_enough_cases_are_graded():
    assert len(list(cases())) >= 25
