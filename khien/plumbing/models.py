"""Tables of the machinery: audit, access log, outbox, jobs, receipts, files."""

from django.db import models

from khien.plumbing.base import Row, one_of, pair

CHAINS = 64


class AuditRow(models.Model):
    """One act, chained by hash to the act before it in its chain; written by `audit_append` only."""

    placement = "local"
    pk = models.CompositePrimaryKey("chain", "seq")
    chain = models.SmallIntegerField()
    seq = models.BigIntegerField()
    at = models.DateTimeField()
    actor = models.TextField()
    action = models.TextField()
    subject = models.TextField()
    person_id = models.UUIDField(null=True)
    facts = models.TextField()
    prev = models.BinaryField()
    hash = models.BinaryField()

    class Meta:
        db_table = "audit_row"
        indexes = [
            models.Index("person_id", "at", name="audit_person", condition=models.Q(person_id__isnull=False)),
            models.Index("at", name="audit_at"),
        ]


class AuditHead(models.Model):
    """The last row of each chain, locked last in every hot write."""

    placement = "local"
    chain = models.SmallIntegerField(primary_key=True)
    seq = models.BigIntegerField(default=0)
    hash = models.BinaryField()

    class Meta:
        db_table = "audit_head"


class AccessLog(Row):
    """A staff member opened a person's record: shown to that person."""

    placement = "person"
    person_id = models.UUIDField()
    at = models.DateTimeField()
    staff_id = models.UUIDField()
    post_id = models.UUIDField(null=True)
    office = models.TextField(default="")
    purpose = models.TextField()
    route = models.TextField(default="")

    class Meta:
        db_table = "access_log"
        indexes = [models.Index("person_id", models.F("at").desc(), name="access_person"), models.Index("staff_id", "at", name="access_staff")]


class Event(Row):
    """A thing that happened: past tense, ids only; kept after its deliveries are done."""

    kind = models.TextField()
    at = models.DateTimeField()
    data = models.JSONField()

    class Meta:
        db_table = "outbox_event"
        indexes = [models.Index("at", name="outbox_event_at")]


class Delivery(Row):
    """One event for one handler: pending until handled, dead after many tries, cancelled by an undo."""

    event_id = models.UUIDField()
    handler = models.TextField()
    kind = models.TextField()
    data = models.JSONField()
    key = models.UUIDField(null=True)
    state = models.TextField(default="pending")
    due_at = models.DateTimeField()
    attempts = models.SmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    error = models.TextField(default="")

    class Meta:
        db_table = "outbox_delivery"
        constraints = [
            models.UniqueConstraint("event_id", "handler", name="outbox_once"),
            one_of("state", ["pending", "done", "dead", "cancelled"], "outbox_state"),
        ]
        indexes = [
            models.Index("due_at", "id", name="outbox_due", condition=models.Q(state="pending")),
            models.Index("key", name="outbox_key", condition=models.Q(state="pending")),
            models.Index("kind", "due_at", name="outbox_urgent", condition=models.Q(state="pending")),
        ]


class Job(Row):
    """Long work in the background with its progress; `args` hold ids only."""

    kind = models.TextField()
    args = models.JSONField()
    state = models.TextField(default="waiting")
    progress = models.IntegerField(default=0)
    total = models.IntegerField(default=0)
    note = models.TextField(default="")
    error = models.TextField(default="")
    asked_at = models.DateTimeField()
    asked_by = models.TextField()
    started_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    attempts = models.SmallIntegerField(default=0)

    class Meta:
        db_table = "job"
        constraints = [one_of("state", ["waiting", "running", "done", "failed"], "job_state")]
        indexes = [models.Index("asked_at", name="job_waiting", condition=models.Q(state__in=["waiting", "running"]))]


class Device(Row):
    """A tablet or a browser that sends commands."""

    name = models.TextField()
    site_id = models.UUIDField(null=True)
    secret_hash = models.TextField(default="")
    public_key = models.BinaryField(null=True)
    letter = models.TextField(default="")  # before the queue numbers that it gives without a line
    enrolled_at = models.DateTimeField()
    enrolled_by = models.TextField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.TextField(null=True)

    class Meta:
        db_table = "device"
        constraints = [
            pair("revoked_at", "revoked_by", "device_revoked_pair"),
            models.UniqueConstraint("site_id", "letter", name="device_letter_once", condition=~models.Q(letter="")),
        ]


class Receipt(models.Model):
    """The server's answer to one command, returned again when the command comes again."""

    placement = "local"
    command_id = models.UUIDField(primary_key=True)
    device_id = models.UUIDField(null=True)
    seq = models.BigIntegerField(default=0)
    name = models.TextField()
    version = models.SmallIntegerField(default=1)
    actor = models.TextField()
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    clock_offset_ms = models.BigIntegerField(default=0)
    body_hash = models.TextField()
    status = models.TextField()
    reason = models.TextField(default="")
    result = models.JSONField(default=dict)

    class Meta:
        db_table = "command_receipt"
        constraints = [one_of("status", ["accepted", "refused", "conflict"], "receipt_status")]


class StoredFile(Row):
    """An uploaded list or piece of evidence, kept encrypted in chunks until its retention date."""

    purpose = models.TextField()
    name_cipher = models.BinaryField()
    media_type = models.TextField()
    size = models.IntegerField()
    sha256 = models.TextField()
    stored_at = models.DateTimeField()
    stored_by = models.TextField()
    retain_until = models.DateField(null=True)

    class Meta:
        db_table = "stored_file"


class FileChunk(models.Model):
    """At most 1 MiB of an encrypted file."""

    placement = "local"
    pk = models.CompositePrimaryKey("file_id", "number")
    file_id = models.UUIDField()
    number = models.IntegerField()
    data_cipher = models.BinaryField()

    class Meta:
        db_table = "file_chunk"


class Setting(models.Model):
    """A named value of this instance (schema marks, the demo's clock shift)."""

    placement = "reference"
    key = models.TextField(primary_key=True)
    value = models.JSONField()

    class Meta:
        db_table = "setting"


class Limit(models.Model):
    """Counts tries in a window: codes asked, look-ups, sign-ins. `key` is a hash, never a phone or name."""

    placement = "local"
    key = models.TextField(primary_key=True)
    window_start = models.DateTimeField()
    count = models.IntegerField(default=0)

    class Meta:
        db_table = "rate_limit"


class WebSession(models.Model):
    """What a browser is signed in as, until when; the session's own data is sealed by the framework."""

    placement = "local"
    session_key = models.CharField(max_length=40, primary_key=True)
    session_data = models.TextField()
    expire_date = models.DateTimeField()
    account_id = models.UUIDField(null=True)
    staff_id = models.UUIDField(null=True)

    class Meta:
        db_table = "web_session"
        indexes = [models.Index("expire_date", name="web_session_expire")]
