"""What the desks ask and tell: the pack, news, commands with receipts, proposals, the check before the needle."""

import json
from datetime import date, timedelta

import pytest

from khien.kernel import clock
from khien.plumbing.models import AccessLog
from khien.visits import actions as visits
from khien.visits import queries
from tests import make
from tests.make_day import WELL, healthy, make_visit
from tests.make_desk import envelope, post, tell

pytestmark = pytest.mark.usefixtures("db")
CARD = "079084990321||Nguyễn Văn Thử Nghiệm|12031984|Nam|1 Đường Thử, Phường 01, Quận Bình Thạnh, TP. Hồ Chí Minh|01012021"


def walk_in(client, day, text=CARD):
    (receipt,) = tell(client, day, envelope(client, "check_in", session_id=str(day.session_id), identity_how="card", person={"scan": text}))
    return receipt


def test_the_pack_holds_what_the_desks_draw_and_few_facts_of_each_person(lead, day):
    made = make_visit(day, at=clock.now())
    told = lead.get(f"/diem/{day.session_id}/goi").json()
    assert {"session", "staff", "lots", "vaccines", "forms", "consent", "states", "signs", "appointments"} <= set(told)
    assert told["session"]["id"] == str(day.session_id)
    (person,) = told["walk_ins"]
    assert set(person) == {"person_id", "name", "birth", "sex", "last4", "identity"}
    assert AccessLog.objects.filter(person_id=made.person_id, staff_id=lead.staff.id, purpose="list").count() == 1
    lead.get(f"/diem/{day.session_id}/goi")
    assert AccessLog.objects.filter(person_id=made.person_id).count() == 1


def test_news_come_only_when_something_changed(lead, day):
    first = lead.get(f"/diem/{day.session_id}/tinh-hinh")
    assert first.json()["visits"] == []
    assert lead.get(f"/diem/{day.session_id}/tinh-hinh", headers={"If-None-Match": first["ETag"]}).status_code == 304
    make_visit(day, at=clock.now())
    second = lead.get(f"/diem/{day.session_id}/tinh-hinh", headers={"If-None-Match": first["ETag"]})
    assert [row["number"] for row in second.json()["visits"]] == [1]
    visits.pause_lot(session_id=day.session_id, lot_id=day.lot_id, reason="xem lại", by=make.BY, at=clock.now())
    third = lead.get(f"/diem/{day.session_id}/tinh-hinh", headers={"If-None-Match": second["ETag"]})
    assert third.json()["lots"][0]["paused"]


def test_who_ended_earlier_is_not_told_again(lead, day, hour):
    ended = make_visit(day, state="closed", at=clock.now())
    hour.on(hours=2)
    since = clock.now().isoformat()
    make_visit(day, at=clock.now())
    rows = lead.get(f"/diem/{day.session_id}/tinh-hinh", {"tu": since}).json()["visits"]
    assert [row["id"] for row in rows] != [str(ended.visit.visit_id)]
    assert len(rows) == 1


def test_a_command_sent_twice_is_one_reception_with_one_receipt(lead, day):
    command = envelope(lead, "check_in", session_id=str(day.session_id), identity_how="card", person={"scan": CARD})
    first, second = (tell(lead, day, command)[0] for _ in range(2))
    assert (first["status"], first["result"]["number"], second["repeat"]) == ("accepted", 1, True)
    assert len(queries.visits_of_session(day.session_id)) == 1
    assert "Không có lịch hẹn" not in json.dumps(first["result"]["warnings"], ensure_ascii=False)


def test_a_refusal_comes_back_in_words_of_both_languages(lead, day):
    made = make_visit(day, at=clock.now())
    (receipt,) = tell(lead, day, envelope(lead, "observe", visit_id=str(made.visit.visit_id)))
    assert receipt["status"] == "conflict"
    assert receipt["refused"]["code"] == "visits.wrong_state"
    assert receipt["refused"]["vi"] != receipt["refused"]["en"]


def test_facts_of_a_refusal_are_said_as_people_read_them(lead, day, hour):
    made = make_visit(day, state="dosed", at=clock.now())
    (receipt,) = tell(lead, day, envelope(lead, "observe", visit_id=str(made.visit.visit_id)))
    assert "09:00" in receipt["refused"]["vi"]


