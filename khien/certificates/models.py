"""Certificates: issued, held by name, revoked and re-issued."""

from django.db import models

from khien.certificates.states import LIVE, NEXT
from khien.plumbing.base import Row, one_of, pair


class Signer(Row):
    """A document signer's public side; its private key stays in the keys' folder."""

    placement = "reference"
    kid = models.TextField(unique=True)
    algorithm = models.TextField()
    certificate_pem = models.TextField()
    created_at = models.DateTimeField()
    valid_until = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "signer"


class Certificate(Row):
    """One EU-DCC of one record version, or the named hold that keeps it from being made."""

    placement = "person"
    person_id = models.UUIDField()
    record_id = models.UUIDField()
    record_version = models.SmallIntegerField()
    uvci = models.TextField()
    state = models.TextField()
    hold = models.TextField(default="")
    hold_facts = models.JSONField(default=dict)
    facility_id = models.UUIDField(null=True)
    on_date = models.DateField()
    vaccine = models.TextField()
    kid = models.TextField(default="")
    hc1_cipher = models.BinaryField(null=True)
    facility_signed_at = models.DateTimeField(null=True)
    central_signed_at = models.DateTimeField(null=True)
    issued_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.TextField(null=True)
    revoke_reason = models.TextField(default="")
    supersedes_id = models.UUIDField(null=True)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "certificate"
        constraints = [
            pair("revoked_at", "revoked_by", "certificate_revoked_pair"),
            one_of("state", list(NEXT), "certificate_state"),
            models.UniqueConstraint("person_id", "record_id", name="certificate_one_live", condition=models.Q(state__in=LIVE)),
        ]
        indexes = [
            models.Index("person_id", models.F("recorded_at").desc(), name="certificate_person"),
            models.Index("uvci", name="certificate_uvci"),
            models.Index("revoked_at", name="certificate_revoked", condition=models.Q(state="revoked")),
            models.Index("hold", "facility_id", name="certificate_held", condition=models.Q(state="held")),
            models.Index("expires_at", name="certificate_ends", condition=models.Q(state="issued")),
        ]
