"""A breach of the cold chain judged: each lot by its product's rules and by the time it lay at the holder, wherever it went since."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Max, Min, Q

from khien.campaigns import queries as campaigns
from khien.immunizations import queries as immunizations
from khien.kernel import clock
from khien.kernel.refs import SYSTEM
from khien.plumbing import audit, outbox
from khien.stock import cold_rules, following, models, rules, working
from khien.stock.cold_rules import Reading, Rule


@dataclass(frozen=True, slots=True)
class Stay:
    """A lot at the device's holder during a breach: from its first receipt there, to when its last dose left (None: doses are there)."""

    lot_id: UUID
    vaccine: str
    since: datetime
    left: datetime | None


def series(device_id: UUID, since: datetime, until: datetime) -> list[Reading]:
    """The readings of a device in order of time."""
    blocks = models.ReadingBlock.objects.filter(device_id=device_id, hour__gt=since - timedelta(hours=1), hour__lte=until).order_by("hour")
    told = (
        (block.hour + timedelta(seconds=second), value) for block in blocks for second, value in zip(block.seconds, block.tenths, strict=True)
    )
    return [reading for reading in told if since <= reading[0] <= until]


def judge(device: models.ColdDevice, one: models.Excursion, at: datetime) -> None:
    """Hold the lots that a breach harmed, once a rule is broken for them; asked again while it lasts, and for readings that come late.

    What somebody decided about a lot stands: a rule that was told then counts anew from the decision, another one in full.
    """
    breach = _Breach(device, one, at)
    if not any(breach.minutes(rule, breach.first, breach.end) >= rule.minutes for rule in cold_rules.rules() if (rule.profile, rule.kind) == (device.profile, one.kind)):
        return
    stays = _stays(device, one, breach.end)
    told = _Told(device, one, stays)
    gone = following.leavings(device.site_id, [stay.lot_id for stay in stays], one.started_at)
    harmed: list[Rule] = []
    fresh = False
    for stay in stays:
        own = cold_rules.of(device.profile, one.kind, stay.vaccine)
        left = [leaving for leaving in gone if leaving.lot_id == stay.lot_id]
        broken = [rule for rule in own if breach.broken(rule, stay, told)]
        harmed += broken
        if broken:
            since = min(breach.reached(rule, stay, told) for rule in broken)
            if stay.left is None or any(leaving.on_road for leaving in left) or immunizations.count_given(stay.lot_id, device.site_id, since):
                following.hold(device, one, device.site_id, stay.lot_id, broken, since, at)
                fresh = True
        for leaving in left:
            broken = [rule for rule in own if breach.broken_before(rule, stay, told, leaving.moment)]
            harmed += broken
            if broken and leaving.accepted:
                fresh |= following.follow(device, one, leaving, broken, at)
    if not stays and one.decided_at is None:
        harmed = [rule for rule in cold_rules.of(device.profile, one.kind) if breach.minutes(rule, breach.first, breach.end) >= rule.minutes]
    if fresh or (harmed and not one.judged):
        _note(device, one, harmed[0], at, undecide=fresh)


class _Breach:
    """The times beyond the rules' temperatures up to the end of a breach (or now), by readings and by the logger's own alarms."""

    def __init__(self, device: models.ColdDevice, one: models.Excursion, at: datetime) -> None:
        self.device, self.kind, self.started_at, self.at = device, one.kind, one.started_at, at
        self.end = one.ended_at or at
        days = max((rule.within_days for rule in cold_rules.rules() if (rule.profile, rule.kind) == (device.profile, one.kind)), default=0)
        self.first = one.started_at - timedelta(days=days)
        self.readings = series(device.id, self.first, self.end)
        alive = one.ended_at is None and device.last_at is not None and not cold_rules.silent_since(device.last_at, device.every_minutes, at)
        self.until = at if alive else None
        self.alarms = list(models.Excursion.objects.filter(
            Q(ended_at__isnull=True) | Q(ended_at__gte=self.first), device_id=device.id, kind=one.kind, source="alarm", started_at__lte=self.end
        ))  # fmt: skip
        self._spans: dict[int, list[cold_rules.Span]] = {}

    def broken(self, rule: Rule, stay: Stay, told: _Told) -> bool:
        """Whether a rule is broken for a lot beyond what somebody has decided or has still to decide."""
        decided = told.decided(stay.lot_id, rule)
        if told.open(stay.lot_id, rule):
            return False
        return self.minutes(rule, max(stay.since, decided) if decided else stay.since, stay.left or self.end) >= rule.minutes

    def reached(self, rule: Rule, stay: Stay, told: _Told) -> datetime:
        """The minute in which a rule that is broken for a lot came to be."""
        decided = told.decided(stay.lot_id, rule)
        since = max(stay.since, decided) if decided else stay.since
        early, late = max(since, self.started_at), stay.left or self.end
        while late - early > timedelta(minutes=1):
            middle = early + (late - early) / 2
            early, late = (early, middle) if self.minutes(rule, since, middle) >= rule.minutes else (middle, late)
        return late

    def broken_before(self, rule: Rule, stay: Stay, told: _Told, moment: datetime) -> bool:
        """Whether a rule was broken for doses of a lot that left at this moment, beyond what had been decided about the lot by then."""
        decided = told.decided(stay.lot_id, rule)
        since = max(stay.since, decided) if decided and decided <= moment else stay.since
        return self.minutes(rule, since, moment) >= rule.minutes

    def minutes(self, rule: Rule, since: datetime, until: datetime) -> int:
        """The most minutes beyond a rule's temperature in the days that it counts together, at any moment of the breach up to `until`."""
        within = timedelta(days=rule.within_days)
        return cold_rules.most_minutes(self._beyond(rule), since, min(until, self.end), within, after=self.started_at)

    def _beyond(self, rule: Rule) -> list[cold_rules.Span]:
        """An alarm that told no peak counts for every rule of its kind."""
        if rule.beyond not in self._spans:
            spans = cold_rules.spans_beyond(self.readings, self.kind, rule.beyond, self.until)
            self._spans[rule.beyond] = spans + [
                (alarm.started_at, alarm.ended_at or self.at)
                for alarm in self.alarms
                if alarm.peak_tenths is None or cold_rules.is_beyond(alarm.peak_tenths, self.kind, rule.beyond)
            ]
        return self._spans[rule.beyond]


