"""Who hears which event, and who does which job: the one list.

Paths are relative to `khien`: "room.handlers.function".
"""

SUBSCRIPTIONS: dict[str, tuple[str, ...]] = {
    "people.person_recorded": (),
    "people.identifier_disputed": (),
    "people.particulars_corrected": ("certificates.handlers.person_changed",),
    "people.identity_verified": ("certificates.handlers.person_changed",),
    "people.merged": ("immunizations.handlers.merged", "certificates.handlers.merged"),
    "people.merge_undone": ("immunizations.handlers.merge_undone", "certificates.handlers.merged"),
    "people.died": ("certificates.handlers.person_changed",),
    "people.code_asked": (),
    "registration.registered": (),
    "registration.withdrawn": (),
    "booking.invited": (),
    "booking.ended": (),
    "visits.moved": (),
    "visits.dose_given": ("immunizations.handlers.dose_given",),
    "visits.dose_undone": ("immunizations.handlers.dose_undone", "certificates.handlers.dose_undone"),
    "visits.closed": ("certificates.handlers.visit_closed",),
    "visits.dose_marked": (),
    "visits.help_asked": (),
    "immunizations.recorded": ("certificates.handlers.recorded",),
    "immunizations.corrected": ("certificates.handlers.corrected",),
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
PERIODIC: dict[str, int] = {
    "certificates.actions.sign_waiting": 20,
    "certificates.actions.renew_due": 3600,
}
