"""Addresses that have no picture, each with its reason: what is no page, and the few pages that the demo cannot show."""

BUTTON = "a button's address (POST); it leads back to a page"
FILE = "a file to download or print"
PROGRAM = "for programs, or a part of a page that renews itself"
ONWARD = "leads on to another page"
COPY = "stands in a practice copy only (docs/howto/practice.md shows it)"
TWIN = "the same page as in the portal"

REASONS: dict[str, str] = {
    **dict.fromkeys(
        (
            "healthbook:sign_out", "healthbook:forget_pin", "healthbook:language", "healthbook:confirm", "station:command", "station:open_again",
            "station:lots", "station:pause", "station:enrol", "station:settle", "command:sign_out", "command:stock_move", "command:rule_record",
            "command:site_report_sign", "command:round_close", "command:round_sign", "command:session_shift", "command:reserve_decide", "station:let_in", "command:safety_called", "command:aefi_report", "command:aefi_investigate", "command:aefi_decide", "command:aefi_settle",
            "station:early_call", "response:next", "station:practice_call", "station:practice_ahead", "command:go_propose", "command:go_sign", "portal:lookup_leave", "portal:appointment",
            "portal:list_decide", "portal:list_corrections", "portal:list_send", "portal:register_card", "healthbook:register_card",
            "healthbook:family_registered", "healthbook:resend", "web:language",
        ),
        BUTTON,
    ),
    **dict.fromkeys(
        (
            "healthbook:register_paper", "healthbook:confirmation", "healthbook:sheet", "station:confirmation", "station:sheets", "command:session_xlsx",
            "command:slips", "command:session_calls", "command:call_paper", "command:person_confirmation", "command:person_certificate",
            "web:stylesheet", "command:reports_xlsx", "command:reports_pdf", "command:round_xlsx", "command:round_pdf", "response:photo", "response:reply_photo", "portal:register_paper",
            "portal:confirmation", "portal:numbers_csv", "command:call_slips", "command:safety_xlsx", "command:aefi_pdf", "command:aefi_xml", "portal:lists_template", "portal:list_errors",
        ),
        FILE,
    ),
    **dict.fromkeys(
        (
            "healthbook:manifest", "healthbook:worker", "station:manifest", "station:worker", "station:pack", "station:state", "station:search", "station:story", "station:propose",
            "station:before_dose", "station:read_lot", "station:hall_board", "api:health", "api:slots", "api:book", "api:doses", "api:offers", "api:look_up",
            "api:readings", "portal:robots", "portal:list_progress", "portal:sites_coordinates", "portal:verify_list", "portal:verify_worker",
            "station:rules", "station:rules_worker", "station:device_key", "station:take_along", "station:send", "station:sent",
        ),
        PROGRAM,
    ),
    **dict.fromkeys(
        (
            "healthbook:to_certificates", "healthbook:to_history", "healthbook:to_feeling", "healthbook:to_correct", "healthbook:to_readers",
            "healthbook:to_appointment", "healthbook:appointment", "healthbook:register_person", "command:number_mine", "web:root_so",
            "web:root_diem", "web:root_dieu_phoi", "web:root_mcc", "web:hall",
        ),
        ONWARD,
    ),
    "station:practice": COPY,
    **dict.fromkeys(("healthbook:register_code", "healthbook:register_done"), TWIN),
}  # fmt: skip
