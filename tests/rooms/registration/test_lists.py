"""Lists are staged for a person to look at, then sent; nothing is lost, doubled or written over."""

from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest

from khien.interchange import lists as sheets
from khien.kernel.births import PartialDate
from khien.kernel.errors import Refused
from khien.kernel.refs import SYSTEM
from khien.people import queries as people
from khien.people.models import Person
from khien.plumbing import jobs
from khien.plumbing.models import Job
from khien.registration import actions, queries, sending
from khien.registration.models import ListRow, PeopleList, Registration
from tests import make

BY = {"by": SYSTEM, "at": make.AT}
HEADS = (
    "STT",
    "Họ và tên",
    "Ngày sinh",
    "Giới tính",
    "Số CCCD",
    "Số điện thoại",
    "Xã/Phường",
    "Quận/Huyện",
    "Tỉnh/TP",
    "Nhóm đối tượng",
)
PLACE = ("Phường 26", "Quận Bình Thạnh", "Thành phố Hồ Chí Minh")
WORKED = timedelta()


def book(*rows, heads=HEADS):
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = "Danh sách"
    for line in (heads, *rows):
        sheet.append(list(line))
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def line(number, name, cccd=None, *, birth="12/03/1984", sex="Nam", phone="", group="13"):
    return (number, name, birth, sex, cccd if cccd is not None else make.make_number().value, phone, *PLACE, group)


def work():
    while jobs.run_next(lambda: make.AT):
        pass
    failed = Job.objects.exclude(state="done")
    assert not failed.exists(), list(failed.values("kind", "error"))


def receive(data, organization=None, **more):
    organization = organization or make.make_organization()
    more = {"way": "organization", "name": "danh-sach.xlsx"} | more
    return actions.receive_list(organization=organization, data=data, **more, **BY)


def staged(data, organization=None, **more):
    received = receive(data, organization, **more)
    work()
    return received.list_id


def send(list_id):
    actions.send_list(list_id=list_id, **BY)
    work()
    return queries.list_view(list_id)


def states(list_id):
    return [row.state for row in queries.list_rows(list_id)]


def test_a_firms_list_is_staged_repaired_refused_and_sent(db):
    number = make.make_number()
    list_id = staged(
        book(
            line(1, "Nguyễn Văn An"),
            line(2, "TRẦN THỊ BÌNH", number.value.lstrip("0"), sex="Nam"),
            line(3, "Lê Văn Chín", "123"),
            line(4, "", make.make_number().value),
        )
    )
    card = queries.list_view(list_id)
    assert states(list_id) == ["accepted", "repaired", "refused", "refused"]
    assert (card.state, card.rows, card.accepted, card.repaired, card.refused, card.sendable) == ("staged", 4, 1, 1, 2, 2)
    repaired = queries.list_rows(list_id, "repaired")[0]
    assert {one["why"] for one in repaired.repairs} == {"names.case", "identifiers.leading_zero"}
    assert repaired.values["full_name"] == "Trần Thị Bình"
    assert queries.list_rows(list_id, "refused")[0].refusals[0]["field"] == "identifier"
    card = send(list_id)
    assert (card.state, card.sent, card.refused) == ("sent", 2, 2)
    done = Registration.objects.get(person_id=people.find_by_identifier(number))
    assert (done.way, done.priority_groups, done.commune_2021) == ("organization", ["13"], "26914")
    assert done.organization_id == card.organization_id


def test_the_same_file_sent_twice_is_recognised_and_read_once(db):
    organization, data = make.make_organization(), book(line(1, "Nguyễn Văn An"))
    first = receive(data, organization)
    again = receive(data, organization)
    assert (again.list_id, again.again) == (first.list_id, True)
    assert PeopleList.objects.count() == 1
    assert not receive(data, make.make_organization()).again


def test_a_file_that_is_no_list_says_so_and_may_be_sent_again(db):
    list_id = staged(b"xin chao", name="danh-sach.csv")
    card = queries.list_view(list_id)
    assert card.state == "unreadable"
    assert card.refusal == "sheets.no_heading"
    assert not receive(b"xin chao", card.organization_id, name="danh-sach.csv").again


