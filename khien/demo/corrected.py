"""Wrong names put right in the demo: the certificate that carried one is revoked, and the right one issued in its place."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from khien.booking import queries as booking
from khien.cases import actions as cases
from khien.cases.types import ContactPoint, CorrectionAsked, Proposal
from khien.certificates import actions as certificates
from khien.certificates import qr
from khien.certificates import queries as issued
from khien.demo.city import City
from khien.demo.offices import actor
from khien.kernel import clock
from khien.kernel.refs import SYSTEM, Actor
from khien.people import queries as people
from khien.plumbing import files
from khien.visits import queries as visits
from khien.visits.views import VisitCard

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HOW_MANY = 3
LEFT_OUT = {"female": "Thị", "male": "Văn"}  # what is most easily left out of a name


def build(city: City, at: datetime) -> None:
    """Three people whose certificate lacks a part of their name: each sends its picture, one proposes, another decides."""
    technician, supervisor, citizen = actor("hotro2", at), actor("giamsat", at), Actor("citizen", label="portal")
    for guest, certificate in islice(_certified(city, at), HOW_MANY):
        family, _, given = guest.full_name.partition(" ")
        left_out = LEFT_OUT[guest.sex]
        right = f"{family} {left_out} {given}"
        picture = files.keep(
            qr.png(issued.hc1(certificate)), name="chung-nhan-sai-ten.png", media_type="image/png", purpose="evidence", by=citizen, at=at - 3 * HOUR
        )
        found = cases.ask_correction(
            asked=CorrectionAsked("wrong_data", right={"full_name": right}, words=f"Chứng nhận thiếu chữ {left_out} trong tên"), evidence_file=picture,
            contact=ContactPoint(phone=people.contact(guest.person_id)[0]), person_id=guest.person_id, by=citizen, at=at - 3 * HOUR,
        )  # fmt: skip
        cases.propose(case_id=found.id, proposal=Proposal(particulars={"full_name": right}), text="Đối chiếu căn cước", by=technician, at=at - 2 * HOUR)
        cases.decide_correction(case_id=found.id, accept=True, reason="Đúng theo căn cước", by=supervisor, at=at - HOUR)


def _certified(city: City, at: datetime) -> Iterator[tuple[VisitCard, UUID]]:
    """People injected before today with their certificate, one of a session; it is issued here where the background has not come to it."""
    today = clock.on_date(at)
    for site in city.sites:
        for session in booking.sessions(None, site_id=site, first=today - 7 * DAY, last=today - DAY):
            for guest in visits.visits_of_session(session.id, states=("closed",), limit=30)[9:]:  # others than those of the adverse events and the offices
                whole = set(LEFT_OUT.values()) & set(guest.full_name.split()) or " " not in guest.full_name or guest.sex not in LEFT_OUT
                if whole or guest.record_id is None or guest.dosed_at is None or not people.contact(guest.person_id)[0]:
                    continue
                card = certificates.issue_for(record_id=guest.record_id, by=SYSTEM, at=guest.dosed_at + HOUR)
                if card and card.state == "issued":
                    yield guest, card.id
                    break
