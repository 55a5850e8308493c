"""What a device decides from its pack alone is what the server decides of the same visit: word for word."""

from datetime import date, timedelta
from itertools import product

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from khien.kernel import clock
from khien.kernel.births import PartialDate
from khien.plumbing import sealing
from khien.stock import actions as stock
from khien.visits import actions, offline
from tests import make
from tests.make_day import done_at, make_day, make_visit
from tests.make_desk import post
from tests.make_offline import spki


@pytest.fixture
def day(hour):
    return make_day(vaccines=("AZ", "PFIZER"), at=clock.now())


@pytest.fixture
def lots(day):
    """The lots of the day, and those that must not be used."""
    recalled = make.make_lot(site_id=day.site_id)
    make.recall_lot(recalled, at=clock.now())
    paused = make.make_lot(site_id=day.site_id)
    actions.choose_lot(session_id=day.session_id, lot_id=paused, by=make.BY, at=clock.now())
    actions.pause_lot(session_id=day.session_id, lot_id=paused, reason="xem lại", by=make.BY, at=clock.now())
    thawed = make.make_lot("PFIZER", site_id=day.site_id)
    actions.choose_lot(session_id=day.session_id, lot_id=thawed, by=make.BY, at=clock.now())
    stock.thaw(site_id=day.site_id, lot_id=thawed, vials=2, performed=done_at(clock.now() - timedelta(days=60)), by=make.BY, at=clock.now())
    return [day.lot_id, recalled, paused, thawed, make.make_lot("PFIZER"), make.make_lot(expires_on=date(2021, 12, 13))]


def inside(day):
    """People whose histories and screenings differ."""
    pasts = [(), (("AZ", 100),), (("AZ", 20),), (("PFIZER", 40), ("PFIZER", 200)), (("AZ", 0),), (("VEROCELL", 60), ("AZ", 30))]
    births = [PartialDate(1960, 2, 3), PartialDate(2009, 12, 15), PartialDate(2003)]
    for number, past in enumerate(pasts):
        person = make.make_person(birth=births[number % 3], at=clock.now())
        for vaccine, days in past:
            make.make_immunization(person, vaccine=vaccine, on=clock.on_date(clock.now()) - timedelta(days=days))
        yield make_visit(day, state=("cleared", "checked_in", "checked_in")[number % 3], person_id=person, vaccine="AZ", at=clock.now()).visit.visit_id


def pack_of(lead, day):
    lead.post(f"/diem/{day.session_id}/may", {"name": "Máy 1"})
    post(lead, "/diem/may-nay/khoa", {"public_key": sealing.text_of(spki(ec.generate_private_key(ec.SECP256R1())))})
    return post(lead, f"/diem/{day.session_id}/mang-theo", {}).json()


def asked(pack, row, lot, sure):
    """The question as `station-local.js` puts it."""
    told, person = pack["offline"], pack["offline"]["people"][row["person_id"]]
    given = {"number": row["number"], "dosed_at": row["dosed_at"], "state": row["state"]} if row["dosed_at"] else None
    return {
        "on": pack["session"]["on_date"], "person": {name: person[name] for name in ("birth", "sex", "settled_birth")},
        "visit": {**{name: row[name] for name in ("state", "number", "person_id", "vaccine", "decision", "mixing")}, "codes": [row["id"], row["registration_code"], *row["codes"]],
                  "minutes": row["observe_minutes"], "namesakes": [], "given": given},
        "session": {"vaccines": pack["session"]["vaccines"], "province": told["session_province"], "stopped": told["stopped"]},
        "health": row["health"], "history": person["history"], "lot": {**lot, "vials": []}, "moment": clock.now().isoformat(), **sure,
    }  # fmt: skip


def test_every_visit_with_every_lot_is_decided_alike_by_the_server_and_from_the_pack(db, hour, lead, day, lots):
    visits = list(inside(day))
    pack = pack_of(lead, day)
    rules = pack["offline"]["rules"]
    told = offline.Told(offline.campaign_rules.RuleBook.from_entries(rules["entries"]), rules["words"])
    rows = {row["id"]: row for row in pack["offline"]["visits"]}
    shelf = {lot["id"]: lot for lot in pack["offline"]["lots"]}
    seen = set()
    for visit, lot, sure in product(visits, lots, ({}, {"slip": "12345678901"}, {"slip": "own"}, {"slip": "registration"}, {"confirmed_facts": ["full_name"]})):
        row = rows[str(visit)]
        sure = {"slip": {"own": row["code"], "registration": row["registration_code"]}.get(sure["slip"], sure["slip"])} if "slip" in sure else sure
        there = post(lead, f"/diem/{day.session_id}/truoc-tiem", {"visit_id": str(visit), "lot_id": str(lot), **sure}).json()
        there.pop("now")
        assert offline.answer(told, "before_dose", asked(pack, row, shelf[str(lot)], sure)) == there
        seen |= {stop["code"] for stop in there["stops"]}
    assert {"stock.thaw_over", "stock.lot_recalled", "stock.lot_expired", "visits.lot_paused"} <= seen


def test_a_screening_is_proposed_alike(db, hour, lead, day):
    visits = list(inside(day))
    pack = pack_of(lead, day)
    rules = pack["offline"]["rules"]
    told = offline.Told(offline.campaign_rules.RuleBook.from_entries(rules["entries"]), rules["words"])
    for row, vitals in product(pack["offline"]["visits"], ({}, {"temperature_c": "38"}, {"temperature_c": "x"})):
        answers = {"items": {"1": False, "2": True}, "background": []}
        question = {"on": pack["session"]["on_date"], "birth": row["birth"], "sex": row["sex"], "vaccine": row["vaccine"], "answers": answers, "vitals": vitals}
        there = post(lead, f"/diem/{day.session_id}/de-xuat", {"visit_id": row["id"], "answers": answers, "vitals": vitals}).json()
        there.pop("now")
        assert there.pop("rules_version", rules["version"]) == rules["version"]
        assert offline.answer(told, "propose", question) == there
    assert len(visits) == len(pack["offline"]["visits"])
