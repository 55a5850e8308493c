"""`bin/khien up` as an operator meets it: first start, second start, and every part killed while people write."""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress

import httpx
import psycopg
import pytest

from khien.config.up import _port_is_free
from khien.plumbing import postgres
from tests.operations.instance import Citizens, Instance, folder, khien


@pytest.fixture(scope="module")
def up() -> Iterator[Instance]:
    """An instance that was started for the first time, without a demo, with two background workers."""
    with folder() as data:
        instance = Instance(data, words=("--empty", "--background", "2"))
        try:
            instance.start()
            yield instance
        finally:
            instance.kill_rest()


@pytest.fixture(scope="module")
def citizens(up: Instance) -> Citizens:
    return Citizens(up.url)


@pytest.fixture
def writing(up: Instance, citizens: Citizens) -> Iterator[Citizens]:
    """People write before, while and after something breaks; then everything acknowledged is there."""
    citizens.keep_coming()
    before = came = len(citizens.kept)
    try:
        up.until(lambda: len(citizens.kept) > came + 2, "people can write")
        yield citizens
        came = len(citizens.kept)
        up.until(lambda: len(citizens.kept) > came + 2, "people can write again")
    finally:
        citizens.rest()
    assert citizens.missing(after=before) == []


def test_the_first_start_tells_the_addresses_and_how_to_make_the_administrator(up: Instance) -> None:
    for address in ("/", "/so/", "/diem/", "/dieu-phoi/", "/mcc/"):
        assert f"http://localhost:{up.port}{address}" in up.text
    assert "bin/khien admin create" in up.text
    assert "password" not in up.text


def test_a_real_instance_has_no_demo_page_no_told_code_and_no_synthetic_people(up: Instance) -> None:
    assert httpx.get(f"{up.url}/demo/tin-nhan").status_code == 404
    code = khien("totp", "boyte", data=up.data)
    assert (code.returncode, code.stdout) == (1, "")
    assert "in production" in code.stderr
    people = khien("population", "--people", "10", data=up.data)
    assert people.returncode == 2
    assert "refused in production" in people.stderr


def test_the_administrator_of_a_real_instance_is_made_by_a_command(up: Instance) -> None:
    made = khien("--data", str(up.data), "admin", "create", "quantri", "Đỗ Thị Thử", "--generate")
    assert made.returncode == 0, made.stderr
    assert "shown once" in made.stdout


def test_a_second_start_on_the_same_folder_is_refused_in_one_line(up: Instance) -> None:
    again = khien("up", "--empty", "--port", "1", data=up.data)
    assert again.returncode == 1
    assert again.stderr.splitlines() == [
        f"khien: Khien already runs on {up.data}: bin/khien up (process {up.process.pid}). Stop it first, or choose another --data DIR."  # type: ignore[union-attr]
    ]
    assert up.answers()


def test_a_demo_never_starts_on_the_folder_of_a_real_instance(up: Instance) -> None:
    assert (up.data / "instance").read_text() == "real"
    assert "real instance" in _refused_demo(up)


def _refused_demo(up: Instance) -> str:
    from khien.config import folder as folders

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KHIEN_MODE", "demo")
        with pytest.raises(folders.CannotStart) as refused:
            folders.begin(up.data, empty=False)
        assert folders.mode(up.data) == "production"
    return str(refused.value)


@pytest.mark.parametrize(
    "part", ["a web worker", "the web server", "the background worker", "PostgreSQL", "a database session"]
)
def test_a_killed_part_is_started_again_with_everything_acknowledged(up: Instance, writing: Citizens, part: str) -> None:
    servers = len(up.named("granian", "--port"))
    killed = _kill(up, part)
    up.until(lambda: killed not in up.processes(), f"{part} is gone")
    up.until(lambda: len(up.named("granian", "--port")) >= servers, "all web workers are there")
    up.until(lambda: len(up.named("khien\0worker")) == 2, "both background workers are there")
    up.until(lambda: up.answers() and _of(up, part) != killed, f"{part} is back")


def _kill(up: Instance, part: str) -> int:
    """Kill it, whichever process it is now: a session of the database may end by itself before it is struck."""
    struck: list[int] = []

    def strike() -> bool:
        pid = _of(up, part)
        with suppress(ProcessLookupError):
            if pid:
                os.kill(pid, signal.SIGKILL)
                struck.append(pid)
        return bool(struck)

    up.until(strike, f"{part} is there to be killed")
    return struck[0]


@pytest.mark.parametrize(
    "parts", [("the supervisor",), ("the supervisor", "the web server", "PostgreSQL")], ids=["alone", "and its parts"]
)
def test_after_the_supervisor_is_killed_the_next_start_has_everything_acknowledged(
    up: Instance, citizens: Citizens, parts: tuple[str, ...]
) -> None:
    citizens.keep_coming()
    came = len(citizens.kept)
    up.until(lambda: len(citizens.kept) > came + 2, "people can write")
    for pid in [_of(up, part) for part in parts]:
        os.kill(pid, signal.SIGKILL)
    citizens.rest()
    if len(parts) == 1:
        up.until(lambda: up.processes() == [], "its parts end by themselves")
    up.start()
    assert citizens.missing(after=came) == []


def test_its_parts_end_by_themselves_also_while_a_web_worker_still_loads(up: Instance, citizens: Citizens) -> None:
    before = set(up.named("granian", "--port"))
    os.kill(_of(up, "a web worker"), signal.SIGKILL)
    up.until(lambda: set(up.named("granian", "--port")) - before, "a new web worker loads")
    os.kill(_of(up, "the supervisor"), signal.SIGKILL)
    up.until(lambda: up.processes() == [], "its parts end by themselves")
    up.start()
    assert citizens.missing() == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_asked_to_stop_it_ends_cleanly_and_a_later_start_keeps_everything(
    up: Instance, citizens: Citizens, number: int
) -> None:
    assert up.stop(number) == 0
    assert up.processes() == []
    assert not (postgres.home(up.data).data / "postmaster.pid").exists()
    _port_is_free("127.0.0.1", up.port)
    if number == signal.SIGTERM:  # and once more, then with Ctrl-C
        up.start()
        assert citizens.missing() == []


def _of(up: Instance, part: str) -> int:
    """The process of this part, 0 while there is none."""
    if part == "the supervisor":
        return up.process.pid  # type: ignore[union-attr]
    if part == "PostgreSQL":
        return up.postmaster()
    if part == "a database session":
        with psycopg.connect(host=str(postgres.home(up.data).run), user="khien", dbname="khien") as session:
            found = session.execute(
                "SELECT pid FROM pg_stat_activity WHERE application_name = 'khien' ORDER BY backend_start LIMIT 1"
            )
            return int((found.fetchone() or [0])[0])
    if part == "the background worker":
        return max(up.named("khien\0worker"), default=0)
    servers = up.named("granian", "--port")
    parents = {pid: _parent(pid) for pid in servers}
    main = [pid for pid, parent in parents.items() if parent == up.process.pid]  # type: ignore[union-attr]
    if part == "the web server":
        return main[0] if main else 0
    return max((pid for pid, parent in parents.items() if parent in main), default=0)


def _parent(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return int(stat.read().rsplit(")", 1)[1].split()[1])
    except OSError:
        return 0
