"""The line between a point and the server: a small TCP proxy that can be cut and mended while people work."""

import socket
import struct
import threading
from contextlib import suppress

CHUNK = 65536
ABORT = struct.pack("ii", 1, 0)  # close at once with a reset: a pulled cable says no goodbye


class Line:
    """Carries bytes between a free port here and the server; `cut` breaks every connection and takes no new one."""

    def __init__(self, port: int, *, host: str = "127.0.0.1") -> None:
        self.target = (host, port)
        self.carried = self.cuts = 0
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._whole = threading.Event()
        self._whole.set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = int(self._listener.getsockname()[1])
        self._closed = False
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def whole(self) -> bool:
        return self._whole.is_set()

    def cut(self) -> None:
        """Break the line: what is under way breaks off, and nothing new gets through."""
        self._whole.clear()
        self.cuts += 1
        with self._lock:
            broken, self._open = self._open, set()
        for end in broken:
            _abort(end)

    def mend(self) -> None:
        self._whole.set()

    def close(self) -> None:
        """Take the line down for good."""
        self._closed = True
        self.cut()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while not self._closed:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if not self.whole:
                _abort(near)
                continue
            threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection(self.target, timeout=10)
        except OSError:
            _abort(near)
            return
        far.settimeout(None)
        with self._lock:
            if not self.whole:
                _abort(near)
                _abort(far)
                return
            self._open |= {near, far}
        back = threading.Thread(target=self._pump, args=(far, near), daemon=True)
        back.start()
        self._pump(near, far)
        back.join()
        with self._lock:
            self._open -= {near, far}
        for end in (near, far):
            end.close()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError, ValueError):
            while piece := source.recv(CHUNK):
                sink.sendall(piece)
                self.carried += len(piece)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)


def _abort(end: socket.socket) -> None:
    with suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)  # wakes whoever reads from it
    end.close()