def test_a_mangled_card_asks_for_the_name_and_is_never_saved_mangled(lead, day):
    mangled = CARD.replace("Nguyễn Văn Thử Nghiệm", "Nguyeenx Vawn Thuwr").replace("Đường", "DDuwowngf").replace("Phường", "Phuwowngf").replace("|Nam|", "|Nam|")
    receipt = walk_in(lead, day, mangled)
    assert (receipt["status"], receipt["refused"]["code"]) == ("refused", "visits.name_mangled")
    found = post(lead, f"/diem/{day.session_id}/tim", {"q": mangled}).json()
    assert (found["kind"], found["card"]["mangled"], found["card"]["name"]) == ("card", True, "")


def test_a_card_is_compared_with_the_record_and_the_look_is_logged(lead, day):
    assert post(lead, f"/diem/{day.session_id}/tim", {"q": CARD}).json()["match"] == "none"
    person = walk_in(lead, day)["result"]["person_id"]
    same = post(lead, f"/diem/{day.session_id}/tim", {"q": CARD}).json()
    assert (same["match"], same["people"][0]["id"], same["people"][0]["visit"]["number"]) == ("exact", person, 1)
    other = post(lead, f"/diem/{day.session_id}/tim", {"q": CARD.replace("12031984", "13031984")}).json()
    assert (other["match"], other["differences"]) == ("probable", ["birth"])
    assert AccessLog.objects.filter(person_id=person, purpose="reception").count() == 2


def test_a_wrong_code_is_refused_and_a_name_is_found_without_marks(lead, day):
    wrong = post(lead, f"/diem/{day.session_id}/tim", {"q": "12345678903"})
    assert wrong.status_code in (200, 409)
    walk_in(lead, day)
    found = post(lead, f"/diem/{day.session_id}/tim", {"q": "thu nghiem nguyen"}).json()
    assert [one["name"] for one in found["people"]] == ["Nguyễn Văn Thử Nghiệm"]


def test_the_screening_is_proposed_with_reason_and_source(lead, day):
    made = make_visit(day, state="consented", at=clock.now())
    asked = {"visit_id": str(made.visit.visit_id), "answers": healthy(items={"3": True}), "vitals": WELL}
    told = post(lead, f"/diem/{day.session_id}/de-xuat", asked).json()
    assert (told["verdict"], told["complete"]) == ("defer", True)
    assert told["reasons"][0]["item"] == "3"
    assert "4355" in told["source"]
    refused = post(lead, f"/diem/{day.session_id}/de-xuat", {**asked, "vitals": {"temperature_c": "366"}})
    assert refused.status_code == 409
    assert "366 °C" in refused.json()["refused"]["vi"]


def test_everything_that_stops_the_needle_is_told_before_it(lead, day, hour):
    made = make_visit(day, state="cleared", at=clock.now())
    asked = {"visit_id": str(made.visit.visit_id)}
    fine = post(lead, f"/diem/{day.session_id}/truoc-tiem", {**asked, "lot_id": str(day.lot_id)}).json()
    assert (fine["stops"], fine["plan"]["dose_type"], fine["plan"]["ordinal"]) == ([], "primary", 1)
    old = make.make_lot("AZ", "CU0001", site_id=day.site_id, expires_on=date(2021, 12, 12))
    stop = post(lead, f"/diem/{day.session_id}/truoc-tiem", {**asked, "lot_number": "cu-OOO1"}).json()["stops"]
    assert stop[0]["code"] == "stock.lot_expired"
    assert "12/12/2021" in stop[0]["vi"]
    make.recall_lot(day.lot_id, reason="thử", at=clock.now())
    assert post(lead, f"/diem/{day.session_id}/truoc-tiem", {**asked, "lot_id": str(day.lot_id)}).json()["stops"][0]["code"] == "stock.lot_recalled"
    unknown = post(lead, f"/diem/{day.session_id}/truoc-tiem", {**asked, "lot_number": "KHONGCO9"})
    assert (unknown.status_code, unknown.json()["refused"]["code"]) == (409, "stock.lot_unknown")
    assert old


def test_the_slip_of_another_stops_the_needle(lead, day):
    first, second = (make_visit(day, state="cleared", at=clock.now()) for _ in range(2))
    asked = {"visit_id": str(first.visit.visit_id), "lot_id": str(day.lot_id), "slip": second.code}
    assert post(lead, f"/diem/{day.session_id}/truoc-tiem", asked).json()["stops"][0]["code"] == "visits.slip_of_another"
    assert post(lead, f"/diem/{day.session_id}/truoc-tiem", {**asked, "slip": first.code}).json()["stops"] == []


