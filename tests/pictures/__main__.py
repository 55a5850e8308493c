"""`bin/dev pictures [--url URL | --data DIR] [--english] [NAME...]`: a picture of every page of a demo, and what is wrong with each."""

import argparse
import contextlib
import os
import sys
import tempfile
from pathlib import Path

from tests.pictures import demo

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "pictures"


def main() -> int:
    """Walk through the demo; write the pictures and docs/pages.md; exit 0 when every page was reached and nothing is wrong."""
    parser = argparse.ArgumentParser("bin/dev pictures", description="Take a picture of every page of a running demo.")
    parser.add_argument("--url", default="", help="a running demo; without it one is started")
    parser.add_argument("--data", default=str(ROOT / "var"), help="the data folder of the demo")
    parser.add_argument("--english", action="store_true", help="look at the English twins for Vietnamese left over; no pictures")
    parser.add_argument("--quick", action="store_true", help="only the pictures; nothing is judged")
    parser.add_argument("--index", action="store_true", help="only write docs/pages.md again")
    parser.add_argument("--out", type=Path, default=FOLDER, help="where the pictures go")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these: a surface (so), or a page (so/trang-chu)")
    told = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "khien.config.settings"
    if told.index:
        told.url, told.names = "-", ["-"]
    running = contextlib.nullcontext(told.url.rstrip("/")) if told.url else demo.started(told.data)
    with tempfile.TemporaryDirectory() as empty, running as base:
        os.environ["KHIEN_DATA"] = empty  # only the addresses are needed here, never the data
        import django

        django.setup()
        from khien.config import moved
        from khien.kernel import clock

        clock.shift_by(moved.reader(Path(told.data)))  # a rehearsal may have moved the demo's clock
        from tests.pictures import index, tour

        wrong = [] if told.index else tour.go(base, told.names, told.out, english=told.english, quick=told.quick)
        if told.out == FOLDER and not told.english:
            index.write()
    for name, words in wrong:
        print(f"{name}: {words}")
    print(f"{len(wrong)} things to mend" if wrong else "Nothing to mend.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
