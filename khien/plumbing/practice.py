"""The practice copy as the real instance knows it: what was ordered, how it stands, which scores it tells. Files in the data folder.

Nothing else passes between the two: the copy has its own database, keys, port and cookies.
"""

import json
import os
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

ORDER, STATE, FOLDER = "practice.order", "practice.state", "practice"
SCORES = "scores.json"


def order(data: Path, facts: dict[str, Any]) -> None:
    """Ask the supervisor of this data folder for a practice copy; it holds the desks' passwords until the copy is built."""
    _write(data / ORDER, facts)


def ordered(data: Path) -> dict[str, Any] | None:
    """What is asked for now; None when nothing is."""
    return _read(data / ORDER)


def withdraw(data: Path) -> None:
    """Ask the supervisor to stop the copy and to wipe it."""
    (data / ORDER).unlink(missing_ok=True)


def forget_passwords(data: Path) -> None:
    """Take the passwords out of the order: the copy has them as hashes now."""
    if told := ordered(data):
        order(data, _without_passwords(told))


def _without_passwords(told: Any) -> Any:
    if isinstance(told, dict):
        return {key: _without_passwords(value) for key, value in told.items() if key != "password"}
    return [_without_passwords(one) for one in told] if isinstance(told, list) else told


def say(data: Path, state: str, **facts: Any) -> None:
    """Tell how the copy stands: preparing, running, failed (why); nothing when there is none."""
    if state:
        _write(data / STATE, {"state": state, **facts})
    else:
        (data / STATE).unlink(missing_ok=True)


def standing(data: Path) -> dict[str, Any]:
    """How the copy stands, as its supervisor last said; `state` is "" where there is none."""
    return _read(data / STATE) or {"state": ""}


def tell_scores(folder: Path, scores: list[dict[str, Any]], *, at: str) -> None:
    """Inside the copy: lay the scores where the real instance may read them; they name desks, never a person who came."""
    _write(folder / SCORES, {"at": at, "scores": scores})


def scores(data: Path) -> dict[str, Any]:
    """The scores as the copy last told them."""
    return _read(data / FOLDER / SCORES) or {"at": "", "scores": []}


def move_clock(folder: Path, ahead: timedelta) -> None:
    """Move the copy's own clock on (the file that khien.config.moved reads); the real instance's is another."""
    place = folder / "clock"
    standing = 0.0
    with suppress(OSError, ValueError):
        standing = float(place.read_text())
    scratch = folder / "clock.new"
    scratch.write_text(f"{standing + ahead.total_seconds():.3f}")
    scratch.replace(place)


def _write(path: Path, facts: dict[str, Any]) -> None:
    scratch = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(facts, file, ensure_ascii=False)
    scratch.replace(path)


def _read(path: Path) -> dict[str, Any] | None:
    with suppress(OSError, ValueError):
        read = json.loads(path.read_text())
        return read if isinstance(read, dict) else None
    return None
