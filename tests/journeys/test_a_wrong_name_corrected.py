"""A wrong name: the citizen asks, an officer proposes, a second decides; the old certificate is refused, the new one verifies."""

from datetime import timedelta
from io import BytesIO
from pathlib import Path

from PIL import Image

from khien.cases import queries as cases
from khien.certificates import queries as certificates
from khien.kernel import clock
from khien.kernel.births import PartialDate
from khien.kernel.identifiers import read_identifier
from khien.kernel.refs import Scope
from khien.people import actions as acts
from khien.people import queries as people
from tests import make, make_book
from tests.journeys import steps
from tests.journeys.town import Town, codes_of, id_of, paper, photographed

WRONG, RIGHT, PHONE = "Trần Thị Mân", "Trần Thị Mẫn", "0906990177"
CITY = Scope("province", "79", "2021")


def card_photo() -> bytes:
    """A photo of a card."""
    out = BytesIO()
    Image.new("RGB", (320, 200), "#dfe8e8").save(out, "JPEG")
    return out.getvalue()


def test_a_wrong_name_is_put_right_by_two_and_the_old_certificate_is_refused(town: Town, tmp_path: Path) -> None:
    man = make.make_person(
        WRONG, birth=PartialDate(1971, 3, 27), sex="female", phone=PHONE, identifier=read_identifier("079171990177", "cccd")
    )
    acts.verify_identity(person=man, how="card_seen", by=make.BY, at=make.AT)
    acts.link(account=make.make_account(PHONE).id, person=man, relation="self", proof="registered", by=make.BY, at=make.AT)
    record, old_id = make_book.make_certified(man, ahead=timedelta())

    # given: her certificate says Mân, and she has it on paper
    phone = town.visitor()
    steps.sign_in(phone, PHONE)
    phone.go(f"/so/{man}/chung-nhan/{old_id}").sees(WRONG)
    old_paper = phone.fetch("Bản in (PDF)")
    (old,) = codes_of(old_paper)
    assert (town.judged(old, tmp_path)["valid"], WRONG.upper() in paper(old_paper)) == (True, True)

    # she asks from the health book, with a photo of her card
    phone.go(f"/so/{man}/sua-sai").follow("Sai họ tên, ngày sinh, giấy tờ").type("Họ và tên đúng", RIGHT)
    phone.upload("Ảnh giấy tờ", "can-cuoc.jpg", card_photo(), "image/jpeg").press("Gửi yêu cầu")
    case_id = id_of(phone.page.url)
    assert cases.case(case_id, clock.now()).correction.asked.right == {"full_name": RIGHT}

    # the ward's officer proposes; nobody decides on an own proposal
    keeper = town.office("list_keeper", scope=Scope("commune", make.WARD[5:], "2021"))
    keeper.go("/dieu-phoi/bao-cao/sua-sai").sees("Chờ xem và duyệt")
    keeper.go(f"/mcc/{case_id}/de-nghi").type("Căn cứ để sửa", "Đối chiếu ảnh căn cước gửi kèm").press("Gửi đề nghị")
    keeper.go(f"/mcc/{case_id}/duyet").sees("Đây là đề nghị của bạn")
    assert keeper.page.get_by_role("button", name="Duyệt, sửa ngay").count() == 0
    assert people.person(man).full_name == WRONG

    # a second pair of eyes sees before, after and the paper, and decides
    second = town.office("supervisor", scope=CITY)
    second.go(f"/mcc/{case_id}/duyet").sees(WRONG, RIGHT, "Ảnh giấy tờ").type("Lý do, gửi tới người dân", "Đúng theo căn cước")
    second.press("Duyệt, sửa ngay").sees("Đã sửa xong")

    # the record keeps both versions; old revoked and new issued in one; she is told
    assert people.person(man).full_name == RIGHT
    assert [one.particulars["full_name"] for one in people.versions(man) if "full_name" in one.changed] == [WRONG]
    new = town.until(lambda: (one := certificates.by_record(record)) and one.state == "issued" and one.id != old_id and one, "the new certificate")
    town.until(lambda: len(town.texts(PHONE)) > 1, "a text about the answer")
    phone.go(f"/so/{man}/yeu-cau/{case_id}").sees("Đúng theo căn cước")
    phone.go(f"/so/{man}/chung-nhan/{old_id}").sees("Đã thu hồi")
    phone.go(f"/so/{man}/chung-nhan/{new.id}").sees(RIGHT, "Hợp lệ")
    new_paper = phone.fetch("Bản in (PDF)")
    (renewed,) = codes_of(new_paper)
    assert RIGHT.upper() in paper(new_paper)

    # at a school's gate: the new one is true, the old one is refused, as text and as a photo of the paper; offline too
    gate = town.visitor().go("/kiem-tra").type("Đoạn chữ bắt đầu bằng HC1:", renewed).press("Kiểm tra").sees("Hợp lệ")
    assert RIGHT.rsplit(maxsplit=1)[-1] in gate.reads()
    gate.go("/kiem-tra").type("Đoạn chữ bắt đầu bằng HC1:", old).press("Kiểm tra").sees("Đã thu hồi")
    assert "Trần" not in gate.reads()
    gate.go("/kiem-tra").upload("Hình chụp mã QR", "giay.png", photographed(old_paper), "image/png").press("Kiểm tra").sees("Đã thu hồi")
    assert (town.judged(old, tmp_path)["reason"], town.judged(renewed, tmp_path)["reason"]) == ("revoked", "ok")
    assert cases.case(case_id, clock.now()).correction.state == "done"
