"""The keys to which desks without a line seal: the same at every server of an instance, readable for good."""

import os
import shutil
from dataclasses import replace

from khien.plumbing import keys, sealing
from tests.make_offline import seal
from tests.refusing import refused


def test_every_server_of_an_instance_seals_to_the_same_key_and_no_other_instance_does(tmp_path):
    one = keys.load(tmp_path / "keys.json")
    shutil.copy(tmp_path / "keys.json", tmp_path / "copied.json")
    assert sealing.current(keys.load(tmp_path / "copied.json")) == sealing.current(one)
    assert sealing.current(keys.load(tmp_path / "another.json")) != sealing.current(one)
    assert one.sealing()[0] not in one.cipher.values()


def test_what_was_sealed_to_an_older_key_still_opens(tmp_path):
    old = keys.load(tmp_path / "keys.json")
    key_id, public = sealing.current(old)
    sealed = sealing.bytes_of(seal(public, b"words", about="one"))
    new = replace(old, current="k2", cipher={**old.cipher, "k2": os.urandom(32)}, lookup={**old.lookup, "k2": os.urandom(32)})
    assert sealing.current(new)[0] != key_id
    assert sealing.open_sealed(new, key_id, sealed, about="one") == b"words"
    with refused("sync.key_unknown"):
        sealing.open_sealed(keys.load(tmp_path / "another.json"), key_id, sealed, about="one")


def test_what_a_device_keeps_is_read_by_the_key_of_its_own_point_alone_also_after_a_new_key(tmp_path):
    old = keys.load(tmp_path / "keys.json")
    here, there = sealing.shelf_keys(old, "one point"), sealing.shelf_keys(old, "another")
    assert here == sealing.shelf_keys(old, "one point")
    assert {key for _id, key in here}.isdisjoint(key for _id, key in there)
    assert old.cipher["k1"] not in {key for _id, key in here}
    new = replace(old, current="k2", cipher={**old.cipher, "k2": os.urandom(32)}, lookup={**old.lookup, "k2": os.urandom(32)})
    assert sealing.shelf_keys(new, "one point")[0] == here[0]
    assert sealing.shelf_keys(new, "one point")[-1] != here[0]
