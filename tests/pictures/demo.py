"""A demo for the pictures: started on a data folder, with a small rehearsal played in it, so that lists, draws and cases have something to show."""

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 900  # seconds: the first start builds the demo city


@contextlib.contextmanager
def started(data: str) -> Iterator[str]:
    """Start the demo on this folder, play the rehearsal; yields its address, and stops it afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    child = subprocess.Popen([*_KHIEN, "up", "--data", data, "--port", str(port)], cwd=ROOT, stdout=subprocess.DEVNULL)  # noqa: S603
    base = f"http://localhost:{port}"
    try:
        _wait(child, base)
        subprocess.run([*_KHIEN, "rehearse", "--url", base, "--sites", "2", "--people", "60", "--data", data], cwd=ROOT, check=False)  # noqa: S603
        yield base
    finally:
        child.terminate()
        child.wait(60)


_KHIEN = [sys.executable, "-m", "khien"]


def _wait(child: "subprocess.Popen[bytes]", base: str) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if child.poll() is not None:
            sys.exit("The demo did not start; the lines above say why.")
        with contextlib.suppress(OSError), urlopen(f"{base}/tinh-trang") as answer:  # noqa: S310
            if answer.status == 200:
                return
        time.sleep(1)
    sys.exit("The demo did not start in time.")
