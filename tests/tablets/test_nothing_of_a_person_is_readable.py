"""What a thief reads on the disk of a tablet: nothing of a person."""

from datetime import timedelta
from pathlib import Path

from khien.kernel import clock
from khien.visits import queries as visits
from tests import make
from tests.journeys.town import put_clock
from tests.make_day import make_day, make_visit

NAME, NUMBER = "Trần Thị Mận Thử", "079184990147"
CARD = f"{NUMBER}|024990147|{NAME}|27031984|Nữ|12 Đường Thử, Phường 01, Quận Bình Thạnh, TP. Hồ Chí Minh|01012021"
INSIDE = "Lê Thị Trong Điểm Thử"


SEEN = (NAME, NUMBER, INSIDE, "Mận", "184990147", "27031984")

LYING = """() => new Promise((told) => {
  const asked = indexedDB.open("khien-shelf");
  asked.onsuccess = () => {
    const found = asked.result.transaction("waiting").objectStore("waiting").count();
    found.onsuccess = () => (asked.result.close(), told(found.result));
  };
})"""


def found(folder: Path, text: str) -> list[str]:
    """Files of a profile that hold this text in any of the ways in which a browser writes text."""
    ways = [text.encode("utf-8"), text.encode("utf-16-le")]
    return sorted({str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() for way in ways if way in path.read_bytes()})


def walks_in(one):
    """A card that nobody knows is scanned at reception."""
    one.desk(1)
    one.page.keyboard.press("F2")
    one.page.keyboard.insert_text(CARD)
    one.page.keyboard.press("Enter")
    one.sees(NAME, "Người đến trực tiếp")
    one.page.keyboard.press("Enter")


def a_point_with_somebody_inside():
    """Their minutes after the dose are over."""
    day = make_day(at=make.AT)
    number = make.make_number(year=1975)
    make_visit(day, person_id=make.make_person(INSIDE, identifier=number), state="dosed", at=make.AT)
    put_clock(make.AT + timedelta(minutes=45))
    lead = make.make_staff("point_lead", scope=make.site_scope(day.site_id), at=clock.now() - timedelta(days=1))
    return day, lead, number.value


def test_no_file_of_the_browser_holds_the_name_or_the_number_of_anybody(tablet):
    # given: somebody inside the point, whom the pack names, and a walk-in who is received without a line
    day, lead, number = a_point_with_somebody_inside()
    one = tablet("ban-1")
    one.enrol(day.site_id)
    one.sits(lead)
    one.open(day)
    one.stands()
    one.brought()
    one.desk(4)
    one.sees(INSIDE)
    one.cut()
    one.leave(1)
    walks_in(one)
    one.line("2 phiếu chờ gửi")
    one.page.reload()
    one.unlock()
    one.stands()
    one.line("2 phiếu chờ gửi")
    one.quit()

    # what is looked for is found where it may stand: the names of the staff who may open the tablet
    assert any("IndexedDB" in name for name in found(one.folder, lead.full_name))
    for text in (*SEEN, number):
        assert found(one.folder, text) == []


def test_a_device_that_carries_no_pack_holds_no_name_either_and_what_waits_there_is_sent(tablet):
    # given: a device that nobody prepared; the line goes while a walk-in stands at reception
    day, lead, number = a_point_with_somebody_inside()
    one = tablet("ban-1")
    one.sits(lead)
    one.open(day)
    one.stands()
    one.desk(4)
    one.sees(INSIDE)
    one.cut()
    one.leave(1)
    walks_in(one)
    one.line("2 phiếu chờ gửi")

    # the battery dies; what was said to wait lies on the disk, and nobody reads it there
    one.kill()
    assert any("khien-shelf".encode("utf-16-be") in path.read_bytes() for path in one.folder.rglob("*.log"))
    for text in (*SEEN, number):
        assert found(one.folder, text) == []
    one.start()
    one.sits(lead)
    one.open(day)
    one.stands()
    one.line("Đã nhận đủ")
    seen = {card.number: card.state for card in visits.visits_of_session(day.session_id)}
    assert seen == {1: "observed", 2: "checked_in"}
    assert one.page.evaluate(LYING) == 0
    one.quit()
    for text in (*SEEN, number):
        assert found(one.folder, text) == []
