"""How numbers are said to people."""

import pytest

from khien.surfaces.web import say


@pytest.mark.parametrize(("kept", "said"), [
    ("+84900000132", "0900 000 132"), ("0900.000.132", "0900 000 132"), ("+842838129912", "028 3812 9912"), ("02838129912", "028 3812 9912"),
    ("+842033812991", "0203 381 2991"), ("0282999123", "028 299 9123"), ("+14155550199", "+14155550199"),
    ("1900 9095", "1900 9095"), ("19009095", "19009095"), ("115", "115"), ("", ""), (None, ""),
])  # fmt: skip
def test_a_number_is_shown_as_people_write_it(kept, said):
    assert say.phone(kept) == said
