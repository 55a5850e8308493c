"""Every text: both languages, no disease, no full name, few parts."""

import re

import pytest

from khien.campaigns import queries as campaigns
from khien.messaging import sms, templates, wording
from khien.messaging.handlers import place_name  # noqa: F401  (the door that fills {place})
from tests import make

DISEASE = re.compile(r"covid|corona|sars|ncov|cúm|sởi", re.IGNORECASE)
LONG = {
    "name": "Đ.T.T. Hoà", "hour": "08:30", "day": "16/12", "place": "Điểm tiêm Trường THCS Hà Huy Tập, 9 Bạch Đằng", "code": "12345678901",
    "link": "https://khien.example/tra-cuu", "hotline": "1900 9095", "emergency": "115", "dose": "mũi nhắc 1", "vaccine": "AstraZeneca",
    "next": "Mũi sau: từ 09/02/2022.",
}  # fmt: skip


@pytest.mark.parametrize("template", templates.ALL.values(), ids=lambda template: template.name)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_text_fills_in_names_no_disease_and_stays_within_four_parts(template, language):
    text = template.text(language, LONG)
    assert not DISEASE.search(text)
    assert "{" not in text
    assert sms.cost(text).parts <= 4
    assert sms.cost(sms.unaccented(text)).encoding == "gsm7"
    assert template.subject(language)


@pytest.mark.parametrize("template", templates.ALL.values(), ids=lambda template: template.name)
def test_both_languages_carry_the_same_facts(template):
    said = [set(re.findall(r"{(\w+)}", text)) for text in (template.vi, template.en)]
    assert said[0] == said[1] == set(template.facts)


def test_no_short_name_of_a_vaccine_names_a_disease(db):
    for vaccine in campaigns.rulebook(make.AT.date()).vaccines:
        for language in ("vi", "en"):
            assert not DISEASE.search(wording.vaccine(vaccine, make.AT.date(), language))


def test_accented_vietnamese_costs_parts_of_seventy_and_joined_parts_of_sixty_seven():
    assert sms.cost("Mời đến tiêm") == sms.Cost("ucs2", 12, 1)
    assert sms.cost("ế" * 70).parts == 1
    assert sms.cost("ế" * 71).parts == 2
    assert sms.cost("ế" * 135).parts == 3


def test_a_text_without_marks_costs_parts_of_a_hundred_and_sixty():
    assert sms.unaccented("Đỗ Thị Hoà – mời đến tiêm") == "Do Thi Hoa - moi den tiem"
    assert sms.cost("a" * 160) == sms.Cost("gsm7", 160, 1)
    assert sms.cost("a" * 161).parts == 2
    assert sms.cost("[" * 80 + "a").parts == 2


@pytest.mark.parametrize(("name", "short"), [("Đỗ Thị Hoà", "Đ.T. Hoà"), ("Y Blô", "Y. Blô"), ("Hoà", "Hoà")])
def test_a_person_is_named_by_initials_on_a_phone_that_a_family_shares(name, short):
    assert sms.short_name(name) == short
