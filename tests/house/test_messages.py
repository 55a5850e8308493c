"""Every sentence has its English twin, and what is committed is what the parts say."""

from collections import defaultdict

from babel.messages.pofile import read_po

from khien.plumbing import messages


def test_every_sentence_has_an_english_twin():
    absent = [f"{said.place}: {msgid}" for (_, msgid), said in messages.missing().items()]
    assert not absent, "bin/dev messages prints them ready to fill in:\n" + "\n".join(sorted(absent)[:40])


def test_the_committed_catalogues_are_what_the_parts_say():
    stale = [path.name for path, content in messages.compiled().items() if not path.is_file() or path.read_bytes() != content]
    assert not stale, f"run bin/dev messages and commit: {stale}"


def test_a_sentence_has_one_english_and_one_that_means_two_things_says_its_sense():
    said = defaultdict(set)
    for path in sorted((messages.LOCALE / "parts").glob("en.*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="en"):
                if message.id:
                    said[message.context or "", str(message.id)].add(f"{message.string} ({path.name})")
    disputed = [f"{key[1]}: {sorted(found)}" for key, found in said.items() if len({one.rpartition(" (")[0] for one in found}) > 1]
    assert not disputed, "say which sense is meant, with pgettext:\n" + "\n".join(disputed)


def test_english_sentences_keep_the_facts_of_the_vietnamese():
    wrong = []
    for message in messages.merged():
        if message.id:
            ids = [message.id] if isinstance(message.id, str) else list(message.id)
            strings = [message.string] if isinstance(message.string, str) else list(message.string)
            wanted = set().union(*(_facts(text) for text in ids))
            wrong += [ids[0] for text in strings if text and not _facts(text) <= wanted]
    assert not wrong, wrong


def _facts(text: str) -> set[str]:
    import re

    return set(re.findall(r"%\((\w+)\)", text)) | set(re.findall(r"\{(\w+)\}", text))
