"""The demo's provider and the real ones under the same tests: a gateway over HTTP and a mail server, both on this machine."""

import asyncio
import email
import email.policy
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import UUID, uuid4

import pytest

from khien.messaging import providers
from khien.messaging.providers.gateway import Gateway
from khien.messaging.providers.mail import Mail
from khien.messaging.types import Outgoing

TEXT = "Đ.T. Hoà: mời đến tiêm 08:30 16/12 tại Điểm tiêm thử – mã 12345678901."


class Peer:
    """What stands at the other end: keeps what it got, and refuses when told to."""

    def __init__(self) -> None:
        self.got: list[tuple[str, str]] = []
        self.answer = "take"

    def take(self, address: str, text: str) -> None:
        self.got.append((address, text))


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        peer: Peer = self.server.peer  # type: ignore[attr-defined]
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if peer.answer == "break":
            self.connection.close()
            return
        code = {"take": 202, "later": 503, "never": 422}[peer.answer]
        if code == 202:
            assert self.headers["Authorization"] == "Bearer thu"
            assert self.headers["Idempotency-Key"] == body["id"]
            assert body["encoding"] == "ucs2"
            peer.take(body["to"], body["text"])
        self.send_response(code)
        self.end_headers()
        self.wfile.write(json.dumps({"id": f"gw-{len(peer.got)}"}).encode() if code == 202 else b"")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def http() -> Iterator[tuple[Gateway, Peer]]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.peer = Peer()  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Gateway(f"http://127.0.0.1:{server.server_port}/sms", token="thu", timeout=5), server.peer  # type: ignore[attr-defined]
    server.shutdown()
    server.server_close()
    thread.join()


class Sink:
    """A mail server that keeps what it is sent (RFC 5321, as little of it as a client needs)."""

    def __init__(self) -> None:
        self.peer, self.port, self._ready = Peer(), 0, threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self._ready.wait(5)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._talk, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        address = ""
        writer.write(b"220 sink\r\n")
        while line := (await reader.readline()).decode().strip():
            verb = line.split(":")[0].upper()
            if verb.startswith(("EHLO", "HELO")):
                writer.write(b"250-sink\r\n250 8BITMIME\r\n")
            elif verb == "RCPT TO":
                address = line.split("<")[1].split(">")[0]
                writer.write({"later": b"451 later\r\n", "never": b"550 nobody here\r\n"}.get(self.peer.answer, b"250 ok\r\n"))
            elif verb == "DATA":
                writer.write(b"354 go on\r\n")
                data = await reader.readuntil(b"\r\n.\r\n")
                if self.peer.answer == "break":
                    break
                mail = email.message_from_bytes(data[:-5] + b"\r\n", policy=email.policy.default)
                self.peer.take(address, mail.get_content().strip())
                writer.write(b"250 taken\r\n")
            elif verb == "QUIT":
                writer.write(b"221 bye\r\n")
                break
            else:
                writer.write(b"250 ok\r\n")
            await writer.drain()
        writer.close()

    def _end(self) -> None:
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.call_soon(self._loop.stop)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._end)
        self._thread.join(5)
        self._loop.close()


@pytest.fixture
def smtp() -> Iterator[tuple[Mail, Peer]]:
    sink = Sink()
    yield Mail("127.0.0.1", sink.port, sender="khien@khien.example", timeout=5), sink.peer
    sink.stop()


class DemoPeer(Peer):
    """The demo's table as the other end."""

    @property  # type: ignore[override]
    def got(self) -> list[tuple[str, str]]:
        from khien.messaging.models import DemoMessage

        return list(DemoMessage.objects.order_by("received_at").values_list("address", "text"))

    @got.setter
    def got(self, value: object) -> None:
        pass


@pytest.fixture
def demo(db: None) -> tuple[providers.Provider, Peer]:
    from khien.messaging.providers.demo import Demo

    return Demo(), DemoPeer()


def outgoing(channel: str, id: UUID | None = None) -> Outgoing:
    address = "+84901234567" if channel == "sms" else "hoa@example.com"
    return Outgoing(id or uuid4(), channel, address, TEXT, "Lịch hẹn tiêm", "invited")


@pytest.fixture(params=["demo", "http", "smtp"])
def carried(request: pytest.FixtureRequest) -> tuple[providers.Provider, Peer, str]:
    provider, peer = request.getfixturevalue(request.param)
    return provider, peer, "email" if request.param == "smtp" else "sms"


@pytest.fixture(params=["http", "smtp"])
def refusing(request: pytest.FixtureRequest) -> tuple[providers.Provider, Peer, str]:
    provider, peer = request.getfixturevalue(request.param)
    return provider, peer, "email" if request.param == "smtp" else "sms"


def test_an_accented_text_arrives_letter_for_letter(carried):
    provider, peer, channel = carried
    message = outgoing(channel)
    sent = provider.send(message)
    assert peer.got == [(message.address, TEXT)]
    assert sent.provider_id


def test_a_provider_says_its_name_and_how_many_it_takes_at_once(carried):
    provider, _, _ = carried
    assert provider.name
    assert provider.width >= 1


def test_a_peer_that_asks_for_later_is_told_from_one_that_never_will(refusing):
    provider, peer, channel = refusing
    for answer, raised in (("later", providers.Temporary), ("never", providers.Permanent)):
        peer.answer = answer
        with pytest.raises(raised) as refused:
            provider.send(outgoing(channel))
        assert "hoa@" not in str(refused.value)
        assert "+84" not in str(refused.value)
    peer.answer = "take"
    provider.send(outgoing(channel))
    assert len(peer.got) == 1


def test_a_line_that_breaks_after_the_text_left_is_neither_sent_nor_failed(refusing):
    provider, peer, channel = refusing
    peer.answer = "break"
    with pytest.raises(providers.Unsure):
        provider.send(outgoing(channel))


@pytest.mark.parametrize(
    "provider", [Gateway("http://127.0.0.1:9/sms", timeout=2), Mail("127.0.0.1", 9, timeout=2)], ids=["http", "smtp"]
)
def test_nobody_at_the_other_end_is_for_later(provider):
    with pytest.raises(providers.Temporary):
        provider.send(outgoing("sms"))


def test_the_same_message_handed_over_twice_is_shown_once_in_the_demo(demo):
    provider, peer = demo
    message = outgoing("sms")
    provider.send(message)
    provider.send(message)
    assert len(peer.got) == 1


def test_the_environment_names_who_carries_messages(monkeypatch):
    monkeypatch.setenv("KHIEN_SMS", "http")
    monkeypatch.setenv("KHIEN_SMS_URL", "https://sms.example/send")
    monkeypatch.setenv("KHIEN_EMAIL", "smtp")
    monkeypatch.setenv("KHIEN_SMTP", "smtps://khien:mat%20khau@mail.example")
    providers.forget()
    try:
        assert providers.for_channel("sms").url == "https://sms.example/send"
        mail = providers.for_channel("email")
        assert (mail.host, mail.port, mail.user, mail.password, mail.tls) == (
            "mail.example",
            465,
            "khien",
            "mat khau",
            "at_once",
        )
        assert "mat khau" not in repr(mail)
    finally:
        providers.forget()
