"""The keys to which desks without a line seal: made with the others, added to an older instance, readable for good."""

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from khien.plumbing import keys, sealing
from tests.make_offline import seal
from tests.refusing import refused


def test_an_older_instance_gets_its_sealing_key_once_and_keeps_every_other(tmp_path):
    path = tmp_path / "keys.json"
    first = keys.load(path)
    raw = json.loads(path.read_text())
    del raw["sealing"]
    path.write_text(json.dumps(raw))
    with ThreadPoolExecutor(4) as several:
        found = list(several.map(lambda _: keys.load(path), range(4)))
    assert len({one.sealing for one in found}) == 1
    assert [(one.django, one.lookup, one.cipher) for one in found] == [(first.django, first.lookup, first.cipher)] * 4
    assert found[0].fingerprints() == first.fingerprints()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_was_sealed_to_an_older_key_still_opens(tmp_path):
    old = keys.load(tmp_path / "keys.json")
    key_id, public = sealing.current(old)
    sealed = sealing.bytes_of(seal(public, b"words", about="one"))
    new = replace(old, sealing=(*old.sealing, keys.load(tmp_path / "other.json").sealing[0]))
    assert sealing.current(new)[0] != key_id
    assert sealing.open_sealed(new, key_id, sealed, about="one") == b"words"
    with refused("sync.no_sealing_key"):
        sealing.current(replace(old, sealing=()))
