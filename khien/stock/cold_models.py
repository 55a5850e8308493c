"""The cold chain: devices, the keys of those who report, readings in blocks of an hour, excursions."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from khien.plumbing.base import Row, one_of, pair


class ColdDevice(Row):
    """A fridge, freezer or cold box with a logger; `profile` names the range it must keep (data/cold_rules.json)."""

    placement = "site"
    site_id = models.UUIDField()
    code = models.TextField()
    name = models.TextField()
    profile = models.TextField()
    every_minutes = models.SmallIntegerField(default=5)
    last_at = models.DateTimeField(null=True)
    last_tenths = models.SmallIntegerField(null=True)
    active = models.BooleanField(default=True)
    added_at = models.DateTimeField()
    added_by = models.TextField()

    class Meta:
        db_table = "cold_device"
        constraints = [models.UniqueConstraint("site_id", "code", name="cold_device_code")]


class ReadingKey(Row):
    """A token by which a logger or a gateway reports: for one device, for a holder's, or (`wide`) for any."""

    placement = "reference"
    site_id = models.UUIDField(null=True)
    device_id = models.UUIDField(null=True)
    wide = models.BooleanField(default=False)
    label = models.TextField()
    token_hash = models.TextField(unique=True)
    made_at = models.DateTimeField()
    made_by = models.TextField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.TextField(null=True)

    class Meta:
        db_table = "reading_key"
        constraints = [pair("ended_at", "ended_by", "reading_key_ended_pair")]


class ReadingBlock(models.Model):
    """The readings of a device in one hour: seconds after the hour beside tenths of a degree Celsius, in order of time."""

    placement = "local"
    pk = models.CompositePrimaryKey("device_id", "hour")
    device_id = models.UUIDField()
    hour = models.DateTimeField()
    seconds = ArrayField(models.SmallIntegerField())
    tenths = ArrayField(models.SmallIntegerField())

    class Meta:
        db_table = "reading_block"


class RejectedReading(Row):
    """A reading kept aside under the name of what is wrong with it; nothing that was sent is lost."""

    placement = "local"
    key_id = models.UUIDField(null=True)
    site_id = models.UUIDField(null=True)
    device_code = models.TextField()
    told = models.TextField()
    reason = models.TextField()
    received_at = models.DateTimeField()

    class Meta:
        db_table = "reading_rejected"
        indexes = [models.Index("site_id", "received_at", name="reading_rejected_site")]


class Excursion(Row):
    """A device out of its range from one moment to another; open while it lasts; the peak may be unknown (an alarm told it)."""

    placement = "site"
    site_id = models.UUIDField()
    device_id = models.UUIDField()
    kind = models.TextField()
    source = models.TextField(default="readings")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    peak_tenths = models.SmallIntegerField(null=True)
    minutes = models.IntegerField(default=0)
    judged = models.TextField(default="")
    found_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.TextField(null=True)
    decision = models.TextField(default="")

    class Meta:
        db_table = "cold_excursion"
        constraints = [
            one_of("kind", ["too_warm", "too_cold"], "excursion_kind"),
            one_of("source", ["readings", "alarm"], "excursion_source"),
            pair("decided_at", "decided_by", "excursion_decided_pair"),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True) | models.Q(ended_at__gte=models.F("started_at")), name="excursion_order"
            ),
        ]
        indexes = [models.Index("device_id", "started_at", name="excursion_device")]
