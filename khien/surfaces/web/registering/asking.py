"""A question of the registration: a form that reads its answer out of the draft and says how it is asked."""

from typing import Any, ClassVar

from khien.surfaces.web.forms import PageForm
from khien.surfaces.web.registering.answers import Answers


class Question(PageForm):
    """One page. `draw` names the macro of each field; a page of one field makes its label the heading."""

    slug: ClassVar[str] = ""
    page_title: ClassVar[Any] = ""
    template: ClassVar[str] = "registering/question.html"
    draw: ClassVar[dict[str, str]] = {}
    why: ClassVar[tuple[Any, Any] | None] = None
    lead: ClassVar[Any] = ""
    # Whether the card may answer this and the questions after it.
    by_card: ClassVar[bool] = False
    # Answers that are no longer sure once this one changes: their questions are asked again.
    unsettles: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, answers: Answers, **kwargs: Any) -> None:
        self.answers = answers
        kwargs.setdefault("initial", self.told(answers))
        super().__init__(*args, **kwargs)
        self.prepare()

    @classmethod
    def applies(cls, answers: Answers) -> bool:
        """Whether this question is asked, after the answers before it."""
        return True

    @classmethod
    def told(cls, answers: Answers) -> dict[str, Any]:
        """The answer as it stands, for the fields."""
        return {name: answers.get(name, None) for name in cls.base_fields}

    def prepare(self) -> None:
        """Fit labels, choices and hints to the answers."""

    def heading(self) -> str:
        """The question."""
        return str(self.page_title)

    def kept(self) -> dict[str, Any]:
        """What the draft keeps: plain data; None takes an answer away."""
        return {name: self.cleaned_data[name] for name in self.fields}

    def said(self, own: Any, other: Any) -> str:
        """The question to the person, or about the one who is helped (%(name)s)."""
        if self.answers.relative and self.answers.name:
            return str(other) % {"name": self.answers.name}
        return str(own)
