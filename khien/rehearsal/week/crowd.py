"""Who comes, when and how: a synthetic city crowd by seed, with what goes wrong with people at a real point. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from khien.synthetic.crowd import Crowd, Somebody

# Share of everybody who has it. Sources: the brief of the rehearsal; what has no figure there is a guess of ours, told in the docs.
SHARES = {
    "no_id": 0.12, "namesake": 0.01, "swapped": 0.01, "mistyped": 0.02, "wrong_qr": 0.03, "no_show": 0.06, "early": 0.10, "late": 0.08,
    "fever": 0.02, "refer": 0.01, "contra": 0.005, "refuse": 0.01, "withdraw": 0.01, "leave": 0.015, "reaction": 0.03, "faint": 0.003, "help": 0.02,
}  # fmt: skip
WAYS = {"invited": 0.75, "walk_in": 0.25}
FEW = 400  # people; fewer are not enough for days that are unlike the others
BURSTS = (0.1, 0.6)  # of everybody: the point on four tablets without a line (1,500 of 15,000), the one hall (9,000)
NOWHERE: Mapping[tuple[int, int], int] = {}
PORTAL = 12  # people a day who register by themselves
# What decides how the visit goes; nobody has two of them.
FATES = ("no_show", "fever", "refer", "contra", "refuse", "withdraw", "leave", "faint", "reaction")
# People who walk in, by hour of the day (7 is 07:00 to 08:00).
HOURS = ((7, 8), (8, 22), (9, 20), (10, 13), (11, 5), (13, 10), (14, 12), (15, 8), (16, 2))


@dataclass(frozen=True)
class Visitor:
    """One person of the crowd: the day and point they belong to, how they come, what is special about them."""

    number: int
    person: Somebody
    day: int
    site: int
    way: str
    traits: frozenset[str]
    offset: float  # minutes from the hour of the appointment
    walks_in_at: float  # minutes after midnight, for who has no appointment

    def has(self, trait: str) -> bool:
        return trait in self.traits

    @property
    def fate(self) -> str:
        """How the visit goes where nothing else is special: "" for an injection and half an hour of observation."""
        return next((trait for trait in FATES if trait in self.traits), "")

    @property
    def party(self) -> str:
        """Who comes together."""
        return self.person.household


def bursts(people: int, days: int, sites: int) -> dict[tuple[int, int], int]:
    """Where very many come in one day (day and point from 0): a point with a tenth of everybody, a hall with six tenths."""
    if people < FEW or days < 2 or sites < 3:
        return {}
    point, hall = (round(people * share) for share in BURSTS)
    return {(1, 0): point, (min(2, days - 1), 2): hall}


def homes(communes: Sequence[Sequence[str]], people: int, loads: Mapping[tuple[int, int], int]) -> list[str]:
    """Communes to draw homes from, each as often as its point has people to expect."""
    rest = max(people - sum(loads.values()), 0) / len(communes)
    expected = [rest + sum(n for (_, site), n in loads.items() if site == place) for place in range(len(communes))]
    found = []
    for keys, n in zip(communes, expected, strict=True):
        found += [key for key in keys for _ in range(max(1, round(2000 * n / people / len(keys))))]
    return found


def gather(
    crowd: Crowd, *, people: int, days: int, communes: Sequence[Sequence[str]], seed: int, walk_in_day: tuple[int, int] | None,
    loads: Mapping[tuple[int, int], int] = NOWHERE,
) -> list[Visitor]:  # fmt: skip
    """Make everybody of all days; `walk_in_day` is a day and a point (from 0) where nobody has an appointment, `loads` as `bursts` says."""
    random = Random(seed)
    site_of = {key: site for site, keys in enumerate(communes) for key in keys}
    somebody = list(crowd.people(people))
    day_of = _days(somebody, days, random, site_of, loads)
    traits = _traits(people, random)
    somebody = _without_papers(somebody, traits)
    somebody, day_of = _namesakes(somebody, day_of, traits, crowd, random)
    ways = _ways(people, random)
    hours = {}
    found = []
    for number, one in enumerate(somebody):
        site, day = site_of[one.commune_key], day_of[number]
        typed = "mistyped" in traits[number]  # at the desk: of who has an appointment no number is typed there
        way = "walk_in" if typed or (day, site) == walk_in_day else ways[number]
        own = frozenset(traits[number])
        if way == "walk_in":
            own -= {"no_show", "wrong_qr", "early", "late"}
        if not one.cccd:
            own = (own | {"no_id"}) - {"mistyped"}
        hours.setdefault(one.household, walk_in_minute(random))
        found.append(Visitor(number, one, day, site, way, own, _offset(own, random), hours[one.household] + random.random() * 3))
    return found


def walk_in_minute(random: Random) -> float:
    """The minute after midnight at which somebody without an appointment comes."""
    hour = random.choices([hour for hour, _ in HOURS], [weight for _, weight in HOURS])[0]
    return hour * 60 + (30 if hour == 7 else 0) + random.random() * (30 if hour == 7 else 60)


def _days(people: Sequence[Somebody], days: int, random: Random, site_of: Mapping[str, int], loads: Mapping[tuple[int, int], int]) -> list[int]:
    """A household comes on one day; the bursts are filled first, then all days evenly."""
    families: dict[str, list[int]] = defaultdict(list)
    for number, one in enumerate(people):
        families[one.household].append(number)
    order = list(families.values())
    random.shuffle(order)
    load, found, left = [0] * days, [0] * len(people), dict(loads)
    for members in sorted(order, key=len, reverse=True):
        site = site_of[people[members[0]].commune_key]
        burst = next((one for one, room in left.items() if one[1] == site and room > 0), None)
        if burst is not None:
            left[burst] -= len(members)
            day = burst[0]
        else:
            day = load.index(min(load))
            load[day] += len(members)
        for number in members:
            found[number] = day
    return found


def _traits(people: int, random: Random) -> list[set[str]]:
    """Exactly its share of people has each trait, and nobody has two fates."""
    found: list[set[str]] = [set() for _ in range(people)]
    for trait, share in SHARES.items():
        free = [n for n in range(people) if trait not in FATES or not found[n] & set(FATES)]
        for number in random.sample(free, min(len(free), count_of(people, share))):
            found[number].add(trait)
    for own in found:
        if {"early", "late"} <= own:
            own.discard("late")
    return found


def count_of(people: int, share: float) -> int:
    """How many of so many people; a rare trait is there at least once."""
    return max(1, round(people * share)) if people >= 20 else round(people * share)


def _without_papers(people: list[Somebody], traits: list[set[str]]) -> list[Somebody]:
    return [replace(one, cccd="") if "no_id" in own else one for one, own in zip(people, traits, strict=True)]


def _namesakes(
    people: list[Somebody], days: list[int], traits: list[set[str]], crowd: Crowd, random: Random
) -> tuple[list[Somebody], list[int]]:
    """Those marked become two of one name, sex and birth, of one commune and one day; their numbers stay different."""
    marked = [number for number, own in enumerate(traits) if "namesake" in own]
    if len(marked) % 2:
        spare = random.choice([n for n in range(len(people)) if n not in marked])
        traits[spare].add("namesake")
        marked.append(spare)
    for first, second in zip(marked[::2], marked[1::2], strict=True):
        one, other = people[first], people[second]
        for number in (first, second):
            traits[number] -= {"no_id", "no_show", "swapped", *FATES}
        people[first] = one = replace(one, cccd=one.cccd or crowd.cccd(one.sex, one.birth.year))
        people[second] = replace(
            other, full_name=one.full_name, sex=one.sex, birth=one.birth, commune_key=one.commune_key, cccd=crowd.cccd(one.sex, one.birth.year)
        )
        days[second] = days[first]
    return people, days


def _ways(people: int, random: Random) -> list[str]:
    walk_ins = set(random.sample(range(people), round(people * WAYS["walk_in"])))
    return ["walk_in" if number in walk_ins else "invited" for number in range(people)]


def shapes(crowd: Sequence[Visitor]) -> dict[str, int]:
    """How many there are of everything that was asked of the crowd; families are people who come together."""
    parties = Counter((one.party, one.day, one.site) for one in crowd)
    found = Counter(trait for one in crowd for trait in one.traits)
    found["family"] = sum(n for n in parties.values() if n > 1)
    found["walk_in"] = sum(one.way == "walk_in" for one in crowd)
    return dict(found)


def _offset(traits: frozenset[str], random: Random) -> float:
    """Minutes from the appointment: early birds long before, others around it."""
    if "early" in traits:
        return -random.uniform(25, 75)
    if "late" in traits:
        return random.uniform(30, 90)
    return random.triangular(-20, 20, -5)


def of_day(crowd: Sequence[Visitor], day: int, site: int | None = None) -> Iterator[Visitor]:
    """Everybody of one day (and point)."""
    return (one for one in crowd if one.day == day and (site is None or one.site == site))
