"""What may be done to staff: accounts, posts, passwords, one-time codes, helpers for a session."""

import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pyotp
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from khien.kernel import codes, names, phones
from khien.kernel.errors import Refused
from khien.kernel.ids import uuid7
from khien.kernel.refs import Actor, Scope
from khien.plumbing import audit

from . import queries
from .models import Post, Staff
from .roles import DESK_ROLES, ROLES, SCOPES
from .signin import sign_in, sign_in_badge, totp_now
from .types import HelperBadge, StaffAdded

__all__ = [
    "add_staff", "add_staff_at", "admit_helper", "close_staff", "end_post", "end_session_posts", "give_post", "new_totp", "reopen_staff",
    "set_language", "set_password", "sign_in", "sign_in_badge", "totp_now",
]  # fmt: skip
LEAST_PASSWORD = 10
LONGEST_HELPER = timedelta(hours=18)
_chance = random.SystemRandom()


@transaction.atomic
def add_staff(
    *,
    username: str,
    full_name: str,
    password: str,
    by: Actor,
    at: datetime,
    title: str = "",
    phone: str = "",
    language: str = "vi",
    totp_secret: str = "",
    staff_id: UUID | None = None,
) -> StaffAdded:
    """Open an account with a password and the secret of its one-time codes.

    Raises Refused: access.username_taken, access.username_bad, access.password_weak, names.*, phones.*.
    """  # fmt: skip
    account = username.strip().lower()
    if not 3 <= len(account) <= 60 or not all(c.isascii() and (c.isalnum() or c in ".-_@") for c in account):
        raise Refused("access.username_bad", least=3, most=60)
    _check_password(password, account)
    secret = totp_secret or pyotp.random_base32()
    row = Staff(
        id=staff_id or uuid7(), username=account, full_name=names.read_name(full_name).value, title=title.strip(), language=language,
        password=make_password(password), totp_cipher=settings.KEYS.seal(secret, purpose="totp"), created_at=at, created_by=by.text,
        phone_cipher=settings.KEYS.seal(phones.read_phone(phone).e164, purpose="phone") if phone else None,
    )  # fmt: skip
    _insert(row)
    audit.record("access.staff_added", by=by, at=at, subject=str(row.id))
    return StaffAdded(row.id, secret, totp_uri(account, secret))


@transaction.atomic
def add_staff_at(
    *, role: str, scope: Scope, by: Actor, at: datetime, office: str = "", ends_at: datetime | None = None, **account: Any
) -> StaffAdded:
    """Open an account together with its first post: both, or neither. `account` is what `add_staff` takes.

    Raises Refused as `add_staff` and `give_post` do.
    """
    made = add_staff(**account, by=by, at=at)
    give_post(staff_id=made.staff_id, role=role, scope=scope, office=office, ends_at=ends_at, by=by, at=at)
    return made


def _insert(row: Staff) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise Refused("access.username_taken") from None


def totp_uri(username: str, secret: str) -> str:
    """What an authenticator app scans."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name="Khiên")


def _check_password(password: str, username: str) -> None:
    if len(password) < LEAST_PASSWORD or username in password.lower() or password.isdigit():
        raise Refused("access.password_weak", least=LEAST_PASSWORD)
    try:
        CommonPasswordValidator().validate(password)
    except ValidationError:
        raise Refused("access.password_weak", least=LEAST_PASSWORD) from None


@transaction.atomic
def set_password(*, staff_id: UUID, password: str, by: Actor, at: datetime) -> None:
    """Set a new password. Raises Refused: access.no_such_staff, access.password_weak."""
    row = _staff(staff_id)
    _check_password(password, row.username)
    Staff.objects.filter(id=staff_id).update(password=make_password(password))
    audit.record("access.password_set", by=by, at=at, subject=str(staff_id))


@transaction.atomic
def new_totp(*, staff_id: UUID, by: Actor, at: datetime) -> StaffAdded:
    """Replace the secret of the one-time codes; told once. Raises Refused access.no_such_staff."""
    row = _staff(staff_id)
    secret = pyotp.random_base32()
    Staff.objects.filter(id=staff_id).update(totp_cipher=settings.KEYS.seal(secret, purpose="totp"), totp_last=0)
    audit.record("access.totp_renewed", by=by, at=at, subject=str(staff_id))
    return StaffAdded(staff_id, secret, totp_uri(row.username, secret))


@transaction.atomic
def set_language(*, staff_id: UUID, language: str, by: Actor, at: datetime) -> None:
    """Choose the language of this staff member's pages."""
    if language in ("vi", "en"):
        Staff.objects.filter(id=staff_id).update(language=language)
        audit.record("access.language_set", by=by, at=at, subject=str(staff_id), language=language)


@transaction.atomic
def close_staff(*, staff_id: UUID, reason: str, by: Actor, at: datetime) -> None:
    """Close an account: nobody signs in with it, its posts end now; what it did stays."""
    _staff(staff_id)
    Staff.objects.filter(id=staff_id).update(is_active=False)
    for post in _open_posts(staff_id=staff_id, at=at):
        _end(post, by=by, at=at)
    audit.record("access.staff_closed", by=by, at=at, subject=str(staff_id), reason=reason)


