"""What desks without a line need here: who may act on which device, and commands that are kept until they can be run or judged."""

from django.db import models

from khien.plumbing.base import Row, one_of, pair
from khien.sync.states import HeldState


class Grant(Row):
    """One staff member may act on one device for one session, since the pack was taken until hours after the session's end."""

    placement = "site"
    site_id = models.UUIDField()
    session_id = models.UUIDField()
    device_id = models.UUIDField()
    staff_id = models.UUIDField()
    given_at = models.DateTimeField()
    given_by = models.TextField()
    until = models.DateTimeField()

    class Meta:
        db_table = "sync_grant"
        constraints = [
            models.UniqueConstraint("session_id", "device_id", "staff_id", "site_id", name="sync_grant_once"),
        ]
        indexes = [models.Index("device_id", "staff_id", name="sync_grant_device")]


class HeldCommand(Row):
    """A command as it came, still sealed: it waits for the one before it, for its hour of judgement, or tells how it was judged.

    `sealed` opens with the instance's sealing key only; beside it stand ids and codes.
    """

    placement = "local"
    command_id = models.UUIDField()
    sha256 = models.TextField()
    key_id = models.TextField()
    sealed = models.BinaryField()
    device_id = models.UUIDField(null=True)
    staff_id = models.UUIDField(null=True)
    site_id = models.UUIDField(null=True)
    session_id = models.UUIDField(null=True)
    visit_id = models.UUIDField(null=True)
    after_id = models.UUIDField(null=True)
    name = models.TextField(default="")
    occurred_at = models.DateTimeField(null=True)
    state = models.TextField()
    reason = models.TextField()
    received_at = models.DateTimeField()
    judged_at = models.DateTimeField(null=True)
    judged_by = models.TextField(null=True)
    judged_reason = models.TextField(default="")

    class Meta:
        db_table = "held_command"
        constraints = [
            pair("judged_at", "judged_by", "held_command_judged_pair"),
            one_of("state", [state.value for state in HeldState], "held_command_state"),
            models.UniqueConstraint("command_id", "sha256", name="held_command_once"),
        ]
        indexes = [
            models.Index("after_id", name="held_command_after", condition=models.Q(state="waiting")),
            models.Index("state", "received_at", name="held_command_open"),
            models.Index("session_id", "state", name="held_command_session"),
        ]
