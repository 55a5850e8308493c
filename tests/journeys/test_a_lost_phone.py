"""A lost phone: the hotline locks it, whoever holds it sees nothing, and the commune opens the book on the new one."""

from khien.kernel.births import PartialDate
from khien.kernel.identifiers import read_identifier
from khien.kernel.refs import Scope
from khien.people import actions as acts
from khien.people import queries as people
from khien.plumbing.models import AuditRow
from tests import make, make_book
from tests.journeys import steps
from tests.journeys.town import Hands, Town

OLD, NEW, NUMBER = "0912990145", "0987990266", "079184990145"


def look_up(hands: Hands) -> Hands:
    """Ask for the record at the portal by its number and birth date."""
    return hands.go("/tra-cuu").type("Số giấy tờ", NUMBER).day("birth", "12/03/1984").press("Tiếp tục")


def test_whoever_holds_a_lost_phone_sees_nothing_and_the_owner_reads_on_with_a_new_one(town: Town) -> None:
    hoa = make.make_person(
        "Nguyễn Thị Hòa Thử", birth=PartialDate(1984, 3, 12), sex="female", phone=OLD, identifier=read_identifier(NUMBER, "cccd")
    )
    child = make.make_person("Lê Gia An Thử", birth=PartialDate(2004, 5, 1), phone=OLD)
    acts.verify_identity(person=hoa, how="card_seen", by=make.BY, at=make.AT)
    account = make.make_account(OLD)
    for person, relation in ((hoa, "self"), (child, "child")):
        acts.link(account=account.id, person=person, relation=relation, proof="registered", by=make.BY, at=make.AT)
    _record, certificate = make_book.make_certified(hoa)

    # given: her book is open on her phone, with a PIN; the certificate is on the screen, and she looked herself up at the portal
    phone = town.visitor()
    steps.sign_in(phone, OLD)
    phone.sees("Hợp lệ").go("/so/ma-pin").type("Mã PIN mới, 6 chữ số", "274951").type("Ghi lại mã PIN", "274951").press("Đặt mã PIN")
    phone.go(f"/so/{hoa}/chung-nhan/{certificate}").sees("Hợp lệ")
    portal = look_up(town.visitor())
    portal.type("Ghi mã trong tin nhắn", town.code(OLD, beside=1)).press("Mở hồ sơ").sees("Nguyễn Thị Hòa Thử")

    # when: the phone is gone; a stranger's telephone calls the hotline, and two facts open the book
    agent = town.office("contact_agent", scope=Scope("province", "79", "2021"))
    agent.go("/so/mat-may").sees("Khóa số cũ")
    agent.go("/mcc/moi").type("Người hỏi nói gì", "Mất điện thoại sáng nay, sợ người khác mở sổ").press("Mở yêu cầu")
    agent.type("Tìm theo số giấy tờ", NUMBER).press("Tìm", exact=True, within="#nguoi").press("Chọn người này")
    agent.page.get_by_text("Không nhận được mã").click()
    agent.day("birth", "12/03/1984").type("Số giấy tờ, cả số", NUMBER).press("So và mở sổ").sees("Nguyễn Thị Hòa Thử").follow("Khóa điện thoại bị mất").press("Khóa số")
    agent.sees("Đã khóa số điện thoại bị mất")

    # then: the old phone is signed out, its PIN opens nothing, a new code opens an empty book, and the portal is closed
    phone.go(f"/so/{hoa}/chung-nhan/{certificate}")
    assert "Hòa" not in phone.reads()
    phone.go("/so/dang-nhap")
    assert phone.page.get_by_label("Mã PIN").count() == 0
    steps.sign_in(phone, OLD)
    phone.go(f"/so/{hoa}/")
    assert "Hòa" not in phone.reads()
    phone.go(f"/so/{child}/")
    assert "Gia An" not in phone.reads()
    assert "Hòa" not in portal.go("/tra-cuu/ho-so").reads()
    before = len(town.texts(OLD))
    look_up(portal)
    assert people.links_of(hoa) == people.links_of(child) == []

    # she comes to the commune with her card; the new number is linked there, and opens the book by a code
    keeper = town.office("list_keeper", scope=Scope("commune", make.WARD[5:], "2021"))
    keeper.go("/dieu-phoi/ho-so").type("Tên, số giấy tờ", NUMBER).press("Tìm", within="main").follow("Nguyễn Thị Hòa Thử")
    keeper.go(f"/dieu-phoi/ho-so/{hoa}/noi-so").sees("Chưa điện thoại nào mở được sổ").type("Điện thoại sẽ mở sổ", NEW)
    keeper.tick("Chính người cầm điện thoại").tick("Tôi đã xem giấy tờ").press("Nối sổ").sees("Điện thoại đã được nối")
    other = town.visitor()
    steps.sign_in(other, NEW)
    other.sees("Hợp lệ").go(f"/so/{hoa}/chung-nhan/{certificate}").sees("Hợp lệ")
    other.go(f"/so/{hoa}/ai-da-xem").sees("Nối sổ với điện thoại", "Trả lời câu hỏi của bà con")

    # and the record says who did what; no text went to the lost phone
    assert people.details(hoa).phone == "+84987990266"
    assert [one.phone_masked[-3:] for one in people.links_of(hoa)] == ["266"]
    assert len(town.texts(OLD)) == before
    acted = set(AuditRow.objects.filter(person_id=hoa).values_list("action", flat=True))
    assert acted >= {"people.phone_lost", "people.link_ended", "people.phone_set_aside", "people.linked", "people.phone_set"}
