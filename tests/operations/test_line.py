"""The line of a rehearsed point and its gateway: cut for real, mended, and what goes through them arrives once and in order."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from khien.rehearsal.browser import Away, Browser, Surprise
from khien.rehearsal.gateway import Gateway
from khien.rehearsal.proxy import Line
from khien.rehearsal.staff import Answer
from khien.rehearsal.week.sender import AGAIN, Sender

AT = datetime(2021, 8, 1, 3, tzinfo=UTC)


class Server:
    """A server that answers with what it was told, and holds one answer back while `slow` is set."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.held = threading.Event()
        self.go_on = threading.Event()
        server = self

        class Door(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                server.heard.append(self.path)
                if self.path == "/slow":
                    server.held.set()
                    server.go_on.wait(10)
                body = self.path.encode() * 3000
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                return

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.http.server_address[1])


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.go_on.set()
    server.http.shutdown()
    server.http.server_close()


@pytest.fixture
def line(server: Server) -> Iterator[Line]:
    line = Line(server.port)
    yield line
    line.close()


def test_what_goes_through_a_whole_line_arrives_as_it_was(line: Line) -> None:
    with httpx.Client(base_url=line.url, trust_env=False) as client:
        for path in ("/a", "/bb", "/ccc"):
            assert client.get(path).text == path * 3000
    assert line.carried > 9000


def test_a_cut_line_breaks_the_answer_under_way_and_takes_nothing_new_until_it_is_mended(line: Line, server: Server) -> None:
    with httpx.Client(base_url=line.url, trust_env=False) as client:
        broken: list[type] = []

        def ask() -> None:
            try:
                client.get("/slow")
            except httpx.TransportError as error:
                broken.append(type(error))

        asking = threading.Thread(target=ask)
        asking.start()
        assert server.held.wait(10)
        line.cut()
        asking.join(10)
        assert broken
        with pytest.raises(httpx.TransportError):
            client.get("/new")
        line.mend()
        assert client.get("/after").status_code == 200
    assert "/new" not in server.heard


def test_who_knows_that_the_line_is_cut_waits_for_nothing(line: Line) -> None:
    with Browser(line.url) as browser:
        browser.cut = lambda: not line.whole
        assert browser.fetch("/a").status_code == 200
        line.cut()
        with pytest.raises(Away):
            browser.fetch("/b")


class Told:
    """A desk that keeps what it was told, and answers one id the same twice."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Any]] = []
        self.away = False
        self.again: Answer | None = None

    def tell(self, name: str, *, occurred_at: datetime, command_id: Any, **body: Any) -> Answer:
        if self.away:
            raise Away("cut")
        seen = [id for _, id in self.told]
        self.told.append((name, command_id))
        if command_id in seen and self.again is not None:
            return self.again
        return Answer("accepted", "", {"name": name, **body})


def test_what_is_done_without_a_line_is_sent_in_its_order_when_it_is_back() -> None:
    desk, up, wrong, seen = Told(), [False], [], []
    sender = Sender({"reception": desk}, up=lambda: up[0], wrong=wrong.append)  # type: ignore[dict-item]
    facts = {"visit_id": ""}
    sender.post("reception", "check_in", dict, AT, lambda answer: facts.update(visit_id="v1"))
    sender.post("reception", "consent", lambda: dict(facts), AT, lambda answer: seen.append(answer.result["visit_id"]))
    assert (desk.told, len(sender.waiting)) == ([], 2)
    up[0], desk.away = True, True
    assert not sender.flush()
    desk.away = False
    assert sender.flush()
    assert [name for name, _ in desk.told] == ["check_in", "consent"]
    assert seen == ["v1"], "what stands on an earlier answer is said once that is known"
    assert wrong == []


def test_a_command_keeps_its_id_and_another_answer_to_it_is_a_surprise() -> None:
    desk = Told()
    sender = Sender({"reception": desk}, up=lambda: True, wrong=lambda what: None)  # type: ignore[dict-item]
    for _ in range(AGAIN):
        sender.post("reception", "close", dict, AT)
    assert len(desk.told) == AGAIN + 1
    assert len({id for _, id in desk.told}) == AGAIN
    desk.again = Answer("refused", "visits.unknown", {})
    with pytest.raises(Surprise, match="sent twice"):
        for _ in range(AGAIN):
            sender.post("reception", "close", dict, AT)


def test_the_gateway_keeps_a_message_once_reads_its_code_and_can_fall_silent() -> None:
    gateway = Gateway()
    try:
        message = {"id": "m1", "to": "+84901234567", "from": "KHIEN", "text": "Mã của bạn: 123456", "encoding": "gsm7"}
        began = time.monotonic()
        for _ in range(2):
            assert httpx.post(gateway.url, json=message, trust_env=False).json() == {"id": "g-m1"}
        assert (gateway.taken(), gateway.twice) == (1, 1)
        assert gateway.code("+84901234567", since=began, seconds=1) == "123456"
        assert gateway.code("+84901234567", since=began, seconds=0, but={"123456"}) == ""
        gateway.silent = True
        assert httpx.post(gateway.url, json={**message, "id": "m2"}, trust_env=False).status_code == 503
        assert (gateway.taken(), gateway.refused) == (1, 1)
    finally:
        gateway.close()
