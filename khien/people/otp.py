"""One-time codes: six digits, hashed, five tries, five minutes, once, for the device that asked.

A code proves a phone, never a person. Wrong tries are counted in transactions of their own: a refusal must not undo the count.
"""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Sum

from khien.kernel import phones
from khien.kernel.errors import Refused
from khien.kernel.ids import uuid7
from khien.plumbing import limits, outbox

from . import aliases, events, keys, reading, rules
from .models import OtpChallenge, Person
from .types import CodeToSend, PhoneProof

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
PURPOSES = ("sign_in", "registration", "lookup", "link", "correction", "caller")
# What is asked of a record by whoever names it: nobody may learn from the answers whether there is one, or whose phone it has.
OF_RECORD = frozenset({"lookup", "link", "correction"})
# A device that proved this number before has a count of its own: strangers who ask for codes cannot lock the owner out.
PER_KNOWN_DEVICE, PER_NUMBER, PER_DEVICE, PER_ADDRESS = 10, 10, 20, 600

Draw = Callable[[int], int]


def ask_code(
    *, phone: str, purpose: str, device: str, at: datetime, language: str = "vi", address: str = "", person: UUID | None = None,
    draw: Draw = secrets.randbelow,
) -> UUID:  # fmt: skip
    """Make a code for this phone, bound to this device; messaging sends it. Returns the challenge's id.

    Raises Refused: phones.* (a landline by its digits alone), plumbing.too_many_tries (minutes).
    """
    number = phones.for_sms(keys.e164(phone))
    return _challenge(number, purpose, device, at, language, address, person, decoy=False, draw=draw)


def ask_code_of_record(
    *, person: UUID | None, purpose: str, device: str, at: datetime, asked: str, language: str = "vi", address: str = "", phone: str = "",
    draw: Draw = secrets.randbelow,
) -> UUID:  # fmt: skip
    """Ask for a code to the phone on a person's record, or to the `phone` of the request that was named.

    Nobody found, no phone that opens, or a landline: a decoy, with the same answer and the same work. `asked` is what was typed (a number or
    a slip code): each device may ask it so often, found or not, whoever else asks. A phone that was asked too often gets nothing
    and nobody is told: the answer would say whose phone it is.
    """
    row = Person.objects.filter(id=aliases.current(person or uuid7())).first()
    opens = row is not None and bool(row.phone_cipher) and not row.phone_contact_only and not row.died_on
    told = keys.unseal(row.phone_cipher if row is not None and opens else _nobodys_phone(), "phone")
    number = keys.e164(phone) or (told if opens else "")
    limits.brake("otp-asked", f"{device} {asked}", most=PER_NUMBER, within=HOUR, at=at)
    return _challenge(
        number or f"decoy:{asked}", purpose, device, at, language, address, row.id if row is not None and opens and not phone else None,
        decoy=not phones.takes_sms(number), silent=True, draw=draw,
    )  # fmt: skip


@cache
def _nobodys_phone() -> bytes | None:
    """Something to open where there is no phone: a record that is not there takes as long as one that is."""
    return keys.seal("+84900000000", "phone")


def opened_by_code(person: UUID) -> UUID | None:
    """The surviving record, while a code to its phone opens it; a phone reported lost opens nothing."""
    row = reading.persons([aliases.current(person)]).get(aliases.current(person))
    return row.id if row and row.phone_cipher and not row.phone_contact_only else None


def _challenge(
    number: str,
    purpose: str,
    device: str,
    at: datetime,
    language: str,
    address: str,
    person: UUID | None,
    *,
    decoy: bool,
    draw: Draw,
    silent: bool = False,
) -> UUID:
    if purpose not in PURPOSES:
        raise LookupError(purpose)
    phone_hash = keys.phone_hash(number)
    decoy |= _brake(phone_hash, device, address, at, silent=silent)
    digits = _digits(phone_hash, at)
    code, id = f"{draw(10**digits):0{digits}}", uuid7()
    with transaction.atomic():
        OtpChallenge.objects.create(
            id=id, phone_hash=phone_hash, phone_cipher=keys.seal(number, "phone"), purpose=purpose, device=device,
            code_hash=_hashed(id, code), code_cipher=keys.seal(code, "message"), language=language, person_id=person,
            digits=digits, sent_at=at, expires_at=at + rules.CODE_LIFE, decoy=decoy,
        )  # fmt: skip
        outbox.publish(events.CODE_ASKED, at=at, challenge_id=id)
    return id