def test_someone_on_record_is_registered_and_nothing_is_written_over(db):
    number = make.make_number()
    known = make.make_person("Nguyễn Thị Có Sẵn", sex="female", identifier=number, phone="0912000001", occupation="giáo viên")
    list_id = staged(book(line(1, "NGUYỄN THỊ CÓ SẴN", number.value, sex="Nữ", phone="0912000002")))
    row = queries.list_rows(list_id)[0]
    assert row.state == "repaired"
    assert "registration.known_person" in {one["code"] for one in row.warnings}
    send(list_id)
    assert queries.of_person(known) is not None
    assert people.details(known).phone == "+84912000001"
    assert Person.objects.count() == 1
    assert queries.list_rows(list_id)[0].result == "known"


def test_one_whose_number_names_another_waits_for_a_decision_and_is_shown_masked(db):
    number = make.make_number()
    known = make.make_person("Phạm Thị Lan", sex="female", identifier=number)
    list_id = staged(book(line(1, "Đỗ Văn Hùng", number.value), line(2, "Nguyễn Văn An")))
    row = queries.list_rows(list_id, "possible")[0]
    shown = row.possible[0]
    assert shown.person_id == known
    assert shown.name_masked == "Phạm T. L."
    assert shown.identifier_masked.endswith(number.value[-4:])
    assert number.value not in shown.identifier_masked
    assert send(list_id).sent == 1
    actions.decide_row(row=row.id, decision="new", **BY)
    assert send(list_id).sent == 2
    assert queries.list_row(row.id).result == "disputed"
    assert Person.objects.count() == 3


def test_a_row_decided_to_be_the_person_shown_is_that_person_and_keeps_the_record(db):
    known = make.make_person("Nguyễn Bảo Lộc", identifier=None, birth=PartialDate(1984, 3, 12))
    list_id = staged(book(line(1, "Nguyễn Bảo Lộc", "")))
    row = queries.list_rows(list_id, "possible")[0]
    stranger = make.make_person()
    with pytest.raises(Refused, match=r"registration\.person_not_shown"):
        actions.decide_row(row=row.id, decision="same", person=stranger, **BY)
    actions.decide_row(row=row.id, decision="same", person=known, **BY)
    send(list_id)
    assert queries.of_person(known) is not None
    assert Person.objects.count() == 2


def test_a_row_decided_to_be_new_is_a_new_person_even_where_all_agrees(db):
    known = make.make_person("Nguyễn Bảo Lộc", identifier=None, birth=PartialDate(1984, 3, 12), phone="0912000003")
    list_id = staged(book(line(1, "Nguyễn Bảo Lộc", "", phone="0912000003")))
    row = queries.list_rows(list_id, "possible")[0]
    actions.decide_row(row=row.id, decision="new", **BY)
    send(list_id)
    assert queries.of_person(known) is None
    assert Person.objects.count() == 2


def test_a_skipped_row_is_not_sent_and_can_be_taken_back_in(db):
    list_id = staged(book(line(1, "Nguyễn Văn An"), line(2, "Nguyễn Văn Bê")))
    row = queries.list_rows(list_id)[0]
    actions.decide_row(row=row.id, decision="skip", **BY)
    assert send(list_id).sent == 1
    actions.decide_row(row=row.id, decision="keep", **BY)
    assert queries.list_row(row.id).state == "accepted"
    assert send(list_id).sent == 2


def test_a_row_is_corrected_on_the_page_and_judged_again(db):
    number = make.make_number()
    list_id = staged(book(line(1, "Lê Văn Chín", number.value[:-1]), line(2, "Nguyễn Văn An")))
    row = queries.list_rows(list_id, "refused")[0]
    form = sheets.row_form(row, queries.list_view(list_id))
    assert form["full_name"] == "Lê Văn Chín"
    assert form["identifier"] == number.value[:-1]
    assert form["birth_date"] == "12/03/1984"
    assert sheets.edit_row(row=row.id, fields=form | {"identifier": number.value}, **BY) == "accepted"
    again = queries.list_row(row.id)
    assert again.values["id_value"] == number.value
    assert again.values["commune"]
    assert queries.list_view(list_id).refused == 0


def test_a_number_corrected_into_another_rows_number_is_refused(db):
    number = make.make_number()
    list_id = staged(book(line(1, "Nguyễn Văn An", number.value), line(2, "Lê Văn Chín", "123")))
    row = queries.list_rows(list_id, "refused")[0]
    form = sheets.row_form(row, queries.list_view(list_id))
    assert sheets.edit_row(row=row.id, fields=form | {"identifier": number.value}, **BY) == "refused"
    assert queries.list_row(row.id).refusals[0]["code"] == "sheets.number_twice"


