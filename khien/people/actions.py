"""What may be done to people's records: the door of this room."""

from datetime import datetime

from khien.kernel.refs import Actor

from . import record
from .accounts import (
    end_link,
    link,
    link_in_person,
    open_account,
    report_lost_phone,
    report_recycled_phone,
    set_language,
)
from .identity import add_identifier, settle_identifier, verify_identity, withdraw_identifier
from .merging import decide_duplicate, decide_undo, merge, undo_merge
from .otp import ask_code, ask_code_of_record, check_code, clear_codes
from .particulars import correct_particulars, phone_proved, record_death, redate_death, set_guardian, set_phone, withdraw_death
from .pins import check_pin, forget_device, set_pin
from .record import record_people
from .types import NewPerson, PersonRecorded

__all__ = [
    "add_identifier", "ask_code", "ask_code_of_record", "check_code", "check_pin", "clear_codes", "correct_particulars", "decide_duplicate",
    "decide_undo", "end_link", "forget_device", "link", "link_in_person", "merge", "open_account", "phone_proved", "record_death", "record_people",
    "record_person", "redate_death", "report_lost_phone", "report_recycled_phone", "set_guardian", "set_language", "set_phone", "set_pin", "settle_identifier", "undo_merge",
    "verify_identity", "withdraw_death", "withdraw_identifier",
]  # fmt: skip


def record_person(*, person: NewPerson, by: Actor, at: datetime, source: str, fill_contact: bool = True) -> PersonRecorded:
    """Record a person, or find the one who holds the number; however many at once, one number makes one person.

    On a record found only empty fields are filled (contact ones not where `fill_contact` is False: a stranger's phone would
    open it). A number that another person holds makes a new record, disputed and told, and never a refusal.
    Raises Refused: names.*, births.*, phones.*.
    """
    return record.record_people([person], by=by, at=at, source=source, fill_contact=fill_contact)[0]
