"""What a browser's first load of a page weighs: what the server sends, not what it might."""

import re

from django.test import Client

from khien.surfaces.web.assets import FOLDER

FONTS = sorted(set(re.findall(r"fonts/([\w.-]+\.woff2)", (FOLDER / "theme.css").read_text())))


def first_load(html: bytes) -> int:
    """Bytes of the page as it is sent, its style sheets as a browser that reads gzip gets them, its pictures, and every font."""
    sheets = re.findall(r'href="(/css/[^"]+)"', html.decode())
    pictures = set(re.findall(r"/static/([\w./-]+\.svg)\?", html.decode()))
    assert sheets, "the page has no style sheet: nothing was weighed"
    return (
        len(html)
        + sum(len(Client().get(one, headers={"accept-encoding": "gzip, deflate, br"}).content) for one in sheets)
        + sum((FOLDER / name).stat().st_size for name in pictures)
        + sum((FOLDER / "fonts" / name).stat().st_size for name in FONTS)
    )
