"""The order of the questions, and which one is next."""

from khien.surfaces.web.registering import homes, papers, who, wishes
from khien.surfaces.web.registering.answers import Answers
from khien.surfaces.web.registering.asking import Question

QUESTIONS: tuple[type[Question], ...] = (
    who.Whom, who.Helper, who.FullName, who.Birth, who.Sex, papers.Paper, papers.Number, papers.NoPaper, who.Guardian, who.Phone,
    homes.Commune, homes.Divided, homes.House, wishes.Work, papers.Insurance, wishes.Groups, wishes.Dose, wishes.Previous,
    wishes.Health, wishes.Days, wishes.Consent,
)  # fmt: skip
BY_SLUG = {question.slug: question for question in QUESTIONS}


def asked(answers: Answers) -> list[type[Question]]:
    """The questions for this person, in order."""
    return [question for question in QUESTIONS if question.applies(answers)]


def open_question(answers: Answers) -> type[Question] | None:
    """The first question without an answer; None when all are answered."""
    done = set(answers.done)
    for question in asked(answers):
        if question.slug not in done:
            return question
        if question is wishes.Consent and not wishes.consent_stands(answers):
            return question
    return None


def before(question: type[Question], answers: Answers) -> type[Question] | None:
    """The question before this one."""
    order = asked(answers)
    place = order.index(question) if question in order else 0
    return order[place - 1] if place else None


def after(question: type[Question], answers: Answers) -> type[Question] | None:
    """The question after this one, answered or not."""
    order = asked(answers)
    place = order.index(question) if question in order else -1
    return order[place + 1] if place + 1 < len(order) else None


def progress(question: type[Question], answers: Answers) -> tuple[int, int]:
    """Which step of how many; the last one is the look at all answers."""
    order = asked(answers)
    return (order.index(question) + 1 if question in order else 1), len(order) + 1


def reachable(question: type[Question], answers: Answers) -> bool:
    """Whether every question before this one has its answer."""
    first_open = open_question(answers)
    if first_open is None or question is first_open:
        return True
    order = asked(answers)
    return question in order and order.index(question) < order.index(first_open)


def settled(question: type[Question], told: dict[str, object], answers: Answers) -> list[str]:
    """The slugs answered after this answer: those that it unsettles are asked again when it changed."""
    changed = any(answers.data.get(name) != value for name, value in told.items())
    gone = set(question.unsettles) if changed else set()
    return [slug for slug in dict.fromkeys([*answers.done, question.slug]) if slug not in gone or slug == question.slug]