def test_a_sent_row_is_corrected_on_the_person_no_longer_on_the_list(db):
    list_id = staged(book(line(1, "Nguyễn Văn An")))
    send(list_id)
    row = queries.list_rows(list_id)[0]
    with pytest.raises(Refused, match=r"registration\.row_sent"):
        sheets.edit_row(row=row.id, fields={"full_name": "A"}, **BY)
    with pytest.raises(Refused, match=r"registration\.row_sent"):
        actions.decide_row(row=row.id, decision="skip", **BY)


def test_the_error_file_comes_back_corrected_and_takes_the_place_of_its_rows(db):
    number = make.make_number()
    list_id = staged(book(line(1, "Nguyễn Văn An"), line(2, "Lê Văn Chín", number.value[:-1]), line(3, "Trần Văn Mười", "12")))
    data = sheets.error_file(list_id, lambda field, code, facts: f"{field}: {code}")
    made = openpyxl.load_workbook(BytesIO(data))
    sheet = made.active
    heads = [cell.value for cell in sheet[1]]
    assert [sheet.cell(row, 1).value.split(" #")[0] for row in (2, 3)] == ["3", "4"]
    assert "identifiers.length" in sheet.cell(2, 2).value
    sheet.cell(2, heads.index("Số CCCD") + 1).value = number.value
    out = BytesIO()
    made.save(out)
    actions.receive_corrections(list_id=list_id, data=out.getvalue(), name="sua.xlsx", **BY)
    work()
    assert states(list_id) == ["accepted", "accepted", "refused"]
    assert PeopleList.objects.count() == 1
    assert Job.objects.get(kind="registration.read_corrections").note == "placed:2:0"


def test_a_list_without_errors_has_no_error_file(db):
    list_id = staged(book(line(1, "Nguyễn Văn An")))
    with pytest.raises(Refused, match=r"registration\.no_errors"):
        sheets.error_file(list_id, lambda *_: "")


def test_the_clerks_phone_is_flagged_and_opens_nobodys_record(db):
    list_id = staged(
        book(*(line(i, f"Nguyễn Văn {name}", phone="0912000777") for i, name in enumerate(("An", "Bê", "Cê", "Dê"), 1)))
    )
    assert queries.list_view(list_id).shared_phones == 1
    assert all("registration.shared_phone" in {one["code"] for one in row.warnings} for row in queries.list_rows(list_id))
    send(list_id)
    person = Person.objects.first()
    assert person.phone_contact_only
    assert person.phone_verified_at is None
    assert people.linked(make.make_account("0912000777").id) == []


def test_the_senders_own_phone_is_flagged_on_a_single_row(db):
    organization = make.make_organization(contact_phone="0912000888")
    list_id = staged(
        book(line(1, "Nguyễn Văn An", phone="0912000888"), line(2, "Nguyễn Văn Bê", phone="0912000889")), organization
    )
    send(list_id)
    flags = {one.full_name: one.phone_contact_only for one in Person.objects.all()}
    assert flags == {"Nguyễn Văn An": True, "Nguyễn Văn Bê": False}


def test_two_rows_of_one_name_and_birth_without_numbers_wait_for_a_decision(db):
    list_id = staged(book(line(1, "Nguyễn Văn Hùng", ""), line(2, "Nguyễn Văn Hùng", "")))
    assert states(list_id) == ["accepted", "possible"]
    assert queries.list_rows(list_id, "possible")[0].possible[0].same_list_row == 2


def test_the_wards_list_puts_people_in_their_ward_and_neighbourhood(db):
    heads = ("STT", "Họ tên", "Năm sinh", "Giới tính", "Tổ dân phố", "Địa chỉ")
    list_id = staged(book((1, "Lê Thị Bà", 1948, "Nữ", "Tổ 3", "12 Lê Lợi"), heads=heads), way="ward", commune_key=make.WARD)
    send(list_id)
    found = queries.call_sheet(unit_key=make.WARD, neighbourhood="Tổ 3")[0]
    assert (found.full_name, found.birth, found.address, found.best_group) == ("Lê Thị Bà", PartialDate(1948), "12 Lê Lợi", "9")


