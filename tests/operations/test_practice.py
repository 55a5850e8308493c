"""A practice copy beside a real instance: started when it is ordered, never mixed with it, wiped when it is closed."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from khien.config import practice as copies
from khien.plumbing import postgres, practice
from tests.make_practice import PASSWORD, order
from tests.operations.instance import ROOT, Instance, environment, folder, free_port, khien

SIGNED = """
import json, sys, django
django.setup()
from khien.certificates import hcert, signers
from khien.kernel import clock
from datetime import timedelta
at = clock.now()
dose = {"tg": "840539006", "vp": "1119305005", "mp": "EU/1/21/1529", "ma": "ORG-100001699", "dn": 2, "sd": 2, "dt": "2021-12-01", "co": "VN", "is": "BYT", "ci": "URN:UVCI:01:VN:TAP"}
payload = {"ver": "1.3.0", "nam": {"fn": "NGUYEN", "fnt": "NGUYEN", "gn": "TAP", "gnt": "TAP"}, "dob": "1980-01-01", "v": [dose]}
print(hcert.issue(payload, signers.current(at), at, at + timedelta(days=300)))
"""


@pytest.fixture(scope="module")
def up() -> Iterator[Instance]:
    """A real instance whose messages would go to a gateway, and the port of its practice copy."""
    with folder() as data:
        gateway = {"KHIEN_SMS": "http", "KHIEN_SMS_URL": "http://127.0.0.1:9/", "KHIEN_SMS_TOKEN": "of the real one", "KHIEN_SIGNING": "automatic"}
        instance = Instance(data, words=("--empty", "--practice-port", str(free_port())), settings=gateway)
        try:
            instance.start()
            yield instance
        finally:
            instance.kill_rest()


@pytest.fixture(scope="module")
def copy(up: Instance) -> str:
    """The address of the practice copy that a technician ordered."""
    practice.order(up.data, order(("reception", "ordinary"), ("observer", "fainting"), guests=4))
    up.until(lambda: practice.standing(up.data)["state"] in ("running", "failed"), "the copy is built")
    assert practice.standing(up.data)["state"] == "running", (practice.standing(up.data), (up.data / "log" / "practice.log").read_text())
    url = f"http://127.0.0.1:{up.words[2]}"
    up.until(lambda: answers(url), "the copy answers")
    return url


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/api/health", timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def signed_in(url: str) -> httpx.Client:
    browser = httpx.Client(base_url=url, timeout=30, trust_env=False, follow_redirects=True)
    page = browser.get("/dieu-phoi/dang-nhap").text
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token
    browser.post("/dieu-phoi/dang-nhap", data={"csrfmiddlewaretoken": token[1], "username": "tap01", "password": PASSWORD, "totp": ""})
    return browser


def rows(up: Instance, database: str, words: str) -> list[Any]:
    with psycopg.connect(host=str(postgres.home(up.data).run), user="khien", dbname=database) as connection:
        return connection.execute(words).fetchall()


def copies_processes(up: Instance) -> list[dict[str, str]]:
    """The environment of each process of the copy."""
    found = []
    for pid in up.processes():
        told = dict(pair.split("=", 1) for pair in Path(f"/proc/{pid}/environ").read_text(errors="replace").split("\0") if "=" in pair)
        if told.get("KHIEN_PRACTICE"):
            found.append(told)
    return found


def inside(up: Instance, script: str) -> str:
    """Run a script as the copy's own processes run."""
    return ran(script, copies.environment(up.data, real=f"postgresql:///khien?host={postgres.home(up.data).run}&user=khien", mode="production"))


