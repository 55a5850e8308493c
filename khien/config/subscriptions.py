"""Who hears which event, and who does which job: the one list.

Paths are relative to `khien`: "room.handlers.function".
"""

SUBSCRIPTIONS: dict[str, tuple[str, ...]] = {
    "people.person_recorded": (),
    "people.identifier_disputed": ("cases.handlers.identifier_disputed",),
    "people.particulars_corrected": (
        "immunizations.handlers.due_changed",
        "certificates.handlers.person_changed",
        "registration.handlers.corrected",
        "safety.handlers.person_changed",
        "reporting.handlers.person_changed",
    ),
    "people.identity_verified": ("certificates.handlers.person_changed",),
    "people.merged": (
        "immunizations.handlers.due_changed",
        "immunizations.handlers.merged",
        "certificates.handlers.merged",
        "registration.handlers.merged",
        "cases.handlers.merged",
        "reporting.handlers.person_changed",
    ),
    "people.merge_undone": (
        "immunizations.handlers.due_changed",
        "immunizations.handlers.merge_undone",
        "certificates.handlers.merged",
        "registration.handlers.merge_undone",
        "reporting.handlers.person_changed",
    ),
    "people.died": (
        "certificates.handlers.person_changed",
        "booking.handlers.died",
        "registration.handlers.died",
        "immunizations.handlers.due_changed",
    ),
    "people.death_withdrawn": (
        "certificates.handlers.person_changed",
        "registration.handlers.lives",
        "immunizations.handlers.due_changed",
    ),
    "people.code_asked": ("messaging.handlers.code_asked",),
    "registration.registered": ("reporting.handlers.registration_changed",),
    "registration.moved": ("reporting.handlers.registration_changed",),
    "registration.called": (),
    "registration.list_staged": (),
    "registration.list_sent": (),
    "registration.withdrawn": (
        "booking.handlers.withdrawn",
        "reporting.handlers.registration_changed",
    ),
    "booking.invited": (
        "messaging.handlers.invited",
        "reporting.handlers.appointment_changed",
    ),
    "booking.ended": (
        "booking.handlers.ended",
        "messaging.handlers.booking_ended",
        "reporting.handlers.appointment_changed",
    ),
    "visits.moved": ("reporting.handlers.visit_moved",),
    "visits.dose_given": (
        "immunizations.handlers.due_changed",
        "immunizations.handlers.dose_given",
        "messaging.handlers.dose_given",
        "safety.handlers.dose_changed",
        "reporting.handlers.dose_recorded",
    ),
    "visits.dose_undone": (
        "immunizations.handlers.due_changed",
        "immunizations.handlers.dose_undone",
        "certificates.handlers.dose_undone",
        "safety.handlers.dose_changed",
        "reporting.handlers.dose_undone",
    ),
    "visits.closed": (
        "safety.handlers.visit_closed",
        "certificates.handlers.visit_closed",
        "booking.handlers.visit_closed",
        "messaging.handlers.visit_closed",
        "registration.handlers.visit_closed",
    ),
    "visits.dose_marked": ("cases.handlers.dose_marked",),
    "sync.command_quarantined": ("cases.handlers.command_kept_apart",),
    "sync.command_judged": ("cases.handlers.command_judged",),
    "visits.second_injection_recorded": ("cases.handlers.second_injection",),
    "visits.help_asked": ("cases.handlers.help_asked",),
    "immunizations.recorded": (
        "immunizations.handlers.due_changed",
        "certificates.handlers.recorded",
        "cases.handlers.recorded_elsewhere",
        "reporting.handlers.dose_recorded",
    ),
    "immunizations.corrected": (
        "immunizations.handlers.due_changed",
        "certificates.handlers.corrected",
        "messaging.handlers.record_corrected",
        "safety.handlers.dose_changed",
        "reporting.handlers.record_corrected",
    ),
    "immunizations.placed": (
        "safety.handlers.dose_changed",
        "reporting.handlers.dose_placed",
    ),
    "safety.reaction_reported": ("cases.handlers.reaction_reported",),
    "safety.aefi_unknown": ("cases.handlers.aefi_unknown",),
    "safety.aefi_identified": ("cases.handlers.aefi_identified",),
    "safety.aefi_moved": ("reporting.handlers.event_moved",),
    "safety.alarm_withdrawn": ("cases.handlers.alarm_withdrawn",),
    "safety.follow_up_stopped": ("messaging.handlers.follow_up_stopped",),
    "certificates.issued": ("messaging.handlers.certificate_issued",),
    "cases.answered": ("messaging.handlers.case_answered",),
    "cases.escalated": (),
    "cases.opened": ("messaging.handlers.case_opened",),
    "cases.resolved": ("messaging.handlers.case_resolved",),
    "stock.lot_state_changed": (),
    "stock.shortfall": ("cases.handlers.shortfall",),
    "stock.sent": (),
    "stock.arrived": (),
    "stock.hold_changed": ("stock.harmed.decided",),
    "stock.harm_continued": ("stock.harmed.decided",),
    "stock.dose_harmed": ("immunizations.handlers.dose_harmed",),
    "stock.recall_asked": (),
    "stock.recalled": ("messaging.recalls.recalled",),
    "stock.excursion_judged": (),
    "messaging.recall_continued": ("messaging.recalls.recalled",),
}