def test_a_server_killed_between_batches_loses_and_doubles_nothing(db, monkeypatch):
    list_id = staged(book(*(line(i, f"Nguyễn Văn {chr(65 + i)}") for i in range(12))))
    actions.send_list(list_id=list_id, **BY)
    monkeypatch.setattr(sending, "BATCH", 5)
    whole = sending.register_rows
    calls = []

    def cut(*args, **more):
        calls.append(1)
        if len(calls) == 2:
            whole(*args, **more)
            raise KeyboardInterrupt  # the machine dies before the second batch is committed
        return whole(*args, **more)

    monkeypatch.setattr(sending, "register_rows", cut)
    with pytest.raises(KeyboardInterrupt):
        jobs.run_next(lambda: make.AT)
    assert ListRow.objects.filter(state="sent").count() == Registration.objects.count() == 5
    monkeypatch.setattr(sending, "register_rows", whole)
    while jobs.run_next(lambda: make.AT + timedelta(minutes=5)):
        pass
    assert ListRow.objects.filter(state="sent").count() == Registration.objects.count() == Person.objects.count() == 12
    assert queries.list_view(list_id).state == "sent"


def test_sending_twice_asks_for_one_job_and_a_sent_list_has_nothing_to_send(db):
    list_id = staged(book(line(1, "Nguyễn Văn An")))
    assert actions.send_list(list_id=list_id, **BY) == actions.send_list(list_id=list_id, **BY)
    work()
    with pytest.raises(Refused, match=r"registration\.nothing_to_send"):
        actions.send_list(list_id=list_id, **BY)


def test_one_row_that_cannot_be_registered_does_not_hold_up_the_others(db):
    number = make.make_number()
    known = make.make_person("Nguyễn Văn Mất", identifier=number)
    list_id = staged(book(line(1, "Nguyễn Văn An"), line(2, "Nguyễn Văn Mất", number.value), line(3, "Nguyễn Văn Cê")))
    from khien.people import actions as people_actions

    people_actions.record_death(person=known, on=make.AT.date(), **BY)
    card = send(list_id)
    assert (card.sent, card.refused) == (2, 1)
    assert queries.list_rows(list_id, "refused")[0].refusals[0]["code"] == "registration.person_died"


def test_lists_are_shown_latest_first_and_by_place(db):
    from khien.kernel.refs import Scope

    organization = make.make_organization()
    first, second = staged(book(line(1, "A Bê")), organization), staged(book(line(1, "A Cê")), organization)
    assert [card.id for card in queries.lists([organization])] == [second, first]
    assert [card.id for card in queries.lists([organization], after=second)] == [first]
    assert len(queries.lists(scopes=[Scope("district", make.BINH_THANH, "2021")])) == 2
    assert queries.lists(scopes=[Scope("province", make.OTHER_PROVINCE, "2021")]) == []
    assert queries.invited(first) == {}


def test_a_group_that_is_not_in_force_is_refused_in_its_cell(db):
    list_id = staged(book(line(1, "Nguyễn Văn An", group="16.77")))
    refusal = queries.list_rows(list_id)[0].refusals[0]
    assert (refusal["field"], refusal["code"], refusal["facts"]) == (
        "priority_group",
        "registration.group_unknown",
        {"group": "16.77"},
    )


def test_a_child_without_a_guardian_on_a_list_is_taken_and_the_point_is_told(db):
    list_id = staged(book(line(1, "Nguyễn Gia Bảo", birth="05/06/2012", cccd="", group="8")))
    row = queries.list_rows(list_id)[0]
    assert row.state == "accepted"
    assert "registration.guardian_missing" in {one["code"] for one in row.warnings}


def test_a_list_whose_job_gave_up_can_be_read_and_sent_again(db):
    organization, data = make.make_organization(), book(line(1, "Nguyễn Văn An"))
    first = receive(data, organization)
    Job.objects.update(state="failed")
    again = receive(data, organization)
    assert again.list_id == first.list_id
    assert again.job_id != first.job_id
    Job.objects.filter(id=first.job_id).delete()
    work()
    actions.send_list(list_id=first.list_id, **BY)
    Job.objects.update(state="failed")
    sent = actions.send_list(list_id=first.list_id, **BY)
    Job.objects.exclude(id=sent).delete()
    work()
    assert queries.list_view(first.list_id).sent == 1
