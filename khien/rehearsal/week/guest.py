"""One person on their way through a point, as the staff there know them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from khien.rehearsal.officers import card_text
from khien.rehearsal.week.crowd import Visitor
from khien.stock.types import LotInfo

YES = {"fever": "3", "refer": "5", "contra": "1"}
DECISION = {"fever": "defer", "refer": "refer", "contra": "contraindicated"}
END = {"fever": "deferred", "refer": "referred", "contra": "contraindicated", "refuse": "refused", "withdraw": "withdrawn"}
NO_PAPERS = "lost"


@dataclass
class Guest:
    """What the point knows of a visitor: the code they hold, the visit, the hours (minutes of the day)."""

    visitor: Visitor
    code: str = ""
    visit: str = ""
    slip: str = ""
    serial: str = ""  # of the sheet, for who is written on paper
    came: float = 0.0
    received: float = 0.0
    screened: float = 0.0
    dosed: float | None = None
    ended: float = 0.0
    end: str = ""
    lot: LotInfo | None = None

    @property
    def fate(self) -> str:
        return self.visitor.fate

    def who(self) -> dict[str, Any]:
        """How reception names a person without an appointment: the card's text, or what they say."""
        one = self.visitor.person
        if one.cccd and not self.visitor.has("mistyped"):
            return {"person": {"scan": card_text(one)}, "identity_how": "card"}
        return {"person": self.spoken(), "identity_how": "typed" if one.cccd else "spoken"}

    def spoken(self, number: str = "") -> dict[str, Any]:
        """The facts as typed."""
        one = self.visitor.person
        told = {"full_name": one.full_name, "birth": one.birth.iso(), "sex": one.sex, "phone": one.phone}
        return told | ({"identifier": number or one.cccd} if one.cccd else {"no_identifier_reason": NO_PAPERS})

    @property
    def mistypes(self) -> bool:
        """Whether a hand types the number of this person wrong."""
        return self.visitor.has("mistyped") and not self.code

    def mistyped(self) -> str:
        """The number as a tired hand types it: the digit of sex and century is another one."""
        number = self.visitor.person.cccd
        return number[:3] + str((int(number[3]) + 1) % 4) + number[4:]

    def answers(self, items: list[str]) -> dict[str, Any]:
        yes = YES.get(self.fate)
        return {"items": {no: no == yes for no in items}}

    def vitals(self) -> dict[str, str]:
        return {"temperature_c": "38,5" if self.fate == "fever" else "36,7", "pulse_bpm": "76", "bp_systolic": "124", "bp_diastolic": "78"}

    @property
    def decision(self) -> str:
        """What a doctor decides who sees this person."""
        return DECISION.get(self.fate, "eligible")

    def more(self, return_on: date) -> dict[str, Any]:
        """What goes with the decision."""
        if self.decision == "defer":
            return {"return_on": return_on.isoformat()}
        return {"detail": {"hospital": "Bệnh viện tuyến trên"}} if self.decision == "refer" else {}

    def sheet(self, moment: Callable[[float], datetime], items: list[str], day: date) -> dict[str, Any]:
        """The sheet of paper as it was filled in from desk to desk."""

        def hour(minute: float) -> str:
            return moment(minute).isoformat()

        told: dict[str, Any] = {
            "serial": self.serial, "received_at": hour(self.received), "identity_how": "typed", "consent": {"agreed": self.fate != "refuse", "how": "paper"},
            "end": {"end": self.end, "reason": "" if self.end == "closed" else "Như trên phiếu", "at": hour(self.ended)},
        }  # fmt: skip
        told |= {"appointment_code": self.code} if self.code else {"person": self.spoken()}
        if self.fate not in ("refuse", "withdraw"):
            told["screening"] = {
                "decision": self.decision, "answers": self.answers(items), "vitals": self.vitals(), "at": hour(self.screened),
                "doctor": "Trần Bác Sĩ", **self.more(day + timedelta(days=7)),
            }  # fmt: skip
        if self.dosed is not None and self.lot is not None:
            told["dose"] = {"at": hour(self.dosed), "injector": "Phạm Thị Điều Dưỡng", "lot_id": str(self.lot.id)}
        return told
