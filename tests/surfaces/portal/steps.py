"""Answers of one registration, in the order of its pages, for tests that walk through it."""

from typing import Any

from django.test import Client

from khien.registration import rules

SELF: dict[str, dict[str, Any]] = {
    "cho-ai": {"whom": "self"},
    "ho-ten": {"full_name": "Trần Thị Mận"},
    "ngay-sinh": {"birth_day": "27", "birth_month": "3", "birth_year": "1951"},
    "gioi-tinh": {"sex": "female"},
    "giay-to": {"paper": "cccd"},
    "so-giay-to": {"number": "079 151 990 132"},
    "dien-thoai": {"phone": "0901 000 132"},
    "noi-o": {"q": "phuong 15 go vap", "asked": "phuong 15 go vap", "place": ""},
    "xa-moi": {"commune_2025": "26882"},
    "so-nha": {"address": "12 Đường Thử", "neighbourhood": "Khu phố 2"},
    "cong-viec": {"nationality": "VN", "occupation": "Bán hàng"},
    "bao-hiem": {"insurance": ""},
    "nhom-uu-tien": {"groups": ["9"]},
    "mui-tiem": {"dose": "first"},
    "suc-khoe": {question: "no" for question in rules.HISTORY},
    "ngay-tiem": {"shift": "morning"},
}


def commune(text: str) -> str:
    """The key of the first unit found by these words."""
    from khien.places import queries as places

    return places.search_units(text, epoch="2021")[0].key


def answer(client: Client, changed: dict[str, dict[str, Any]] | None = None, *, until: str = "", start: str = "/dang-ky") -> Any:
    """Answer page after page as it is asked; returns the last response (the look at all answers, or the page `until`)."""
    told = {**SELF, **(changed or {})}
    response = client.get(start, follow=True)
    for _ in range(30):
        path = response.redirect_chain[-1][0] if response.redirect_chain else response.request["PATH_INFO"]
        slug = path.split("?")[0].rsplit("/", 1)[-1]
        if slug in (until, "xem-lai"):
            return response
        data = dict(told.get(slug, {}))
        if slug == "noi-o" and not data.get("place"):
            data["place"] = commune(data["q"])
        if slug == "dong-y":
            data = {"agree": "on", "version": response.content.decode().split('name="version" value="')[1].split('"')[0]}
        response = client.post(f"{start}/{slug}", data, follow=True)
        assert response.redirect_chain, f"{slug} was not taken: {_errors(response)}"
    raise AssertionError("the questions never end")


def _errors(response: Any) -> list[str]:
    return response.content.decode().split('<p class="kh-error">')[1:2]


def send(client: Client) -> Any:
    """Press the last button."""
    return client.post("/dang-ky/xem-lai", {}, follow=True)
