"""What every sign-in of staff does after it: a session of one's own, and on to the page that was wanted."""

from django.http import HttpRequest

from khien.access.permissions import StaffRef

# Where each kind of work begins, the first that a post opens.
HOMES = (
    ("station.see", "/diem/"), ("command.board", "/dieu-phoi/"), ("cases.see", "/mcc/"), ("lists.upload", "/to-chuc/danh-sach"),
    ("safety.see", "/dieu-phoi/an-toan"), ("certificates.sign", "/dieu-phoi/ky"),
)  # fmt: skip
MINE = "/dieu-phoi/toi"  # one's own account: who has no post yet reads it there


def enter(request: HttpRequest, staff: StaffRef) -> None:
    """Begin a session of this staff member; nothing of whoever sat here before stays in it."""
    request.session.flush()
    request.session["staff_id"] = str(staff.id)


def wanted(request: HttpRequest) -> str:
    """The page of ours that was asked for before the door; "" when none was."""
    page = request.GET.get("tiep", "")
    return page if page.startswith("/") and not page.startswith(("//", "/\\")) else ""


def opens(staff: StaffRef, home: str) -> bool:
    """Whether this home is open to them; the citizens' own are open to everybody."""
    return next((staff.may(permission) for permission, address in HOMES if address == home), True)


def home_of(staff: StaffRef) -> str:
    """Where this staff member's work begins."""
    return next((home for permission, home in HOMES if staff.may(permission)), MINE)
