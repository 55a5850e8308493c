"""The drawings of states in docs are what the code says."""

from khien.plumbing import statecharts


def test_the_drawings_are_those_of_the_code():
    stale = [path.name for path, text in statecharts.pages().items()
             if not path.is_file() or path.read_text(encoding="utf-8") != text]
    assert not stale, f"run bin/dev states and commit: {stale}"


def test_every_state_can_be_reached_and_every_way_leads_to_an_end():
    for room, charts in statecharts.rooms():
        for chart in charts:
            table = {str(state): {str(after) for after in moves} for state, moves in chart.table.items()}
            assert set().union(*table.values()) <= set(table), room
            if chart.start is not None:
                seen, wave = set(), {str(chart.start)}
                while wave:
                    seen |= wave
                    wave = set().union(*(table[state] for state in wave)) - seen
                assert seen == set(table), (room, set(table) - seen)
            ending = {state for state, moves in table.items() if not moves}
            while True:
                grown = ending | {state for state, moves in table.items() if moves & ending}
                if grown == ending:
                    break
                ending = grown
            assert ending == set(table), (room, set(table) - ending)
