"""Exact intervals for proportions and counts, exact tests, and many tests at once. Standard library only.

Sources: Clopper and Pearson 1934 (proportions: quantiles of the beta distribution); Garwood 1936 (counts: quantiles of the gamma
distribution); Holm 1979 and Benjamini-Hochberg 1995 for several tests. The incomplete functions follow their standard series and
continued fractions (Abramowitz and Stegun 6.5, 26.5).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

TINY = 1e-300
EPS = 1e-15
CLOSE = 1e-10  # of a limit: far finer than any page prints
STEPS = 100_000


def beta_cdf(x: float, a: float, b: float) -> float:
    """The regularized incomplete beta function I_x(a, b)."""
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _beta_fraction(x, a, b) / a
    return 1 - front * _beta_fraction(1 - x, b, a) / b


def _beta_fraction(x: float, a: float, b: float) -> float:
    c, d = 1.0, 1 - (a + b) * x / (a + 1)
    d = 1 / (d if abs(d) > TINY else TINY)
    found = d
    for m in range(1, STEPS):
        for term in (m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)), -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))):
            d = 1 + term * d
            d = 1 / (d if abs(d) > TINY else TINY)
            c = 1 + term / c
            c = c if abs(c) > TINY else TINY
            found *= d * c
        if abs(d * c - 1) < EPS:
            break
    return found


def gamma_cdf(x: float, a: float) -> float:
    """The regularized lower incomplete gamma function P(a, x)."""
    if x <= 0:
        return 0.0
    front = math.exp(a * math.log(x) - x - math.lgamma(a))
    if x < a + 1:
        term = total = 1 / a
        for n in range(1, STEPS):
            term *= x / (a + n)
            total += term
            if term < total * EPS:
                break
        return front * total
    return 1 - front * _gamma_fraction(x, a)


def _gamma_fraction(x: float, a: float) -> float:
    b = x + 1 - a
    c, d = 1 / TINY, 1 / b
    found = d
    for n in range(1, STEPS):
        term = -n * (n - a)
        b += 2
        d = 1 / (term * d + b or TINY)
        c = b + term / c or TINY
        found *= d * c
        if abs(d * c - 1) < EPS:
            break
    return found


def beta_density(x: float, a: float, b: float) -> float:
    """The density of the beta distribution."""
    return math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + (a - 1) * math.log(x) + (b - 1) * math.log1p(-x)) if 0 < x < 1 else 0.0


def gamma_density(x: float, a: float) -> float:
    """The density of the gamma distribution of scale 1."""
    return math.exp((a - 1) * math.log(x) - x - math.lgamma(a)) if x > 0 else 0.0


def _quantile(cdf: Callable[[float], float], density: Callable[[float], float], share: float, near: float, most: float = math.inf) -> float:
    """Where a rising function reaches this share, at most at `most`; `near` is a first guess of where it does.

    Newton's steps, kept within what is known to lie below and above; where a step leaves that, the middle is taken.
    """
    low, high, here = 0.0, most, min(near, most * (1 - 1e-9))
    for _ in range(STEPS):
        gap = cdf(here) - share
        if gap < 0:
            low = here
        else:
            high = here
        slope = density(here)
        step = here - gap / slope if slope > TINY else -1.0
        if not low < step < high:
            step = (low + high) / 2 if high < math.inf else here * 2
        if abs(step - here) <= CLOSE * step or low >= high * (1 - CLOSE):
            return step
        here = step
    return here


def clopper_pearson(events: int, doses: int, level: float = 0.95) -> tuple[float, float]:
    """The exact interval of a proportion: events among doses. Raises ValueError for more events than doses."""
    if not 0 <= events <= doses or doses <= 0:
        raise ValueError
    tail = (1 - level) / 2
    wide = 2 * math.sqrt(events * (1 - events / doses) + 1)
    low, high = 0.0, 1.0
    if events:
        a, b = events, doses - events + 1
        low = _quantile(lambda x: beta_cdf(x, a, b), lambda x: beta_density(x, a, b), tail, max(events - wide, events / 5) / doses, 1.0)
    if events < doses:
        c, d = events + 1, doses - events
        high = _quantile(lambda x: beta_cdf(x, c, d), lambda x: beta_density(x, c, d), 1 - tail, (events + wide + 2) / doses, 1.0)
    return low, high


def poisson_interval(events: int, level: float = 0.95) -> tuple[float, float]:
    """The exact interval of a count's expectation. Raises ValueError for a negative count."""
    if events < 0:
        raise ValueError
    tail = (1 - level) / 2
    wide, a = 2 * math.sqrt(events + 1), events + 1
    low = _quantile(lambda x: gamma_cdf(x, events), lambda x: gamma_density(x, events), tail, max(events - wide, events / 5)) if events else 0.0
    return low, _quantile(lambda x: gamma_cdf(x, a), lambda x: gamma_density(x, a), 1 - tail, events + wide + 2)


def poisson_at_least(events: int, expected: float) -> float:
    """The chance of so many events or more when so many are expected: the exact one-sided test."""
    if events <= 0:
        return 1.0
    return gamma_cdf(expected, events) if expected > 0 else 0.0


def holm(chances: Sequence[float]) -> list[float]:
    """Chances corrected for having looked so many times (Holm), in the order given."""
    order = sorted(range(len(chances)), key=chances.__getitem__)
    found, highest = [0.0] * len(chances), 0.0
    for rank, place in enumerate(order):
        highest = max(highest, min(1.0, chances[place] * (len(chances) - rank)))
        found[place] = highest
    return found


def benjamini_hochberg(chances: Sequence[float]) -> list[float]:
    """The share of false alarms among all that are at least as striking (Benjamini and Hochberg), in the order given."""
    order = sorted(range(len(chances)), key=chances.__getitem__, reverse=True)
    found, lowest = [0.0] * len(chances), 1.0
    for place, rank in zip(order, range(len(chances), 0, -1), strict=True):
        lowest = min(lowest, chances[place] * len(chances) / rank)
        found[place] = lowest
    return found
