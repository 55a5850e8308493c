"""A measured line, for people and for programs."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from khien.bench.load import Load


@dataclass(frozen=True)
class Result:
    """Our rate a second, the limit's, their ratio, latencies and processor time a request; None: there is none."""

    name: str
    ours_per_s: float
    limit_per_s: float | None
    p50_ms: float | None
    p99_ms: float | None
    cpu_us: float | None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return self.ours_per_s / self.limit_per_s if self.limit_per_s else None

    def plain(self) -> dict[str, Any]:
        """The line as JSON tells it."""
        told = {**asdict(self), "ratio": self.ratio}
        return {name: round(value, 3) if isinstance(value, float) else value for name, value in told.items()}


def of_load(name: str, load: Load, cpu: float | None, limit: float | None, note: str = "") -> Result:
    """The line of a load over HTTP; `cpu` in seconds for all of it."""
    each = cpu / load.count * 1e6 if cpu is not None and load.count else None
    return Result(name, load.per_s, limit, load.p50_ms, load.p99_ms, each, note)


def table(results: Iterable[Result]) -> str:
    """The lines as a table."""
    heads = ("", "ours/s", "limit/s", "ratio", "p50 ms", "p99 ms", "CPU us", "")
    lines = [heads]
    for one in results:
        numbers = (_n(one.ours_per_s), _n(one.limit_per_s), _n(one.ratio, 2), _n(one.p50_ms, 1), _n(one.p99_ms, 1), _n(one.cpu_us))
        lines.append((one.name, *numbers, one.note))
    widths = [max(len(line[i]) for line in lines) for i in range(len(heads))]
    return "\n".join(
        "  ".join([line[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(line[1:-1], widths[1:-1], strict=True)), line[-1]]).rstrip()
        for line in lines
    )


def _n(value: float | None, digits: int = 0) -> str:
    return "-" if value is None else f"{value:,.{digits}f}"
