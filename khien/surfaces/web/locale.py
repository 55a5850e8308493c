"""The language of the page that is being made."""

from django.utils import translation


def lang() -> str:
    """The language of this page: vi or en."""
    return "en" if (translation.get_language() or "vi").startswith("en") else "vi"
