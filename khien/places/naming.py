"""What every placed thing is written with: its units as columns, its name."""

from dataclasses import asdict

from khien.kernel.errors import Refused
from khien.kernel.refs import PlaceFacts


def columns(place: PlaceFacts) -> dict[str, str]:
    """The unit columns of a placed table."""
    return {name: value for name, value in asdict(place).items() if not name.endswith("_id")}


def name(text: str) -> str:
    """A name with single spaces. Raises Refused places.name_needed."""
    found = " ".join(text.split())
    if not found:
        raise Refused("places.name_needed")
    return found
