"""The button is pressed again and again, or months later: one file of one sender is one list while its rows stand."""

from datetime import timedelta

from khien.registration import actions, queries
from khien.registration.models import PeopleList
from tests import make
from tests.threads import together

FILE = "Họ và tên,Ngày sinh,Giới tính\nLê Văn Hai,02/03/1988,Nam\n".encode()


def receive(organization, at=make.AT):
    return actions.receive_list(organization=organization, data=FILE, name="ds.csv", way="organization", by=make.BY, at=at)


def test_a_file_sent_several_times_in_the_same_moment_is_one_list(committed):
    organization = make.make_organization()
    answers = together(8, lambda _: receive(organization))
    assert len({one.list_id for one in answers}) == 1
    assert [one.again for one in answers].count(False) == 1
    assert PeopleList.objects.count() == 1


def test_the_same_file_is_taken_again_when_the_rows_of_the_first_have_been_wiped(db):
    organization, later = make.make_organization(), make.AT + timedelta(days=91)
    first = receive(organization)
    make.work(make.AT)
    actions.wipe_old_rows(later)
    again = receive(organization, later)
    make.work(later)
    assert (again.again, again.list_id == first.list_id) == (False, False)
    assert queries.list_view(again.list_id).sendable == 1
