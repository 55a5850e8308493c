"""Papers for who has no phone: printed by who keeps the ward's list, and every print is a look that the person sees."""

from datetime import timedelta

from khien.certificates import queries as certificates
from khien.people import actions as acts
from tests import make, make_book
from tests.surfaces.command.desk import DISTRICT, FAR, ROOT, officer, read, reads_of


def test_the_ward_prints_confirmation_and_certificate_and_the_person_sees_it(db):
    person = make.make_person("Trần Thị Mận")
    acts.verify_identity(person=person, how="card_seen", by=make.BY, at=make.AT - timedelta(hours=2))
    record, certificate = make_book.make_certified(person)
    keeper = officer("list_keeper", scope=DISTRICT)
    assert "In chứng nhận" in read(keeper, f"/ho-so/{person}", vi="certificate")
    for page in (f"giay-xac-nhan/{record}", f"chung-nhan/{certificate}"):
        assert keeper.get(f"{ROOT}/ho-so/{person}/{page}.pdf").content.startswith(b"%PDF"), page
    assert reads_of(person).count("certificate") == 3
    assert officer("list_keeper", scope=FAR).get(f"{ROOT}/ho-so/{person}/chung-nhan/{certificate}.pdf").status_code == 403
    assert "In chứng nhận" not in read(officer("contact_agent", scope=DISTRICT), f"/ho-so/{person}", vi="contact")


def test_anothers_paper_is_not_there(db):
    person, other = make.make_person("Trần Thị Mận"), make.make_person("Lê Thị Khác")
    acts.verify_identity(person=person, how="card_seen", by=make.BY, at=make.AT - timedelta(hours=2))
    record, certificate = make_book.make_certified(person)
    keeper = officer("list_keeper", scope=DISTRICT)
    for page in (f"giay-xac-nhan/{record}", f"chung-nhan/{certificate}"):
        assert keeper.get(f"{ROOT}/ho-so/{other}/{page}.pdf").status_code == 404, page
    assert certificates.view(certificate).card.person_id == person
