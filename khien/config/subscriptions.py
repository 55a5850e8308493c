"""Who hears which event, and who does which job: the one list.

Paths are relative to `khien`: "room.handlers.function".
"""

SUBSCRIPTIONS: dict[str, tuple[str, ...]] = {
    "people.person_recorded": (),
    "people.identifier_disputed": (),
    "people.particulars_corrected": (),
    "people.identity_verified": (),
    "people.merged": ("immunizations.handlers.merged",),
    "people.merge_undone": ("immunizations.handlers.merge_undone",),
    "people.died": (),
    "people.code_asked": (),
    "registration.registered": (),
    "registration.withdrawn": (),
    "booking.invited": (),
    "booking.ended": (),
    "visits.moved": (),
    "visits.dose_given": ("immunizations.handlers.dose_given",),
    "visits.dose_undone": ("immunizations.handlers.dose_undone",),
    "visits.closed": (),
    "visits.dose_marked": (),
    "visits.help_asked": (),
    "immunizations.recorded": (),
    "immunizations.corrected": (),
    "safety.reaction_reported": (),
    "certificates.issued": (),
    "cases.opened": (),
    "cases.resolved": (),
    "stock.lot_state_changed": (),
    "stock.shortfall": (),
}

JOBS: dict[str, str] = {}

# Called by the worker again and again; each returns whether it found work (seconds pass when it did not).
LOOPS: list[str] = []

# Called by the worker every so many seconds with the present moment.
PERIODIC: dict[str, int] = {}
