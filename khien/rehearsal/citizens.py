"""A citizen with the health book: registers there, opens the certificate, has a wrong name put right, sees who looked."""

import io
import json
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from khien.kernel import clock
from khien.rehearsal.browser import Browser, Counter, Page, Surprise
from khien.rehearsal.people import read_code, register
from khien.rehearsal.staff import Officer
from khien.synthetic.crowd import Somebody

_CASE = re.compile(r"/yeu-cau/([0-9a-f-]{36})")
_RUN = re.compile(r"M(\d+) (\d+)h(\d+)v1h-\3z")
SCALE = 6  # pixels of a module


@dataclass
class Holder:
    """A citizen who is signed in to the health book."""

    one: Somebody
    browser: Browser
    right_name: str = ""


def sign_in(base: str, one: Somebody, commune: str, *, counter: Counter) -> Holder:
    """Sign in by the code to the phone, and register there."""
    browser = Browser(base, counter=counter)
    since = clock.now()
    page = browser.get("/so/dang-nhap")
    page = browser.send(page, page.form("phone"), {"phone": one.phone})
    page = browser.send(page, page.form("code"), {"code": read_code(browser, one.phone, since=since)})
    if page.path.startswith("/so/dang-nhap"):
        raise Surprise("the right code does not open the health book")
    register(browser, one, commune, start="/so/dang-ky")
    return Holder(one, browser)


def certificate(holder: Holder) -> Page:
    """The certificate as it stands on the phone; raises Surprise when there is none."""
    book = _book(holder)
    page = holder.browser.get(f"{book}chung-nhan")
    return holder.browser.get(page.link(r"/chung-nhan/[0-9a-f-]{36}$"))


def _book(holder: Holder) -> str:
    page = holder.browser.get("/so/chung-nhan")
    found = re.match(r"/so/[0-9a-f-]{36}/", page.path)
    if not found:
        raise Surprise(f"the health book does not open ({page.path})")
    return found.group(0)


def photograph(page: Page) -> bytes:
    """A picture of the code on the screen, as the camera of a verifier takes it (PNG)."""
    from PIL import Image, ImageDraw

    drawing = re.search(r'<svg class="kh-qr" viewBox="0 0 (\d+) \d+".*?</svg>', page.response.text, re.DOTALL)
    if not drawing:
        raise Surprise(f"{page.title or page.path}: no code is shown")
    picture = Image.new("L", (int(drawing.group(1)) * SCALE,) * 2, 255)
    pen = ImageDraw.Draw(picture)
    for x, y, length in ((int(x), int(y), int(n)) for x, y, n in _RUN.findall(drawing.group(0))):
        pen.rectangle((x * SCALE, y * SCALE, (x + length) * SCALE - 1, (y + 1) * SCALE - 1), fill=0)
    octets = io.BytesIO()
    picture.save(octets, "PNG")
    return octets.getvalue()


def verify(picture: bytes) -> dict[str, Any]:
    """What `bin/khien certificate verify` says of a picture, with today's trust list and list of revoked ones."""
    with tempfile.TemporaryDirectory(prefix="khien-") as scratch:
        place = Path(scratch)
        (place / "code.png").write_bytes(picture)
        _khien("certificate", "trust", "--out", str(place / "trust"), "--revoked", str(place / "revoked.txt"))
        told = _khien("certificate", "verify", "--trust", str(place / "trust"), "--revoked", str(place / "revoked.txt"), "--picture", str(place / "code.png"),
                      "--at", clock.now().isoformat())  # fmt: skip
    return json.loads(told)  # type: ignore[no-any-return]


def _khien(*words: str) -> str:
    done = subprocess.run([sys.executable, "-m", "khien", *words], capture_output=True, text=True, timeout=120, check=False)  # noqa: S603
    if done.returncode:
        raise Surprise(f"{' '.join(words[:2])} left with {done.returncode}: {done.stderr.strip()[:200]}")
    return done.stdout


def put_right(base: str, holder: Holder, *, counter: Counter) -> str:
    """The name is wrong: the citizen asks, one proposes, another decides; returns the case."""
    holder.right_name = f"{holder.one.full_name} Anh"
    book = _book(holder)
    page = holder.browser.get(f"{book}sua-sai/thong-tin")
    asked = holder.browser.send(page, page.form("full_name", "words"), {"full_name": holder.right_name, "words": "Tên trên căn cước"})
    found = _CASE.search(asked.url)
    if not found:
        raise Surprise(f"the request for a correction is not taken ({asked.status})")
    case = found.group(1)
    with Officer(base, "hotro2", counter=counter) as first:
        page = first.get(f"/mcc/{case}/de-nghi")
        done = first.send(page, page.form("full_name", "why"), {"why": "Đã đối chiếu căn cước"})
        if done.status != 200 or done.path.endswith("/de-nghi"):
            raise Surprise(f"a correction cannot be proposed ({done.status})")
    with Officer(base, "giamsat", counter=counter) as second:
        page = second.get(f"/mcc/{case}/duyet")
        form = next((form for form in page.forms if any(value == "accept" for _, value in form.buttons)), None)
        if form is None:
            raise Surprise("a correction cannot be decided")
        done = second.send(page, form, {"reason": "Đúng như căn cước"}, button="accept")
        if done.status != 200:
            raise Surprise(f"a correction is not accepted ({done.status})")
    return case


def readers(holder: Holder) -> str:
    """Who looked at the record, as the citizen reads it."""
    return holder.browser.get(f"{_book(holder)}ai-da-xem").text
