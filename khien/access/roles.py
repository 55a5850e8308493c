"""The roles, the kinds of place a post may hold at, and what each role may do: the ONE table of rights.

A permission names what is done, not a page; `nation` covers all. Surfaces name the permission of each route.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

SCOPES = {"nation", "province", "district", "commune", "facility", "site", "session", "organization"}

ROLES: dict[str, StrPromise] = {
    "administrator": _("Quản trị"),
    "planner": pgettext_lazy("vai trò", "Lập kế hoạch"),
    "list_keeper": _("Lập danh sách"),
    "organization_clerk": _("Cán bộ đơn vị"),
    "reception": _("Tiếp đón"),
    "data_clerk": _("Nhập liệu"),
    "screener": _("Khám sàng lọc"),
    "injector": _("Tiêm"),
    "observer": _("Theo dõi sau tiêm"),
    "doctor_on_duty": _("Bác sĩ trực"),
    "point_lead": _("Trưởng điểm tiêm"),
    "stock_keeper": _("Thủ kho"),
    "reporter": _("Báo cáo"),
    "signer": _("Người ký"),
    "contact_agent": _("Tổng đài viên"),
    "supervisor": _("Giám sát"),
    "t1_supporter": _("Hỗ trợ T1"),
    "t2_technician": _("Kỹ thuật T2"),
    "t3_operations": _("Điều hành T3"),
    "safety_officer": _("Cán bộ an toàn tiêm chủng"),
    "safety_council": _("Hội đồng tư vấn chuyên môn"),
}

# Roles of a helper for a day: they work at a desk of a point, on its enrolled devices.
DESK_ROLES = {"reception", "data_clerk", "screener", "injector", "observer", "doctor_on_duty"}

_DESKS = {"point_lead"}
_HANDS = {"data_clerk"} | _DESKS
_COMMAND = {"planner", "supervisor", "reporter", "t3_operations"}

PERMISSIONS: dict[str, set[str]] = {
    # The point
    "station.see": {"reception", "screener", "injector", "observer", "doctor_on_duty", "t1_supporter"} | _HANDS,
    "station.open": _DESKS,
    "station.close": _DESKS,
    "station.help": {"reception", "screener", "injector", "observer", "doctor_on_duty", "t1_supporter"} | _HANDS,
    "station.admit_helper": _DESKS,
    "visit.receive": {"reception", "t1_supporter"} | _HANDS,
    "visit.consent": {"reception", "screener", "doctor_on_duty", "t1_supporter"} | _HANDS,
    "visit.history": {"reception", "screener", "doctor_on_duty"} | _HANDS,
    "visit.screen": {"screener", "doctor_on_duty"} | _HANDS,
    "visit.dose": {"injector"} | _HANDS,
    "visit.observe": {"observer", "doctor_on_duty"} | _HANDS,
    "visit.end": {"reception", "screener", "injector", "observer", "doctor_on_duty"} | _HANDS,
    "visit.correct": _DESKS,
    "visit.key_paper": {"t1_supporter"} | _HANDS,
    "sync.judge": {"t2_technician"} | _DESKS,
    "paper.print": {"reception", "data_clerk", "t1_supporter"} | _DESKS,
    # Safety: who confirms anaphylaxis, who lets a stopped session go on, who works on AEFI cases and who decides on the cause
    "safety.doctor": {"screener", "doctor_on_duty"},
    "safety.release": {"doctor_on_duty"},
    "safety.follow": {"observer", "doctor_on_duty", "point_lead", "contact_agent", "safety_officer"},
    "safety.see": {"safety_officer", "safety_council", "doctor_on_duty", "point_lead", "contact_agent", "supervisor", "t3_operations"},
    "safety.report": {"safety_officer", "doctor_on_duty", "point_lead"},
    "safety.edit": {"safety_officer", "doctor_on_duty", "point_lead", "contact_agent"},
    "safety.investigate": {"safety_officer"},
    "safety.decide": {"safety_council"},
    "safety.rates": {"safety_officer", "safety_council", "planner", "reporter", "supervisor", "t3_operations"},
    "safety.export": {"safety_officer", "safety_council"},
    # Stock
    "stock.see": {"stock_keeper", "point_lead", "planner", "reporter", "t3_operations"},
    "stock.move": {"stock_keeper", "point_lead"},
    "stock.recall": {"planner", "t3_operations"},
    "stock.decide": {"planner", "t3_operations"},
    # Planning
    "command.board": _COMMAND | {"list_keeper", "stock_keeper", "point_lead", "administrator"},
    "command.lists": {"planner", "list_keeper", "reporter", "supervisor", "t3_operations"},
    "plan.sessions": {"planner"},
    "plan.roster": {"planner", "point_lead"},
    "plan.allocate": {"planner"},
    "plan.invite": {"planner", "list_keeper"},
    "lists.upload": {"list_keeper", "organization_clerk", "planner"},
    "lists.decide": {"list_keeper", "organization_clerk", "planner"},
    "lists.call": {"list_keeper", "planner"},
    "people.search": {
        "reception",
        "data_clerk",
        "point_lead",
        "list_keeper",
        "contact_agent",
        "t2_technician",
        "screener",
        "doctor_on_duty",
    },
    "people.see": {
        "reception",
        "data_clerk",
        "point_lead",
        "list_keeper",
        "contact_agent",
        "t2_technician",
        "screener",
        "injector",
        "observer",
        "doctor_on_duty",
    },
    "people.register": {"list_keeper", "reception", "data_clerk", "point_lead", "contact_agent"},
    "people.correct": {"list_keeper", "point_lead", "t2_technician"},
    "people.print": {"list_keeper", "point_lead", "reception", "data_clerk"},
    "people.merge": {"t2_technician", "t3_operations"},
    "doses.decide": {"doctor_on_duty", "safety_officer", "t3_operations"},
    "people.link": {"list_keeper", "point_lead"},
    "people.lock_phone": {"contact_agent"},
    "reports.see": _COMMAND | {"point_lead", "administrator"},
    "reports.export": {"reporter", "planner", "t3_operations"},
    "reports.sign": {"point_lead"},
    "rounds.manage": {"planner"},
    "rounds.sign": {"reporter", "planner"},
    "figures.import": {"reporter", "planner"},
    # Ready to open: practice copies, the supervisor's look at a point, the go / no-go of the committee
    "practice.open": {"t2_technician", "t3_operations"},
    "readiness.see": {"t2_technician", "t3_operations", "supervisor", "planner", "point_lead", "safety_officer"},
    "readiness.check": {"supervisor", "planner", "t3_operations"},
    "readiness.propose": {"planner", "t3_operations"},
    "readiness.sign": {"planner", "supervisor", "t3_operations", "safety_officer"},
    "rules.see": {"planner", "administrator", "supervisor"},
    "rules.edit": {"administrator"},
    "rules.local": {"administrator", "planner"},
    "staff.manage": {"administrator"},
    "places.manage": {"administrator", "planner"},
    "certificates.sign": {"signer"},
    # The response centre
    "cases.see": {"contact_agent", "supervisor", "t1_supporter", "t2_technician", "t3_operations"},
    "cases.open": {"contact_agent", "supervisor", "t1_supporter", "t2_technician", "t3_operations"},
    "cases.answer": {"contact_agent", "supervisor", "t1_supporter", "t2_technician", "t3_operations"},
    "cases.assign": {"supervisor", "t3_operations"},
    "cases.decide_correction": {"t2_technician", "supervisor", "list_keeper"},
    "operations.board": {"supervisor", "t3_operations", "t2_technician"},
    # The instance
    "audit.see": {"administrator"},
    "demo.see": {"administrator", "t3_operations"},
}
