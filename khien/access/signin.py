"""Sign-in: password and one-time code, or badge and PIN at a point. One answer whichever is wrong; tries are braked."""

from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

import pyotp
from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import Q

from khien.kernel import codes
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor
from khien.plumbing import audit, limits

from . import devices, queries
from .models import Post, Staff
from .permissions import StaffRef
from .roles import DESK_ROLES

STEP = 30  # seconds of a one-time code, RFC 6238
WINDOW = timedelta(minutes=15)
MOST_FOR_ACCOUNT, MOST_FOR_DEVICE, MOST_FOR_BADGE = 10, 60, 8


def sign_in(*, username: str, password: str, totp: str, device: str, at: datetime, enrolled: str = "") -> StaffRef:
    """Sign in with a password and a one-time code; each code once.

    `device` tells the requesting browser or address for the brake; `enrolled` is the secret of an enrolled device: there,
    staff who hold desk roles only need no code, and tries are counted by themselves: who guesses elsewhere, behind the same
    address or any other, closes no desk. Raises Refused: access.sign_in_failed (the same, whichever was wrong),
    plumbing.too_many_tries.
    """
    account = username.strip().lower()
    known = devices.find(enrolled)
    place = f"enrolled {known.id}" if known else device
    counts = [("sign_in.device", place, MOST_FOR_DEVICE), ("sign_in.account", f"{account}\0{place}", MOST_FOR_ACCOUNT)]
    counts += [] if known else [("sign_in.account_anywhere", account, 5 * MOST_FOR_ACCOUNT)]
    for what, who, most in counts:
        limits.brake(what, who, most=most, within=WINDOW, at=at)
    row = Staff.objects.filter(username=account, is_active=True).first()
    right = check_password(password, row.password if row else _nobody())
    if row is None or not right or not _second_factor(row, totp, known is not None, at):
        raise Refused("access.sign_in_failed")
    for what, who, _ in counts:
        limits.give_back(what, who)  # a hospital's staff begin their shift behind one address
    return _signed_in(row, at, how="code" if totp.strip() else "device")


@cache
def _nobody() -> str:
    """A hash that no password has: an unknown account takes as long as a known one."""
    return make_password("no account has this password")


def _second_factor(row: Staff, totp: str, enrolled: bool, at: datetime) -> bool:
    digits = "".join(totp.split())
    if not digits and settings.PRACTICE:
        return True  # the cards of a practice copy hold a password only
    if not digits:
        return enrolled and _desks_only(row.id, at)
    return _use_totp(row, digits, at)


def _desks_only(staff_id: UUID, at: datetime) -> bool:
    in_force = Q(ends_at__isnull=True) | Q(ends_at__gt=at)
    roles = set(Post.objects.filter(in_force, staff_id=staff_id, starts_at__lte=at).values_list("role", flat=True))
    return bool(roles) and roles <= DESK_ROLES


def _use_totp(row: Staff, digits: str, at: datetime) -> bool:
    """Accept the code of this half minute, the one before or the one after, once: a used step and all before it are spent."""
    if row.totp_cipher is None:
        return False
    code = pyotp.TOTP(settings.KEYS.open(row.totp_cipher, purpose="totp"))
    now = int(at.timestamp()) // STEP
    step = next((s for s in (now, now - 1, now + 1) if pyotp.utils.strings_equal(digits, code.generate_otp(s))), None)
    return step is not None and Staff.objects.filter(id=row.id, totp_last__lt=step).update(totp_last=step) == 1


def sign_in_badge(*, badge: str, pin: str, device: str, at: datetime) -> StaffRef:
    """Sign in a helper on an enrolled device (`device` is its secret) while the post is in force.

    Raises Refused: access.device_not_enrolled, access.sign_in_failed, plumbing.too_many_tries.
    """
    enrolled = devices.find(device)
    if enrolled is None:
        raise Refused("access.device_not_enrolled")
    limits.brake("sign_in.badge_device", str(enrolled.id), most=MOST_FOR_DEVICE, within=WINDOW, at=at)
    limits.brake("sign_in.badge", badge, most=MOST_FOR_BADGE, within=WINDOW, at=at)
    row = Staff.objects.filter(badge_hash=_badge_hash(badge), is_active=True).exclude(badge_hash="").first()
    right = check_password(pin.strip(), row.pin_hash if row else _nobody())
    if row is None or not right:
        raise Refused("access.sign_in_failed")
    limits.give_back("sign_in.badge_device", str(enrolled.id))
    return _signed_in(row, at, how="badge")


def _badge_hash(badge: str) -> str:
    try:
        return str(settings.KEYS.hash(codes.read_slip_code(badge), purpose="badge"))
    except Refused:
        return "-"


@transaction.atomic
def _signed_in(row: Staff, at: datetime, *, how: str) -> StaffRef:
    found = queries.staff_ref(row.id, at=at)
    if found is None or not found.posts:
        raise Refused("access.sign_in_failed" if found is None else "access.no_post")
    Staff.objects.filter(id=row.id).update(last_login=at)
    audit.record("access.signed_in", by=Actor("staff", row.id, found.posts[0].id), at=at, subject=str(row.id), how=how)
    return found


def totp_now(username: str, *, at: datetime) -> str:
    """The present one-time code of an account, for a demo instance. Raises Refused: access.demo_only, access.no_such_staff."""
    if not settings.DEMO:
        raise Refused("access.demo_only")
    row = Staff.objects.filter(username=username.strip().lower()).first()
    if row is None or row.totp_cipher is None:
        raise Refused("access.no_such_staff")
    return pyotp.TOTP(settings.KEYS.open(row.totp_cipher, purpose="totp")).at(at)