def test_a_dose_injected_already_is_recorded_as_it_was_with_its_marks_in_words(lead, day):
    made = make_visit(day, state="cleared", at=clock.now())
    make.make_lot("AZ", "CU0002", site_id=day.site_id, expires_on=date(2021, 12, 12))
    command = envelope(
        lead, "give_dose", visit_id=str(made.visit.visit_id), lot_number="CU0002", vaccine="AZ", already_injected=True, reason="Lấy nhầm lọ"
    )
    (receipt,) = tell(lead, day, command)
    assert receipt["status"] == "accepted"
    assert "lot_expired" in receipt["result"]["marks"]
    assert "Lô đã hết hạn khi tiêm" in [mark["vi"] for mark in receipt["result"]["marks_said"]]


def test_a_desk_writes_for_its_own_session_only(lead, day, signed_in):
    other = make.make_session(mode="walk_in", at=clock.now())
    answer = post(lead, f"/diem/{day.session_id}/lenh", {"commands": [envelope(lead, "check_in", session_id=str(other), person={"scan": CARD})]})
    assert (answer.status_code, answer.json()["refused"]["code"]) == (409, "visits.session_unknown")


def test_a_desk_does_only_what_its_post_allows(day, signed_in):
    observer = signed_in(day.site_id, "observer")
    made = make_visit(day, state="cleared", at=clock.now())
    (receipt,) = tell(observer, day, envelope(observer, "give_dose", visit_id=str(made.visit.visit_id), lot_id=str(day.lot_id), slip=made.code))
    assert receipt["refused"]["code"] == "commands.not_allowed"
    assert observer.get(f"/diem/{day.session_id}/mo").status_code == 403


def test_the_confirmation_waits_for_the_observation(lead, day, hour):
    made = make_visit(day, state="dosed", at=clock.now())
    path = f"/diem/{day.session_id}/giay-xac-nhan/{made.visit.visit_id}.pdf"
    early = lead.get(path)
    assert early.status_code == 409
    hour.on(minutes=31)
    tell(lead, day, envelope(lead, "observe", visit_id=str(made.visit.visit_id)), envelope(lead, "close", visit_id=str(made.visit.visit_id)))
    paper = lead.get(path)
    assert (paper["Content-Type"], paper.content[:5]) == ("application/pdf", b"%PDF-")
    assert AccessLog.objects.filter(person_id=made.person_id, purpose="closing").exists()


def test_a_reaction_takes_one_command_and_its_acts_are_kept(lead, day, hour):
    made = make_visit(day, state="dosed", at=clock.now())
    hour.on(minutes=5)
    (receipt,) = tell(lead, day, envelope(lead, "react", visit_id=str(made.visit.visit_id), anaphylaxis=True, symptoms=[]))
    assert (receipt["result"]["urgency"], receipt["result"]["call_emergency"]) == ("P1", True)
    hour.on(minutes=1)
    done = envelope(
        lead, "outcome", visit_id=str(made.visit.visit_id), reaction_id=receipt["result"]["id"], outcome="recovering",
        action_taken="08:35 adrenalin",
    )  # fmt: skip
    assert tell(lead, day, done)[0]["status"] == "accepted"
    (reaction,) = lead.get(f"/diem/{day.session_id}/tinh-hinh").json()["reactions"]
    assert (reaction["outcome"], reaction["action_taken"]) == ("recovering", "08:35 adrenalin")


def test_help_is_asked_with_the_desk_and_the_last_error(lead, day):
    from khien.plumbing.models import Event

    assert tell(lead, day, envelope(lead, "help", session_id=str(day.session_id), desk="injection", last_error="stock.lot_expired"))[0]["status"] == "accepted"
    (told,) = Event.objects.filter(kind="visits.help_asked")
    assert (told.data["desk"], told.data["last_error"], told.data["site_id"]) == ("injection", "stock.lot_expired", str(day.site_id))


def test_the_hall_screen_shows_numbers_and_never_a_name(lead, day, hour):
    made = make_visit(day, state="cleared", at=clock.now())
    name = queries.visit(made.visit).full_name
    for path in ("man-hinh", "man-hinh/bang"):
        page = lead.get(f"/diem/{day.session_id}/{path}").content.decode()
        assert name not in page
        assert "<b>1</b>" in page
    assert "<b>1</b>" in lead.get(f"/hall/{day.session_id}", follow=True).content.decode()


