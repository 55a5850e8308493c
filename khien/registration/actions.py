"""What may be done to the queue: the door of this room."""

from .drafts import clear_drafts, save_draft, start_draft, submit_draft
from .lists import (
    begin_reading,
    decide_row,
    finish_reading,
    receive_corrections,
    receive_list,
    restage_row,
    send_list,
    store_rows,
    unreadable,
)
from .proving import link_by_registration, link_by_slip, verify_phone
from .queue import call_outcome, set_wish, withdraw
from .registering import Asked, register, register_many, register_new
from .wiping import wipe_old_rows

__all__ = [
    "Asked", "begin_reading", "call_outcome", "clear_drafts", "decide_row", "finish_reading", "link_by_registration", "link_by_slip",
    "receive_corrections", "receive_list", "register", "register_many", "register_new", "restage_row", "save_draft", "send_list", "set_wish",
    "start_draft", "store_rows", "submit_draft", "unreadable", "verify_phone", "wipe_old_rows", "withdraw",
]  # fmt: skip
