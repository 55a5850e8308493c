"""Staff and their posts: a role at a place, for a time."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models

from khien.kernel.ids import uuid7
from khien.plumbing.base import Row, one_of

from .roles import ROLES, SCOPES


class Staff(AbstractBaseUser):
    """A named person who works with Khien."""

    placement = "reference"
    USERNAME_FIELD = "username"
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    username = models.TextField(unique=True)
    full_name = models.TextField()
    phone_cipher = models.BinaryField(null=True)
    title = models.TextField(default="")
    language = models.TextField(default="vi")
    totp_cipher = models.BinaryField(null=True)
    totp_last = models.BigIntegerField(default=0)
    pin_hash = models.TextField(default="")
    badge_hash = models.TextField(default="")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    created_by = models.TextField()

    class Meta:
        db_table = "staff"


class Post(Row):
    """A role bound to a place; a helper's post is bound to one session."""

    placement = "reference"
    staff_id = models.UUIDField()
    role = models.TextField()
    scope_kind = models.TextField()
    scope_key = models.TextField(default="")
    scope_epoch = models.TextField(default="")
    office = models.TextField(default="")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    given_at = models.DateTimeField()
    given_by = models.TextField()

    class Meta:
        db_table = "post"
        constraints = [
            one_of("role", sorted(ROLES), "post_role"),
            one_of("scope_kind", sorted(SCOPES), "post_scope"),
        ]
        indexes = [models.Index("staff_id", name="post_staff"), models.Index("scope_kind", "scope_key", name="post_scope_ix")]