JOBS: dict[str, str] = {
    "booking.announce": "booking.jobs.announce",
    "booking.draw": "booking.jobs.draw",
    "registration.read_list": "interchange.list_jobs.read_list",
    "registration.read_corrections": "interchange.list_jobs.read_corrections",
    "registration.send_list": "registration.sending.send_list",
}

# Called by the worker again and again; each returns whether it found work (seconds pass when it did not).
LOOPS: list[str] = ["messaging.actions.deliver_due"]

# Called by the worker every so many seconds with the present moment.
PERIODIC: dict[str, int] = {
    "cases.actions.escalate_overdue": 5,
    "sync.actions.watch": 20,
    "stock.actions.watch": 60,
    "messaging.actions.tidy": 30,
    "messaging.actions.remind_due": 300,
    "safety.actions.count_due": 10,
    "safety.actions.gather_old": 15,
    "reporting.actions.count_old": 5,
    "booking.handlers.no_shows": 300,
    "booking.actions.count_kept": 60,
    "certificates.actions.sign_waiting": 20,
    "certificates.actions.renew_due": 3600,
    "people.actions.clear_codes": 600,
    "registration.actions.clear_drafts": 3600,
    "registration.actions.wipe_old_rows": 600,
    "plumbing.files.clear_expired": 3600,
}

# The same in a practice copy, besides.
PRACTISED: dict[str, int] = {"readiness.telling.tell": 3}

# Commands of the desks: the permission each needs at the session's place, and the function that does it.
COMMANDS: dict[str, tuple[str, str]] = {
    "check_in": ("visit.receive", "visits.command_table.check_in"),
    "consent": ("visit.consent", "visits.command_table.consent"),
    "screen": ("visit.screen", "visits.command_table.screen"),
    "give_dose": ("visit.dose", "visits.command_table.give_dose"),
    "undo_dose": ("visit.dose", "visits.command_table.undo_dose"),
    "undo": ("visit.end", "visits.command_table.undo"),
    "observe": ("visit.observe", "visits.command_table.observe"),
    "extend": ("visit.observe", "visits.command_table.extend"),
    "react": ("visit.observe", "safety.commands.react"),
    "outcome": ("visit.observe", "safety.commands.outcome"),
    "alarm": ("visit.observe", "safety.commands.alarm"),
    "alarm_act": ("visit.observe", "safety.commands.act"),
    "alarm_strike": ("visit.observe", "safety.commands.strike"),
    "alarm_back": ("visit.observe", "safety.commands.take_back"),
    "alarm_end": ("visit.observe", "safety.commands.end"),
    "alarm_have": ("safety.doctor", "safety.commands.acknowledge"),
    "alarm_sure": ("safety.doctor", "safety.commands.confirm"),
    "release": ("safety.release", "safety.commands.release"),
    "end": ("visit.end", "visits.command_table.end"),
    "close": ("visit.end", "visits.command_table.close"),
    "key_paper": ("visit.key_paper", "visits.command_table.key_paper"),
    "choose_lot": ("station.open", "visits.command_table.choose_lot"),
    "pause_lot": ("station.open", "visits.command_table.pause_lot"),
    "open_vial": ("visit.dose", "visits.command_table.open_vial"),
    "end_vial": ("visit.dose", "visits.command_table.end_vial"),
    "help": ("station.help", "visits.command_table.ask_help"),
}
