"""Registration at the portal: one question a page, no script, nothing lost."""

import re

from django.test import Client

from khien.people import queries as people
from khien.registration.models import Registration

from .steps import answer, send


def _code(phone: str) -> str:
    from khien.people.models import OtpChallenge

    row = OtpChallenge.objects.filter(decoy=False, used_at=None).order_by("-sent_at").first()
    found = people.code_for_sending(row.id)
    assert found is not None
    assert found.phone == phone
    return found.code


def test_a_grandmother_registers_page_by_page_and_holds_a_slip(committed):
    client = Client()
    look = answer(client)
    html = look.content.decode()
    assert "Trần Thị Mận" in html
    assert "Đủ 12 số" in html
    code_page = send(client).content.decode()
    assert "Đăng ký đã được lưu" in code_page
    registration = Registration.objects.get()
    done = client.post("/dang-ky/xac-nhan", {"code": _code("+84901000132")}, follow=True).content.decode()
    assert "đã được xác nhận" in done
    assert registration.code in re.sub(r"\s", "", done)
    registration.refresh_from_db()
    assert (registration.state, registration.best_group, registration.phone_verified) == ("waiting", "9", True)
    paper = client.get("/dang-ky/phieu.pdf")
    assert paper.content.startswith(b"%PDF")
