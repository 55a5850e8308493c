"""The states of cases and corrections, as data."""

from khien.plumbing.statecharts import Chart

NEXT: dict[str, tuple[str, ...]] = {
    "open": ("taken", "waiting_citizen", "resolved"),
    "taken": ("open", "waiting_citizen", "resolved"),
    "waiting_citizen": ("open", "taken", "resolved"),
    "resolved": ("open",),
}
CORRECTION: dict[str, tuple[str, ...]] = {
    "asked": ("proposed", "declined"),
    "proposed": ("asked", "proposed", "done", "declined"),
    "done": (),
    "declined": ("asked",),
}
LABELS = {
    "open": ("Chờ người nhận", "Nobody has it yet"),
    "taken": ("Đang xử lý", "Somebody works on it"),
    "waiting_citizen": ("Chờ người dân", "Waiting for the citizen"),
    "resolved": ("Đã xong", "Done"),
    "asked": ("Đã yêu cầu", "Asked"),
    "proposed": ("Đã đề nghị sửa", "A change is proposed"),
    "done": ("Đã sửa", "Put right"),
    "declined": ("Không sửa", "Declined with its reason"),
}
CHARTS = [
    Chart(
        "Case",
        NEXT,
        "open",
        LABELS,
        "The clock stops only in waiting_citizen; escalation takes a case back to open at the next tier.",
    ),
    Chart("Correction", CORRECTION, "asked", LABELS, "A second pair of eyes decides: never the one who proposed."),
]
