"""A ward prints invitations to carry from door to door, and lists what its own people did."""

from io import BytesIO

import pypdf

from khien.booking import actions as booking
from tests import make
from tests.surfaces.command.desk import ROOT, officer, reads_of


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


def test_invitations_of_a_neighbourhood_and_of_those_without_a_phone(db):
    bare = booked("Nguyễn Thị Không Số", neighbourhood="Tổ 1")
    booked("Trần Thị Có Số", phone="0912345678", neighbourhood="Tổ 2")
    ward = officer("list_keeper")
    everyone = printed(ward)
    assert "Nguyễn Thị Không Số" in everyone
    assert "Trần Thị Có Số" in everyone
    assert "Trần Thị Có Số" not in printed(ward, to="Tổ 1")
    assert "Trần Thị Có Số" not in printed(ward, **{"khong-so": "1"})
    assert "call_sheet" in reads_of(bare)


def test_a_ward_elsewhere_prints_none_of_these(db):
    from khien.kernel.refs import Scope

    booked("Nguyễn Thị Không Số")
    far = officer("list_keeper", scope=Scope("province", make.OTHER_PROVINCE, "2021"))
    assert "Không Số" not in printed(far)
    assert officer("reporter").get(f"{ROOT}/goi/giay-moi.pdf").status_code == 403