def test_a_clerk_keys_for_the_doctor_at_the_doctors_hour(lead, day, hour):
    made = make_visit(day, state="consented", at=clock.now())
    done = (clock.now() + timedelta(minutes=3)).isoformat()
    hour.on(minutes=20)
    command = envelope(
        lead, "screen", visit_id=str(made.visit.visit_id), answers=healthy(), vitals=WELL, decision="eligible", performed_at=done,
        performed_by_name="BS. Thử",
    )  # fmt: skip
    assert tell(lead, day, command)[0]["status"] == "accepted"
    told = lead.get(f"/diem/{day.session_id}/luot/{made.visit.visit_id}", {"ban": "injection"}).json()
    assert told["screening"]["by"] == "BS. Thử"
    assert AccessLog.objects.filter(person_id=made.person_id, purpose="injection").count() == 1


def test_the_desks_speak_english_where_the_page_does(lead, day):
    import html
    import re

    def words_of(page):
        return json.loads(html.unescape(re.search(r'data-words="([^"]*)"', page.content.decode())[1]))

    assert words_of(lead.get(f"/diem/{day.session_id}")) == {}
    lead.cookies["khien_lang"] = "en"
    told = words_of(lead.get(f"/diem/{day.session_id}"))
    assert told["Dừng. Không tiêm lọ này."] == "Stop. Do not inject from this vial."
    assert [sentence for sentence, english in told.items() if sentence == english and re.search(r"[ăâđêôơư]", sentence)] == []


def test_the_modules_of_the_desks_carry_their_contents_hash(lead, day):
    from khien.surfaces.station import words

    page = lead.get(f"/diem/{day.session_id}").content.decode()
    assert all(re_hash in page for re_hash in (address.split("?v=")[1] for address in words.addresses()))


def test_a_long_list_of_names_says_that_there_are_more_and_the_one_chosen_is_told_in_whole(lead, day):
    people = [make.make_person("Lê Văn Đông Thử") for _ in range(14)]
    told = post(lead, f"/diem/{day.session_id}/tim", {"q": "dong thu"}).json()
    assert (len(told["people"]), told["more"]) == (12, True)
    assert "next" not in told["people"][0]
    (whole,) = post(lead, f"/diem/{day.session_id}/tim", {"person": str(people[0])}).json()["people"]
    assert (whole["id"], whole["doses"], whole["appointment"]) == (str(people[0]), [], None)
    assert AccessLog.objects.filter(person_id=people[0], staff_id=lead.staff.id, purpose="reception").count() == 1


def test_a_walk_in_born_tomorrow_is_a_slip_of_the_finger(lead, day):
    born = (clock.on_date(clock.now()) + timedelta(days=1)).isoformat()
    person = {"full_name": "Lê Thị Mai Thử", "birth": born, "sex": "female", "no_identifier_reason": "lost"}
    (receipt,) = tell(lead, day, envelope(lead, "check_in", session_id=str(day.session_id), identity_how="spoken", person=person))
    assert (receipt["status"], receipt["refused"]["code"]) == ("refused", "births.in_future")


def test_a_command_that_breaks_is_told_apart_and_the_others_are_done(lead, day, monkeypatch, caplog):
    made = [make_visit(day, at=clock.now()) for _ in range(2)]

    def breaks(**told):
        raise ZeroDivisionError("Nguyễn Văn Thử")

    monkeypatch.setattr(visits, "end", breaks)
    broken = envelope(lead, "end", visit_id=str(made[0].visit.visit_id), end="refused", reason="đổi ý")
    agreed = envelope(lead, "consent", visit_id=str(made[1].visit.visit_id), agreed=True)
    first, second = tell(lead, day, broken, agreed)
    assert (first["status"], first["refused"]["code"], second["status"]) == ("broken", "commands.broken", "accepted")
    assert "ZeroDivisionError" in caplog.text
    assert "Nguyễn" not in caplog.text
    # nothing was kept of it: sent again, it is done
    monkeypatch.undo()
    (again,) = tell(lead, day, broken)
    assert again["status"] == "accepted"


def test_a_clock_beyond_reason_is_refused_in_words(lead, day):
    for more in ({"occurred_at": "9999-12-31T23:59:59+00:00"}, {"clock_offset_ms": 2**53}):
        strange = envelope(lead, "help", session_id=str(day.session_id), desk="reception")
        (receipt,) = tell(lead, day, strange | more)
        assert (receipt["status"], receipt["refused"]["code"]) == ("refused", "commands.unreadable")


