"""`bin/khien audit verify`: check every chain against itself, its head, and the copy outside the database."""

import argparse
import sys

from django.conf import settings

from khien.config.worker import read_heads
from khien.plumbing import audit


def main(argv: list[str]) -> int:
    """Print one line for each broken chain; exit status 0 only when all 64 are intact."""
    argparse.ArgumentParser("khien audit verify").parse_args(argv)
    path = settings.DATA / "audit-heads.json"
    copied, unread = {}, False
    try:
        copied = read_heads(path)
    except FileNotFoundError:
        print("khien: no copy of the heads beside the database yet; checking the chains alone", file=sys.stderr)
    except ValueError:
        unread = True
        print(f"{path}: the copy of the heads cannot be read; a cut tail does not show")
    broken = list(audit.verify(copied))
    for row in broken:
        print(f"chain {row.chain}: first broken row {row.seq} ({row.why})")
    if not broken:
        rows = sum(seq for seq, _ in audit.heads().values())
        print(f"audit intact: {rows} rows in 64 chains")
    return 1 if broken or unread else 0