@transaction.atomic
def reopen_staff(*, staff_id: UUID, reason: str, by: Actor, at: datetime) -> None:
    """Open a closed account again; its posts must be given anew."""
    _staff(staff_id)
    Staff.objects.filter(id=staff_id).update(is_active=True)
    audit.record("access.staff_reopened", by=by, at=at, subject=str(staff_id), reason=reason)


@transaction.atomic
def give_post(
    *,
    staff_id: UUID,
    role: str,
    scope: Scope,
    by: Actor,
    at: datetime,
    office: str = "",
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> UUID:
    """Give a role at a place, for a time. Held there already for as long, it is the post that stands: what was given twice by a
    double click would not be ended by ending one.

    Raises Refused: access.no_such_staff, access.unknown_role, access.unknown_place, access.ends_before_start.
    """  # fmt: skip
    Staff.objects.select_for_update().filter(id=_staff(staff_id).id).first()
    if role not in ROLES:
        raise Refused("access.unknown_role", role=role)
    if scope.kind not in SCOPES or queries.place_of(scope) is None:
        raise Refused("access.unknown_place")
    starts = starts_at or at
    if ends_at is not None and ends_at <= starts:
        raise Refused("access.ends_before_start")
    for held in _open_posts(staff_id=staff_id, role=role, scope_kind=scope.kind, scope_key=scope.key, scope_epoch=scope.epoch, at=at):
        if held.starts_at <= starts and (held.ends_at is None or (ends_at is not None and held.ends_at >= ends_at)):
            return held.id
    post = Post.objects.create(
        staff_id=staff_id, role=role, scope_kind=scope.kind, scope_key=scope.key, scope_epoch=scope.epoch, office=office.strip(),
        starts_at=starts, ends_at=ends_at, given_at=at, given_by=by.text,
    )  # fmt: skip
    audit.record(
        "access.post_given", by=by, at=at, subject=str(post.id), staff=staff_id, role=role,
        scope=scope.kind, key=scope.key, epoch=scope.epoch,
    )  # fmt: skip
    return post.id


@transaction.atomic
def end_post(*, post_id: UUID, by: Actor, at: datetime) -> None:
    """End a post now; ended already, it stays as it was. Raises Refused access.no_such_post."""
    post = Post.objects.filter(id=post_id).first()
    if post is None:
        raise Refused("access.no_such_post")
    if post.ends_at is None or post.ends_at > at:
        _end(post, by=by, at=at)


@transaction.atomic
def end_session_posts(*, session_id: UUID, by: Actor, at: datetime) -> int:
    """End the posts that were bound to this session; returns how many."""
    posts = _open_posts(scope_kind="session", scope_key=str(session_id), at=at)
    for post in posts:
        _end(post, by=by, at=at)
    return len(posts)


def _open_posts(*, at: datetime, **where: object) -> list[Post]:
    return [post for post in Post.objects.filter(**where).order_by("id") if post.ends_at is None or post.ends_at > at]


def _end(post: Post, *, by: Actor, at: datetime) -> None:
    Post.objects.filter(id=post.id).update(ends_at=at)
    audit.record("access.post_ended", by=by, at=at, subject=str(post.id), staff=post.staff_id)


@transaction.atomic
def admit_helper(
    *,
    session_id: UUID,
    full_name: str,
    role: str,
    by: Actor,
    at: datetime,
    office: str = "",
    ends_at: datetime | None = None,
    chance: random.Random = _chance,
) -> HelperBadge:
    """Admit a named helper to one session, in a minute: a badge and a PIN for an enrolled device, no password.

    Raises Refused: access.not_a_desk_role, names.*.
    """  # fmt: skip
    if role not in DESK_ROLES:
        raise Refused("access.not_a_desk_role")
    ends = min(ends_at or at + LONGEST_HELPER, at + LONGEST_HELPER)
    badge, pin = codes.slip_code(chance.getrandbits(64)), f"{chance.randrange(10**6):06}"
    staff_id = uuid7()
    Staff.objects.create(
        id=staff_id, username=f"helper-{staff_id}", full_name=names.read_name(full_name).value, password=make_password(None),
        pin_hash=make_password(pin), badge_hash=settings.KEYS.hash(badge, purpose="badge"), created_at=at, created_by=by.text,
    )  # fmt: skip
    audit.record("access.helper_admitted", by=by, at=at, subject=str(staff_id), session=session_id, role=role)
    give_post(staff_id=staff_id, role=role, scope=Scope("session", str(session_id)), office=office, by=by, at=at, ends_at=ends)
    return HelperBadge(staff_id, badge, pin, ends)


def check_may_give(scopes: Iterable[Scope], scope: Scope) -> None:
    """Check that a post at this place may be given by someone who manages staff in these scopes.

    Raises Refused access.place_not_yours.
    """
    if not any(queries.inside(scope, outer) for outer in scopes):
        raise Refused("access.place_not_yours")


def _staff(staff_id: UUID) -> Staff:
    row = Staff.objects.filter(id=staff_id).first()
    if row is None:
        raise Refused("access.no_such_staff")
    return row
