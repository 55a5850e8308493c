"""A ward prints invitations to carry from door to door, and lists what its own people did."""

from io import BytesIO

import pypdf

from khien.booking import actions as booking
from tests import make
from tests.surfaces.command.desk import ROOT, officer, read, reads_of


def printed(client, **query):
    answer = client.get(f"{ROOT}/goi/giay-moi.pdf", {"noi": make.WARD} | query)
    assert answer.status_code == 200
    return " ".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(answer.content)).pages)


def booked(name: str, **more):
    person = make.make_person(name, place_key=make.WARD, **more)
    asked = make.make_registration(person)
    slot = make.make_slot()
    booking.book(person_id=person, registration_id=asked, slot_id=slot.id, by=make.BY, at=make.AT)
    return person


def test_invitations_of_a_neighbourhood_and_of_those_whom_no_text_reaches(db):
    bare = booked("Nguyễn Thị Không Số", neighbourhood="Tổ 1")
    booked("Trần Thị Có Số", phone="0912345678", neighbourhood="Tổ 2")
    ward = officer("list_keeper")
    booked("Lê Văn Máy Bàn", phone="028 3812 9912", neighbourhood="Tổ 2")
    everyone = printed(ward)
    assert "Nguyễn Thị Không Số" in everyone
    assert "Trần Thị Có Số" in everyone
    assert "Trần Thị Có Số" not in printed(ward, to="Tổ 1")
    untexted = printed(ward, **{"khong-so": "1"})
    assert "Trần Thị Có Số" not in untexted
    assert "Lê Văn Máy Bàn" in untexted
    assert "call_sheet" in reads_of(bare)


def test_a_ward_elsewhere_prints_none_of_these(db):
    from khien.kernel.refs import Scope

    booked("Nguyễn Thị Không Số")
    far = officer("list_keeper", scope=Scope("province", make.OTHER_PROVINCE, "2021"))
    assert "Không Số" not in printed(far)
    assert officer("reporter").get(f"{ROOT}/goi/giay-moi.pdf").status_code == 403


def test_who_is_called_from_the_standby_list_is_said_to_be_texted_only_where_a_text_arrives(db):
    planner, told = officer("planner"), []
    for phone in ("0912345678", "028 3812 9912", ""):
        person, slot = make.make_person(phone=phone), make.make_slot()
        booking.join_standby(session_id=slot.session_id, person_id=person, registration_id=make.make_registration(person), by=make.BY, at=make.AT)
        called = booking.call_standby(session_id=slot.session_id, by=make.BY, at=make.AT)
        told.append("Đã giữ chỗ và nhắn tin cho" in read(planner, f"/buoi/{slot.session_id}/du-phong", goi=str(called.appointment_id)))
    assert told == [True, False, False]
