"""What may be done with desks without a line: take a session along, send what was done, judge what was kept apart."""

from khien.sync.granting import take_along
from khien.sync.judging import accept, accept_all, set_aside, watch
from khien.sync.receiving import after, receive

__all__ = ["accept", "accept_all", "after", "receive", "set_aside", "take_along", "watch"]
