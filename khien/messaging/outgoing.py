"""Write a message's row in the transaction of its cause; however often the cause is told, one message leaves."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from khien.kernel import clock, phones
from khien.messaging import models, sms, templates
from khien.messaging.types import Contact
from khien.people import queries as people

QUIET_FROM, QUIET_TO = 21, 7  # hours of Viet Nam's clocks


def queue(
    *, cause: str, template: str, facts: Mapping[str, str], at: datetime, person_id: UUID | None = None, contact: Contact | None = None,
    due: datetime | None = None, expires: datetime | None = None, late: bool = False,
) -> bool:  # fmt: skip
    """Write one message to a person (or to a contact); say whether it is new. Call it inside the cause's transaction.

    By SMS where there is a phone that receives one, else by e-mail; nobody to reach is kept as suppressed. `late` reads the address only when
    the message leaves (one that waits for weeks).
    """
    form = templates.ALL[template]
    who = people.current_id(person_id) if person_id else None
    to = contact or (Contact(*people.contact(who)) if who else Contact())
    phone = to.phone if phones.takes_sms(to.phone) else ""
    channel = "sms" if phone or not to.email else "email"
    address = phone or to.email
    start = awake(due or at, any_hour=form.any_hour)
    row = models.Message(
        person_id=who, cause=cause, template=template, language=to.language, channel=channel, lane=form.lane, due_at=start,
        expires_at=expires or start + form.life, recorded_at=at,
    )  # fmt: skip
    if not address:
        row.state, row.reason = "suppressed", "no_address"
    else:
        row.address_cipher = None if late else settings.KEYS.seal(address, purpose="message")
        row.text_cipher = settings.KEYS.seal(_text(form, to.language, facts, channel), purpose="message")
    before = models.Message.objects.filter(cause=cause, template=template).exists()
    if not before:
        models.Message.objects.bulk_create([row], ignore_conflicts=True)
    return not before


def _text(form: templates.Template, language: str, facts: Mapping[str, str], channel: str) -> str:
    text = form.text(language, facts)
    return sms.unaccented(text) if channel == "sms" and not settings.SMS_ACCENTS else text


def told(causes: Iterable[str], template: str) -> set[str]:
    """Which of these causes have their message already."""
    return set(models.Message.objects.filter(cause__in=list(causes), template=template).values_list("cause", flat=True))


def withdraw(cause: str, reason: str) -> int:
    """Stop what waits for this cause (the appointment is cancelled, the dose was an error); return how many messages."""
    waiting = models.Message.objects.filter(cause=cause, state="pending")
    return waiting.update(state="suppressed", reason=reason, address_cipher=None, text_cipher=None)


def move(cause: str, template: str, due: datetime) -> None:
    """Send what waits for this cause at another time."""
    start = awake(due, any_hour=templates.ALL[template].any_hour)
    waiting = models.Message.objects.filter(cause=cause, template=template, state="pending")
    waiting.update(due_at=start, expires_at=start + templates.ALL[template].life)


def awake(moment: datetime, *, any_hour: bool) -> datetime:
    """The moment itself, or 07:00 when it falls into the quiet hours (21:00 to 07:00 in Viet Nam)."""
    local = clock.local(moment)
    if any_hour or QUIET_TO <= local.hour < QUIET_FROM:
        return moment
    day = local.date() + timedelta(days=local.hour >= QUIET_FROM)
    return clock.at_local(day, QUIET_TO)
