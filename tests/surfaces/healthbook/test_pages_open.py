"""Every page of the book opens for its family, in both languages, and for nobody else."""

import pytest
from django.urls import reverse

PAGES = ["person", "history", "appointment", "choose", "certificates", "feeling", "readers", "openers", "correct", "register_person"]


def address(name, person, **more):
    return reverse(f"healthbook:{name}", kwargs={"person": person, **more})


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_each_page_of_a_person_opens_in_both_languages(client, family, name, language):
    client.cookies["khien_lang"] = language
    response = client.get(address(name, family.grandmother))
    assert response.status_code == 200, response.content.decode()[:2000]
    assert "Mận" in response.content.decode()


def test_the_short_addresses_lead_to_the_person_looked_at_last(client, family):
    client.get(address("person", family.child))
    for short, name in [("lich-su", "history"), ("chung-nhan", "certificates"), ("cam-thay", "feeling"), ("ai-da-xem", "readers")]:
        assert client.get(f"/so/{short}").url == address(name, family.child)
