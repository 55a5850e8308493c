"""A new demo has certificates that were revoked because a name was put right: every page about revocation has something to show."""

from datetime import date, timedelta

from khien.cases.models import Correction
from khien.certificates import queries as certificates
from khien.certificates.models import Certificate
from khien.demo import city, corrected, people
from khien.kernel import clock
from khien.people import queries as known
from khien.plumbing import files

TODAY = date(2021, 12, 14)


def test_three_wrong_names_were_put_right_and_the_certificates_that_carried_them_are_revoked(db) -> None:
    now = clock.at_local(TODAY, 9, 30)
    built = city.build(TODAY, now)
    days = people.Days(built, TODAY, now, people_count=3000)
    for i in (0, 1):
        queue = iter(days._register(i, 90))
        for ago in (5, 1):
            days._past(i, TODAY - timedelta(days=ago), "AZ", built.lots["AZ"], queue)
    corrected.build(built, now)
    old = Certificate.objects.filter(state="revoked")
    assert old.count() == Correction.objects.filter(state="done").count() == 3
    for row in old:
        new = certificates.by_record(row.record_id)
        assert new is not None
        assert new.state == "issued"
        assert certificates.check(certificates.hc1(row.id), now).reason == "revoked"
        assert certificates.check(certificates.hc1(new.id), now).reason == "ok"
        was = {version.particulars["full_name"] for version in known.versions(row.person_id) if "full_name" in version.changed}
        assert was != {known.person(row.person_id).full_name}
    for sent in Correction.objects.filter(state="done"):
        assert files.fetch(sent.evidence_file)[2] == "image/png"
    assert [len(str(one.uvci)) > 10 for one in certificates.revoked_list()] == [True] * 3
