"""The rehearsal's SMS gateway: takes messages over HTTP as a real one does, keeps them as phones would, and can fall silent."""

import json
import re
import threading
import time
from collections import defaultdict
from collections.abc import Collection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_CODE = re.compile(r"\b(\d{6,8})\b")


class Gateway:
    """A gateway on a free port of this machine; a message sent twice with one key is taken once."""

    def __init__(self) -> None:
        self.silent = False
        self.refused = self.twice = 0
        self._texts: dict[str, list[tuple[float, str]]] = defaultdict(list)
        self._taken: set[str] = set()
        self._lock = threading.Lock()
        gateway = self

        class Door(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if gateway.silent:
                    gateway.refused += 1
                    self.send_response(503)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                answer = json.dumps({"id": gateway.take(json.loads(body))}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class names it)
                return  # a number never reaches a log

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/sms"

    def environment(self) -> dict[str, str]:
        """What the product needs to send through this gateway."""
        return {"KHIEN_SMS": "http", "KHIEN_SMS_URL": self.url, "KHIEN_SMS_TOKEN": "rehearsal"}

    def take(self, message: dict[str, Any]) -> str:
        with self._lock:
            key = str(message["id"])
            if key in self._taken:
                self.twice += 1
            else:
                self._taken.add(key)
                self._texts[str(message["to"])].append((time.monotonic(), str(message["text"])))
        return f"g-{message['id']}"

    def taken(self) -> int:
        """How many different messages arrived."""
        return len(self._taken)

    def code(self, e164: str, *, since: float, seconds: float, but: Collection[str] = ()) -> str:
        """The newest code on this phone since a moment of the machine's clock; "" when none comes in time."""
        until = time.monotonic() + seconds
        while True:
            with self._lock:
                found = [match.group(1) for at, text in self._texts.get(e164, ()) if at >= since and (match := _CODE.search(text)) and match.group(1) not in but]
            if found or time.monotonic() > until:
                return found[-1] if found else ""
            time.sleep(0.1)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
