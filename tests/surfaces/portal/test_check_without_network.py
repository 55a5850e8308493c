"""The check of a certificate with the network cut: the device judges as the server does, by the list that it kept."""

import zlib
from datetime import UTC, date, datetime, timedelta
from typing import Any

import cbor2

from khien.certificates import actions, base45, cose, hcert, payload, signer, signers
from khien.certificates import queries as certificates
from khien.certificates.models import Signer
from khien.kernel import clock
from khien.kernel.births import PartialDate
from tests import browser, make, make_book

LATER = make.AT + timedelta(hours=2)
YEAR = timedelta(days=365)


def at_last() -> None:
    """Two hours on, when what was issued is in force."""
    moved = LATER - datetime.now(UTC)
    clock.shift_by(lambda: moved)


def certified(name: str) -> Any:
    return make_book.make_certified(make.make_person(name, sex="female"))[1]


def other_signer(algorithm: int, name: str) -> signer.Signer:
    return signer.make(algorithm=algorithm, not_before=make.AT - YEAR, not_after=make.AT + 3 * YEAR, organisation="Bộ Y tế", name=name)


def told(name: str = "Phạm Thị Hoà") -> dict[str, Any]:
    facts = payload.DoseFacts(
        full_name=name, born=PartialDate(1983), vaccine="AZ", primary_doses=2, ordinal=2, given_on=date(2021, 9, 18), issuer="Cục thử",
        identifier=payload.uvci("0123456789ABCDEF0123456789ABCDEF"),
    )  # fmt: skip
    return dict(payload.build(facts))


def signed(by: signer.Signer, claims: dict[Any, Any] | None = None, header: dict[Any, Any] | None = None, tags: tuple[int, ...] = (18,), **changed: Any) -> str:
    """Sign anything: claims, headers and tags may be replaced, single fields of the dose too."""
    content = told()
    content["v"][0] |= changed
    whole = {1: "VN", 4: int((make.AT + YEAR).timestamp()), 6: int(make.AT.timestamp()), -260: {1: content}} | (claims or {})
    guarded = cbor2.dumps({1: by.algorithm, 4: by.key_id} if header is None else header)
    message: Any = cbor2.loads(cose.build(cbor2.dumps(whole), guarded, by.sign)).value
    for tag in tags:
        message = cbor2.CBORTag(tag, message)
    return hcert.PREFIX + base45.encode(zlib.compress(cbor2.dumps(message)))


