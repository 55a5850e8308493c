"""The official schema's own examples, and the value sets that we carry."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from khien.certificates import schema

ROOT = Path(os.environ.get("KHIEN_CONFORMANCE") or Path(__file__).parents[4] / "shared" / "conformance")
SUITE = ROOT / "dcc-schema"
if not SUITE.is_dir():
    pytest.skip(f"the suite dcc-schema is not at {ROOT} (set KHIEN_CONFORMANCE)", allow_module_level=True)


def read(path: Path) -> Any:
    return json.loads(path.read_bytes())


def named(folder: str) -> list[Any]:
    return [pytest.param(path, id=path.stem) for path in sorted((SUITE / folder).glob("*.json"))]


@pytest.mark.parametrize("path", named("valid") + named("examples"))
def test_a_valid_example_is_accepted(path: Path) -> None:
    assert schema.fault(read(path)) is None


def test_a_family_name_is_demanded_up_to_version_1_3_0() -> None:
    certificate = read(SUITE / "examples" / "vaccination__special-case-only-given-name.json")
    assert schema.fault(certificate | {"ver": "1.3.0"}) == "$.nam"


@pytest.mark.parametrize("path", named("invalid"))
def test_an_invalid_example_is_refused(path: Path) -> None:
    assert schema.fault(read(path)) is not None


@pytest.mark.parametrize("version", ["1.3.0", "1.3.3"])
def test_our_schema_is_the_official_one(version: str) -> None:
    assert schema.load(f"dcc-schema-{version}") == read(SUITE / f"DCC.combined-schema-{version}.json")


@pytest.mark.parametrize("path", [p for p in named("valuesets") if p.id and "test-" not in p.id])
def test_our_value_set_is_the_official_one(path: Path) -> None:
    assert schema.load(path.stem) == read(path)
