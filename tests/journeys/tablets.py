"""Tablets that carry their session: enrolled, the pack taken, opened again where there is no line, slips shown and scanned."""

from io import BytesIO

import zxingcpp
from django.conf import settings
from django.core import signing
from PIL import Image
from playwright.sync_api import expect

from khien.access import devices
from khien.kernel import clock
from khien.surfaces.web import visitor
from tests import make
from tests.journeys.steps import Desks
from tests.journeys.town import Town
from tests.make_day import Day

SECRET = "mật khẩu thử"
ROWS = """() => new Promise((told) => {
  const asked = indexedDB.open("khien-desk");
  asked.onsuccess = () => {
    const found = asked.result.transaction("records").objectStore("records").getAllKeys();
    found.onsuccess = () => { asked.result.close(); told(found.result.some((name) => name.includes(":rows:"))); };
  };
})"""


class Tablet(Desks):
    """A tablet of the point in the hands of somebody with this role."""

    def __init__(self, town: Town, day: Day, name: str, *roles: str, width: int = 1280) -> None:
        staff = make.make_staff(*roles, scope=make.site_scope(day.site_id), at=clock.now())
        hands = town.seat(staff)
        hands.page.set_viewport_size({"width": width, "height": 800})
        device, secret = devices.enrol(name=name, site_id=day.site_id, by=make.BY, at=clock.now())
        signed = signing.get_cookie_signer(salt=visitor.POINT).sign(secret)
        hands.page.context.add_cookies([{"name": settings.COOKIES + visitor.POINT, "value": signed, "url": town.server}])
        self.letter, self.device_id = device.letter, device.id
        super().__init__(hands, f"/diem/{day.session_id}")

    def take(self) -> None:
        """Take the session along: a passphrase, the pack, the pages."""
        self.page.locator("#may-nay").click()
        self.page.get_by_role("button", name="Mang buổi này về máy").click()
        self.page.fill("#mk-moi", SECRET)
        self.page.fill("#mk-lai", SECRET)
        self.page.get_by_role("button", name="Mang về máy").click()
        self.sees("Đã về máy:")
        self.page.get_by_role("button", name="Xong").click()

    def cut(self) -> None:
        """The line is gone for this tablet."""
        self.page.context.set_offline(True)
        self.page.evaluate("window.dispatchEvent(new Event('offline'))")
        self.sees("làm trên máy từ")

    def mend(self) -> None:
        """The line is back, and everything is sent."""
        self.page.context.set_offline(False)
        self.page.evaluate("window.dispatchEvent(new Event('online'))")

    def unlock(self) -> None:
        """Open the locked tablet by the passphrase."""
        self.page.fill("#mat-khau", SECRET)
        self.page.keyboard.press("Enter")
        self.page.wait_for_selector(".kh-st-desk")

    def slip(self) -> str:
        """The text of the slip on this screen, read as a scanner reads it."""
        code = self.page.locator("dialog[open] .kh-qr")
        code.wait_for()
        self.shot(f"slip-{self.letter}")
        found = zxingcpp.read_barcode(Image.open(BytesIO(code.screenshot())))
        assert found is not None
        return str(found.text)

    def keeps_rows(self) -> bool:
        """The vault holds rows that moved after the pack."""
        return bool(self.page.evaluate(ROWS))

    def close_slip(self) -> None:
        self.page.locator("dialog[open] .kh-qr").wait_for()
        self.press("Enter")
        expect(self.page.locator("dialog[open]")).to_have_count(0)