def _brake(phone_hash: str, device: str, address: str, at: datetime, *, silent: bool) -> bool:
    """Limits for a number, a device and an address; a firm or a ward shares one address.

    With `silent` the number's own limit refuses nobody aloud: True says that it is reached. Codes asked so are counted apart: who asks
    again and again for a record must not see, by what a phone's own owner is then refused, whose phone it has.
    """
    known = OtpChallenge.objects.filter(phone_hash=phone_hash, device=device, used_at__isnull=False).exists()
    what, who, most = ("otp-own", phone_hash + device, PER_KNOWN_DEVICE) if known else ("otp-number", phone_hash, PER_NUMBER)
    over = False
    if silent:
        over = limits.count(f"{what}-record", who, within=HOUR, at=at) + limits.counted(what, who, within=HOUR, at=at) > most
    else:
        limits.brake(what, who, most=most, within=HOUR, at=at)
    limits.brake("otp-device", device, most=PER_DEVICE, within=HOUR, at=at)
    if address:
        limits.brake("otp-address", address, most=PER_ADDRESS, within=HOUR, at=at)
    return over


def _wrong_today(phone_hash: str, at: datetime, *, aloud: bool = False) -> int:
    """Wrong tries on a number within a day; `aloud` leaves out those at codes that were asked of a record."""
    rows = OtpChallenge.objects.filter(phone_hash=phone_hash, sent_at__gt=at - DAY)
    if aloud:
        rows = rows.exclude(purpose__in=OF_RECORD)
    return int(rows.aggregate(wrong=Sum("tries"))["wrong"] or 0)


def _digits(phone_hash: str, at: datetime) -> int:
    """Six, or eight where the next challenge could carry the day's wrong tries over ten."""
    near = _wrong_today(phone_hash, at) + rules.CODE_TRIES > rules.LONG_CODE_AFTER
    return rules.LONG_DIGITS if near else rules.DIGITS


def _hashed(challenge: UUID, code: str) -> str:
    return settings.KEYS.hash(f"{challenge}:{code}", purpose="otp")


def check_code(*, challenge: UUID, code: str, device: str, at: datetime) -> PhoneProof:
    """Check a typed code. Call it outside any transaction, so that a wrong try stays counted.

    Raises Refused: people.code_wrong (left), people.code_over (ask for a new one: expired, used, too many tries, another device).
    """
    typed = "".join(c for c in code if c.isdigit())
    with transaction.atomic():
        row = OtpChallenge.objects.select_for_update().filter(id=challenge, device=device).first()
        if row is None:
            raise Refused("people.code_over")
        _one_at_a_time(row.phone_hash)
        dead = row.used_at is not None or row.tries >= rules.CODE_TRIES or at > row.expires_at
        # Six digits die when others tried them: whoever asked many codes at once gains nothing by it. Where somebody else's
        # record was asked for they die without a word: another answer would say whose phone it is.
        # And wrong tries at a record end nothing aloud, for the same reason.
        quiet = row.purpose in OF_RECORD
        short = row.digits < rules.LONG_DIGITS and _wrong_today(row.phone_hash, at, aloud=not quiet) >= rules.LONG_CODE_AFTER
        right = not row.decoy and not (short and quiet) and secrets.compare_digest(_hashed(row.id, typed), row.code_hash)
        if not dead and (quiet or not short):
            if right:
                OtpChallenge.objects.filter(id=row.id).update(used_at=at, code_cipher=None)
            else:
                OtpChallenge.objects.filter(id=row.id).update(tries=row.tries + 1)
    left = rules.CODE_TRIES - row.tries - 1
    if dead or (short and not quiet) or (not right and left <= 0):
        raise Refused("people.code_over")
    if not right:
        raise Refused("people.code_wrong", left=left)
    return PhoneProof(row.id, row.phone_hash, row.purpose, row.person_id, at)


def _one_at_a_time(phone_hash: str) -> None:
    """Tries on one number are counted one after another, on however many challenges."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))", [phone_hash])


def proof(challenge: UUID, device: str, at: datetime) -> PhoneProof:
    """The proof that this device typed this challenge's code within the last half hour. Raises Refused people.proof_over."""
    row = OtpChallenge.objects.filter(
        id=challenge, device=device, used_at__isnull=False, used_at__gt=at - rules.PROOF_LIFE, decoy=False
    ).first()
    if row is None or row.used_at is None:
        raise Refused("people.proof_over")
    return PhoneProof(row.id, row.phone_hash, row.purpose, row.person_id, row.used_at)


def code_for_sending(challenge: UUID) -> CodeToSend | None:
    """The code in clear for messaging; None for a decoy, a used or an old one."""
    row = OtpChallenge.objects.filter(id=challenge, used_at=None, decoy=False).first()
    if row is None or row.code_cipher is None:
        return None
    return CodeToSend(
        keys.unseal(row.phone_cipher, "phone"),
        keys.unseal(row.code_cipher, "message"),
        row.purpose,
        row.language,
        row.expires_at,
    )


def clear_codes(at: datetime) -> int:
    """Wipe the codes that are over, and after a month the challenges themselves. Returns how many rows went."""
    OtpChallenge.objects.filter(expires_at__lt=at, code_cipher__isnull=False).update(code_cipher=None)
    gone, _kinds = OtpChallenge.objects.filter(sent_at__lt=at - timedelta(days=30)).delete()
    return gone
