"""Every sentence has its English twin, and what is committed is what the parts say."""

from khien.plumbing import messages


def test_every_sentence_has_an_english_twin():
    absent = [f"{said.place}: {msgid}" for (_, msgid), said in messages.missing().items()]
    assert not absent, "bin/dev messages prints them ready to fill in:\n" + "\n".join(sorted(absent)[:40])


def test_the_committed_catalogues_are_what_the_parts_say():
    stale = [path.name for path, content in messages.compiled().items() if not path.is_file() or path.read_bytes() != content]
    assert not stale, f"run bin/dev messages and commit: {stale}"


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
