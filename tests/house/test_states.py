"""The drawings of states in the docs are the ones that the code's tables give."""

from khien.plumbing import statecharts


def test_the_drawings_of_states_are_up_to_date():
    for room, charts in statecharts.rooms():
        path = statecharts.DOCS / f"{room}.md"
        assert path.exists(), f"bin/dev states draws {room}"
        assert path.read_text(encoding="utf-8") == statecharts.page(charts), f"bin/dev states draws {room} anew"


def test_no_drawing_is_left_of_a_room_without_states():
    assert {path.stem for path in statecharts.DOCS.glob("*.md")} == {room for room, _ in statecharts.rooms()}