def ran(script: str, settings: dict[str, str]) -> str:
    env = {**environment(), **settings, "DJANGO_SETTINGS_MODULE": "khien.config.settings"}
    done = subprocess.run([sys.executable, "-c", script], env=env, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_card_opens_the_copy_and_its_cookies_have_names_of_their_own(up: Instance, copy: str) -> None:
    browser = signed_in(copy)
    page = browser.get("/diem/tap")
    assert page.status_code == 200
    assert "Người Tập A" in page.text
    assert "BẢN TẬP" in page.text
    assert {cookie.name for cookie in browser.cookies.jar} == {"tap_khien", "tap_csrftoken"}
    # a browser sends every cookie of this host to both ports: the real instance knows none of the copy's
    beside = httpx.get(f"{up.url}/diem/", cookies=browser.cookies, follow_redirects=False)
    assert (beside.status_code, "kh-practice" in beside.text) == (302, False)
    renamed = {name.removeprefix("tap_"): value for name, value in browser.cookies.items()}
    assert httpx.get(f"{up.url}/diem/", cookies=renamed, follow_redirects=False).status_code == 302


def test_the_copy_has_a_database_of_its_own_and_the_real_one_no_row_of_it(up: Instance, copy: str) -> None:
    for table in ("person", "site", "staff", "session", "appointment", "practice_guest"):
        assert rows(up, "khien", f"SELECT count(*) FROM {table}") == [(0,)], table
        assert rows(up, "khien_practice", f"SELECT count(*) > 0 FROM {table}") == [(True,)], table
    ids = {one for (one,) in rows(up, "khien_practice", "SELECT id FROM person")}
    assert all(one.version == 7 for one in ids)


def test_the_copy_has_keys_of_its_own(up: Instance, copy: str) -> None:
    real, own = (json.loads((folder / "keys.json").read_text()) for folder in (up.data, up.data / "practice"))
    assert real["django"] != own["django"]
    assert set(real["lookup"].values()).isdisjoint(own["lookup"].values())
    assert set(real["cipher"].values()).isdisjoint(own["cipher"].values())


def test_what_the_copy_signs_is_of_an_unknown_signer_to_everyone_who_trusts_the_real_one(up: Instance, copy: str, tmp_path: Path) -> None:
    text, real = inside(up, SIGNED), ran(SIGNED, {"KHIEN_DATA": str(up.data), "KHIEN_SIGNING": "automatic"})
    assert khien("certificate", "trust", "--out", str(tmp_path / "real"), data=up.data).returncode == 0
    told = khien("certificate", "verify", "--trust", str(tmp_path / "real"), stdin=text, data=up.data)
    assert json.loads(told.stdout)["reason"] == "unknown_signer", told.stdout
    assert json.loads(khien("certificate", "verify", "--trust", str(tmp_path / "real"), stdin=real, data=up.data).stdout)["reason"] != "unknown_signer"
    trusted = rows(up, "khien_practice", "SELECT certificate_pem FROM signer")
    (tmp_path / "own").mkdir()
    for number, (pem,) in enumerate(trusted):
        (tmp_path / "own" / f"{number}.pem").write_text(pem)
    assert json.loads(khien("certificate", "verify", "--trust", str(tmp_path / "own"), stdin=text, data=up.data).stdout)["reason"] != "unknown_signer"


def test_the_copy_knows_no_gateway_and_its_messages_stay_on_its_own_page(up: Instance, copy: str) -> None:
    processes = copies_processes(up)
    assert processes
    for told in processes:
        assert not [name for name in told if name.startswith(("KHIEN_SMS", "KHIEN_EMAIL", "KHIEN_SMTP", "KHIEN_SIGNER"))]
    carried = inside(up, "import os, django; os.environ['KHIEN_SMS'] = 'http'; django.setup(); from khien.messaging import providers; print(type(providers.for_channel('sms')).__module__)")
    assert carried == "khien.messaging.providers.demo"


def test_no_password_of_a_card_is_left_on_the_disk(up: Instance, copy: str) -> None:
    assert PASSWORD not in (up.data / practice.ORDER).read_text()
    assert PASSWORD not in (up.data / "log" / "practice.log").read_text()


def test_the_copys_clock_is_its_own(up: Instance, copy: str) -> None:
    browser = signed_in(copy)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', browser.get("/diem/tap").text)
    assert token
    browser.post("/diem/tap/gio", data={"csrfmiddlewaretoken": token[1]})
    assert (up.data / "practice" / "clock").exists()
    assert not (up.data / "clock").exists()


def test_the_copy_tells_its_scores_and_nothing_else(up: Instance, copy: str) -> None:
    up.until(lambda: practice.scores(up.data)["scores"], "the scores")
    told = practice.scores(up.data)["scores"]
    assert [one["name"] for one in told] == ["Người Tập A", "Người Tập B"]
    assert set(told[0]) == {"number", "desk", "script", "name", "points", "served", "seconds", "lessons"}


def test_neither_instance_starts_on_the_others_database(up: Instance, copy: str) -> None:
    run = postgres.home(up.data).run
    for database, more in (("khien", {"KHIEN_PRACTICE": "1", "KHIEN_MODE": "demo"}), ("khien_practice", {"KHIEN_MODE": "production"})):
        mixed = environment(**{**more, "DATABASE_URL": f"postgresql:///{database}?host={run}&user=khien", "KHIEN_KEYS": str(up.data / "keys.json"), "KHIEN_DATA": str(up.data / "elsewhere")})
        done = subprocess.run([sys.executable, "-m", "khien", "prepare"], env=mixed, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode != 0
        assert "share" in done.stderr or "keys" in done.stderr, done.stderr


def test_the_parts_of_the_copy_are_started_again_and_the_real_instance_serves_on(up: Instance, copy: str) -> None:
    for pid in up.named("khien.config.wsgi:application", up.words[2]):
        os.kill(pid, 9)
    up.until(lambda: answers(copy), "the copy answers again")
    assert up.answers()


def test_z_closing_wipes_the_copy_and_leaves_the_real_instance(up: Instance, copy: str) -> None:
    practice.withdraw(up.data)
    up.until(lambda: practice.standing(up.data)["state"] == "", "the copy is wiped")
    assert not (up.data / "practice").exists()
    assert not copies_processes(up)
    assert rows(up, "khien", "SELECT count(*) FROM pg_database WHERE datname = 'khien_practice'") == [(0,)]
    assert not answers(copy)
    assert up.answers()


def test_addresses_of_databases_stay_beside_the_real_one() -> None:
    assert copies.own_url("postgresql:///khien?host=/sockets&user=khien") == "postgresql:///khien_practice?host=/sockets&user=khien"
    assert copies.own_url("postgresql://a:b@db.example:5432/tiem?sslmode=require") == "postgresql://a:b@db.example:5432/tiem_practice?sslmode=require"
    assert copies.own_url("postgresql://db.example") == "postgresql://db.example/khien_practice"