def texts() -> dict[str, str]:
    """Good and mutated certificates, by what was done to them."""
    good, gone = certified("Lê Thu Hà"), certified("Trần Thị Mận")
    actions.revoke(certificate_id=gone, reason="corrected", by=make.BY, at=LATER)
    hc1, at = certificates.hc1(good), int(make.AT.timestamp())
    ours = signers.current(make.AT)
    assert hc1
    assert ours
    rsa, stranger = other_signer(cose.PS256, "DSC VN 09"), other_signer(cose.ES256, "Nobody")
    Signer.objects.create(
        kid=rsa.key_id.hex(), algorithm="PS256", certificate_pem=rsa.certificate_pem().decode(), created_at=make.AT, valid_until=make.AT + YEAR
    )
    data = bytearray(zlib.decompress(base45.decode(hc1[4:])))
    flipped = {}
    for place in range(3, len(data), len(data) // 12):
        changed = bytearray(data)
        changed[place] ^= 0x15
        flipped[f"byte {place} changed"] = hcert.PREFIX + base45.encode(zlib.compress(bytes(changed)))
    return flipped | {
        "ours": hc1, "revoked": certificates.hc1(gone) or "", "RSA": signed(rsa), "broken into lines": "\n".join(hc1[n : n + 60] for n in range(0, len(hc1), 60)),
        "small letters": hc1.lower(), "twice the prefix": f"HC1:{hc1}", "no prefix": hc1[4:], "another prefix": f"HC2:{hc1[4:]}", "cut": hc1[:-9],
        "twice": hc1 + hc1, "not base45": "HC1:\u0110\u1ed7", "nothing": "HC1:", "a slip": "abc", "a character changed": hc1[:90] + ("A" if hc1[90] != "A" else "B") + hc1[91:],
        "a stranger": signed(stranger), "a stranger under our key id": signed(stranger, header={1: -7, 4: ours.key_id}),
        "our key under a stranger's id": signed(ours, header={1: -7, 4: stranger.key_id}), "no algorithm": signed(ours, header={4: ours.key_id}),
        "alg none": signed(ours, header={1: 0, 4: ours.key_id}), "alg as text": signed(ours, header={1: "ES256", 4: ours.key_id}),
        "alg as a float": signed(ours, header={1: -7.0, 4: ours.key_id}), "PS256 said of our key": signed(ours, header={1: -37, 4: ours.key_id}),
        "critical": signed(ours, header={1: -7, 4: ours.key_id, 2: [99]}), "no key id": signed(ours, header={1: -7}),
        "untagged": signed(ours, tags=()), "CWT around": signed(ours, tags=(18, 61)), "tags turned": signed(ours, tags=(61, 18)), "another tag": signed(ours, tags=(98,)),
        "expired": signed(ours, {4: at - 60}), "not yet": signed(ours, {6: at + 90_000}), "not before": signed(ours, {5: at + 90_000}),
        "no expiry": signed(ours, {4: None}), "expiry as text": signed(ours, {4: "2030"}), "expiry beyond all": signed(ours, {4: 2**70}),
        "expiry as a float": signed(ours, {4: at + 90_000.5}), "endless": signed(ours, {4: float("inf")}), "no certificate": signed(ours, {-260: {}}),
        "certificate as text": signed(ours, {-260: {1: "x"}}), "two kinds": signed(ours, {-260: {1: told() | {"r": []}}}),
        "version 1.3.3 without surname": signed(ours, {-260: {1: told() | {"ver": "1.3.3", "nam": {"gnt": "HOA"}}}}),
        "version 1.3.0 without surname": signed(ours, {-260: {1: told() | {"nam": {"gnt": "HOA"}}}}),
        "a day that is none": signed(ours, dt="2021-02-30"), "a day with its hour": signed(ours, dt="2021-02-03T04:05:06Z"), "dose zero": signed(ours, dn=0),
        "dose as a float": signed(ours, dn=2.0), "half a dose": signed(ours, dn=1.5), "dose as truth": signed(ours, dn=True), "dose as bytes": signed(ours, dn=b"2"),
        "a dose beyond doubles": signed(ours, dn=2**60 + 1), "a long issuer": signed(ours, **{"is": "\U0001f489" * 81}), "just long enough": signed(ours, **{"is": "\U0001f489" * 80}),
        "NUL in the identifier": signed(ours, ci="URN:UVCI:01:VN:A\0B"), "a date by tag": signed(ours, dt=cbor2.CBORTag(1004, "2021-09-18")),
        "a number by tag": signed(ours, dn=cbor2.CBORTag(2, b"\x02")),
    }  # fmt: skip


def test_with_the_network_cut_the_device_gives_the_verdicts_of_the_server(committed):
    given = texts()
    at_last()
    expected = {name: certificates.check(text, clock.now()).reason for name, text in given.items()}
    with browser.serving() as server, browser.chromium() as chrome:
        page = chrome.new_page(width=360)
        errors: list[str] = []
        page.on("console", lambda message: errors.append(message.text) if "Security Policy" in message.text else None)
        page.goto(f"{server}/kiem-tra")
        page.wait_for_selector("[data-check-ready]:not([hidden])")
        page.context.set_offline(True)
        page.goto(f"{server}/kiem-tra")
        found = page.evaluate(
            """async (given) => {
                const list = await (await (await caches.open("khien-kiem-tra")).match("/kiem-tra/danh-sach.json", {ignoreVary: true})).json();
                const now = Date.parse(list.at), found = {};
                for (const [name, text] of Object.entries(given)) found[name] = (await khienDcc.judge(text, list, now)).reason;
                return found;
            }""",
            given,
        )
        assert found == expected
        assert set(expected.values()) >= {
            "ok", "broken_text", "schema", "algorithm", "unknown_signer", "signature", "not_yet_valid", "expired", "revoked",
        }  # fmt: skip
        given["link"] = "https://example.org/thuc-don"
        for name, words in (("link", "Không xác nhận được"), ("ours", "Hợp lệ"), ("revoked", "Đã thu hồi"), ("cut", "Không xác nhận được"), ("RSA", "Hợp lệ")):
            page.goto(f"{server}/kiem-tra")
            page.fill("#text", given[name])
            page.click("button.kh-button--main")
            page.wait_for_selector(".kh-verdict")
            assert page.inner_text(".kh-verdict h1") == words
            assert ("đây là mã khác" in page.inner_text("main")) == (name == "link")
            assert ("Lê Thu Hà" in page.inner_text("main")) == (name == "ours")
            assert ("Việt Nam" in page.inner_text("main")) == (words == "Hợp lệ")
            assert "theo danh sách lúc 10:30 14/12/2021" in page.inner_text("main")
        assert browser.axe(page) == []
        assert not browser.overflow(page, 320)
        assert errors == []
        page.context.set_offline(False)
        page.goto(f"{server}/kiem-tra")
        page.fill("#text", given["ours"])
        page.click("button.kh-button--main")
        page.wait_for_url(f"{server}/kiem-tra")
        page.wait_for_selector("text=Kiểm tra lúc")