def test_a_lot_number_longer_than_any_label_is_asked_for_again(lead, day):
    made = make_visit(day, state="cleared", at=clock.now())
    facts = {"already_injected": True, "vaccine": "AZ", "reason": "đã tiêm"}
    (receipt,) = tell(lead, day, envelope(lead, "give_dose", visit_id=str(made.visit.visit_id), lot_number="CU0388" * 10, **facts))
    assert (receipt["status"], receipt["refused"]["code"]) == ("refused", "visits.lot_unnamed")
    (receipt,) = tell(lead, day, envelope(lead, "give_dose", visit_id=str(made.visit.visit_id), lot_number="CU0388", **facts))
    assert receipt["status"] == "accepted"


def unpapered(**more):
    return {"full_name": "Nguyễn Thị Thử Cũ", "birth": "1948-05-02", "sex": "female", "no_identifier_reason": "never_issued", "address": "12/3 Đường Thử", **more}


def near(client, day, person):
    told = post(client, f"/diem/{day.session_id}/tim", {"new": person}).json()
    return [(one["id"], sorted(one["why"])) for one in told["people"]]


def test_reception_asks_whether_somebody_without_papers_is_in_the_record_already(lead, day):
    (first,) = tell(lead, day, envelope(lead, "check_in", session_id=str(day.session_id), identity_how="spoken", person=unpapered(phone="0912345678")))
    known = first["result"]["person_id"]
    assert near(lead, day, unpapered(full_name="nguyen thi thu cu")) == [(known, ["birth", "home", "name_alike", "papers"])]
    assert near(lead, day, unpapered(birth="1948", address="", phone="0912345678")) == [(known, ["birth_year", "name", "papers", "phone"])]
    assert near(lead, day, unpapered(birth="1948", address="", no_identifier_reason="lost")) == [(known, ["birth_year", "name", "papers"])]
    assert near(lead, day, unpapered(full_name="Nguyễn Thị Thử Mới")) == []
    assert near(lead, day, unpapered(birth="1949-05-02")) == []
    assert AccessLog.objects.filter(person_id=known, staff_id=lead.staff.id, purpose="reception").count() == 3


def test_the_question_stops_nobody_who_says_they_are_another(lead, day):
    receipts = [
        tell(lead, day, envelope(lead, "check_in", session_id=str(day.session_id), identity_how="spoken", person=unpapered()))[0] for _ in range(2)
    ]
    assert [one["status"] for one in receipts] == ["accepted", "accepted"]
    assert len({one["result"]["person_id"] for one in receipts}) == 2


def test_two_cards_of_two_numbers_are_two_people_and_nobody_is_asked(lead, day):
    walk_in(lead, day)
    assert near(lead, day, {"scan": CARD.replace("079084990321", "079084990329")}) == []


def test_a_colleagues_decision_that_the_doctor_has_not_seen_is_told_before_another_is_written(lead, day, signed_in):
    made = make_visit(day, state="consented", at=clock.now())
    other = signed_in(day.site_id, "screener")
    decided = {"visit_id": str(made.visit.visit_id), "answers": healthy(), "vitals": WELL, "seen": 0}
    first, second = (
        tell(one, day, envelope(one, "screen", **decided, decision=said, reason=why))[0]
        for one, said, why in ((lead, "eligible", ""), (other, "defer", "còn mệt"))
    )
    assert (first["status"], second["status"]) == ("accepted", "conflict")
    assert second["refused"]["code"] == "visits.decided_already"
    assert lead.staff.full_name in second["refused"]["vi"]
    assert "cho tiêm" in second["refused"]["vi"]
    assert "tạm hoãn" in second["refused"]["vi"]
    assert queries.visit(made.visit).state == "cleared"
    again = {**decided, "seen": second["refused"]["facts"]["version"], "decision": "defer", "reason": "còn mệt"}
    assert tell(other, day, envelope(other, "screen", **again))[0]["status"] == "accepted"
    assert [one.decision for one in queries.story(made.visit).screenings] == ["eligible", "defer"]


def test_a_doctor_who_changes_the_own_decision_is_not_asked(lead, day):
    made = make_visit(day, state="consented", at=clock.now())
    decided = {"visit_id": str(made.visit.visit_id), "answers": healthy(), "vitals": WELL, "seen": 0}
    for said in ("eligible", "wait"):
        (receipt,) = tell(lead, day, envelope(lead, "screen", **decided, decision=said, reason="đo lại"))
        assert receipt["status"] == "accepted"
