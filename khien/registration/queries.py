"""Reads of the queue."""

from khien.registration.waiting import WaitingRow, still_waiting, waiting_rows

__all__ = ["WaitingRow", "still_waiting", "waiting_rows"]