@dataclass
class _Told:
    """Which broken rules a person has decided about since the breach was found, or has still to decide about, by lot."""

    device: models.ColdDevice
    one: models.Excursion
    stays: list[Stay]
    _found: dict[tuple[UUID, str], datetime | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for row in following.standing(self.one, self.device.site_id, [stay.lot_id for stay in self.stays]):
            before = [self.one.judged] if not row.rules and row.excursion_id == self.one.id else []
            for key in [*row.rules, *(f"{self.device.id}:{code}" for code in before)]:
                self._found[row.lot_id, key] = row.decided_at

    def open(self, lot_id: UUID, rule: Rule) -> bool:
        key = (lot_id, following.key(self.device, rule))
        return key in self._found and self._found[key] is None

    def decided(self, lot_id: UUID, rule: Rule) -> datetime | None:
        return self._found.get((lot_id, following.key(self.device, rule)))


def _note(device: models.ColdDevice, one: models.Excursion, rule: Rule, at: datetime, *, undecide: bool) -> None:
    """Write down the rule that a breach broke; one that harms a lot anew waits for a decision again."""
    one.judged = rule.code
    told: dict[str, object] = {"judged": rule.code}
    if undecide and one.decided_at is not None:
        one.decided_at = None
        told |= {"decided_at": None, "decided_by": None, "decision": ""}
    models.Excursion.objects.filter(id=one.id).update(**told)
    working.open_("excursion", device.site_id, str(one.id), ref_id=one.id, on=clock.on_date(one.started_at), at=at, doses=0)
    audit.record("stock.excursion_judged", by=SYSTEM, at=at, subject=f"excursion:{one.id}", site=device.site_id, rule=rule.code)
    outbox.publish("stock.excursion_judged", at=at, excursion_id=one.id, site_id=device.site_id)


def _stays(device: models.ColdDevice, one: models.Excursion, end: datetime) -> list[Stay]:
    """The lots that lay at the holder between a breach's start and its end and may stand in such a device."""
    rows = models.Movement.objects.filter(site_id=device.site_id).order_by()
    held = set(models.Balance.objects.filter(site_id=device.site_id, on_hand__gt=0).values_list("lot_id", flat=True))
    moved = dict(rows.filter(on_date__gte=clock.on_date(one.started_at)).values_list("lot_id").annotate(last=Max("performed_at")))
    kept = _kept_in(device, clock.on_date(one.started_at), held | set(moved))
    came = _came(device.site_id, set(kept))
    found = [Stay(lot_id, vaccine, came.get(lot_id, one.started_at - cold_rules.OLDEST), None if lot_id in held else moved[lot_id]) for lot_id, vaccine in sorted(kept.items())]
    return [stay for stay in found if stay.since <= end and (stay.left is None or stay.left >= one.started_at)]


def _came(site_id: UUID, lot_ids: set[UUID]) -> dict[UUID, datetime]:
    """When the ledger first tells of each lot at the holder; on paper of an earlier day, from that day's beginning."""
    rows = models.Movement.objects.filter(site_id=site_id, lot_id__in=lot_ids).order_by()
    first = dict(rows.values_list("lot_id").annotate(day=Min("on_date")))
    told = rows.filter(on_date__in=set(first.values())).values_list("lot_id", "on_date").annotate(moment=Min("performed_at"))
    found: dict[UUID, datetime] = {}
    for lot_id, day, moment in told:
        if first[lot_id] == day:
            found[lot_id] = moment if clock.on_date(moment) == day else clock.at_local(day)
    return found


def _kept_in(device: models.ColdDevice, on: date, lot_ids: set[UUID]) -> dict[UUID, str]:
    """Those of these lots that may stand in such a device, with their vaccine."""
    vaccines = campaigns.rulebook(on).vaccines
    found = {}
    for lot_id, item in models.Lot.objects.filter(id__in=lot_ids).values_list("id", "vaccine"):
        known = vaccines.get(item)
        low, high = (known.storage_low_c, known.storage_high_c) if known else (None, None)
        thawed = known.thawed_days if known else None
        if rules.is_vaccine(item) and cold_rules.keeps(
            device.profile, float(low) if low is not None else None, float(high) if high is not None else None, thawed
        ):
            found[lot_id] = item
    return found
