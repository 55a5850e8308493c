"""Rules as the ministry's officer edits them: box by box, looked at before they are kept, never overwritten."""

from datetime import date, timedelta

from khien.campaigns import actions as campaign_acts
from khien.campaigns import queries as campaigns
from khien.kernel.refs import Scope
from tests import make
from tests.surfaces.command.desk import CITY, FAR, ROOT, day, officer, read, send, words

TODAY = date(2021, 12, 14)
NATION = Scope("nation")
AZ = "/quy-dinh/{}/schedule/AZ/18+"
LONGER = {
    "age_from": "18", "doses": "2", "volume_ml": "0.5", "gap_1_least": "35", "gap_1_start": "56", "gap_1_end": "84", "gap_1_unit": "day",
    "source": "QĐ thử", "reason": "Thử khoảng cách dài hơn",
}  # fmt: skip


def versions(kind: str = "schedule", key: str = "AZ/18+"):
    return [one for one in campaigns.rule_history(kind, key) if one.superseded_at is None]


def test_a_rule_stands_in_boxes_and_not_as_data(db):
    page = officer("administrator", scope=NATION).get(f"{ROOT}{AZ.format('xem')}").content.decode()
    assert 'name="gap_1_least"' in page
    assert 'value="28"' in page
    assert 'name="data"' not in page
    assert 'value="gap_1' not in page


def test_before_saving_the_officer_sees_whose_answer_changes_and_nothing_is_kept(db):
    ministry = officer("administrator", scope=NATION)
    answer = words(send(ministry, AZ.format("ghi"), **LONGER, **day("since", TODAY + timedelta(days=10)), act="preview"))
    assert "Chưa ghi gì" in answer
    assert "sắp có hiệu lực" in answer
    assert "28" in answer
    assert "35" in answer
    assert "khác" in answer
    assert "Tiêm được" in answer
    assert "Chưa tiêm được" in answer
    assert len(campaigns.rule_history("schedule", "AZ/18+")) == 1


def test_a_kept_version_says_who_when_and_what_changed(db):
    ministry = officer("administrator", scope=NATION)
    send(ministry, AZ.format("ghi"), **LONGER, **day("since", TODAY + timedelta(days=10)), act="keep")
    page = read(ministry, AZ.format("xem"))
    assert "Sắp có hiệu lực" in page
    assert "Thử khoảng cách dài hơn" in page
    assert "Khiên, bản phát hành" in page
    assert "ít nhất 35" in page
    assert "ít nhất 28" in page
    rule = campaigns.rulebook().on(TODAY + timedelta(days=10)).schedules["AZ"][0]
    assert rule.intervals[0].least == 35
    assert campaigns.rulebook().on(TODAY).schedules["AZ"][0].intervals[0].least == 28


def test_a_mistaken_version_is_put_right_by_a_new_one_of_the_same_days(db):
    ministry, since = officer("administrator", scope=NATION), TODAY - timedelta(days=3)
    send(ministry, AZ.format("ghi"), **LONGER, **day("since", since), act="keep")
    send(ministry, AZ.format("ghi"), **LONGER | {"gap_1_least": "30"}, **day("since", since), act="keep")
    assert [one.data["intervals"][0]["least"] for one in versions()] == [30, 28]
    assert 35 in [one.data["intervals"][0]["least"] for one in campaigns.rule_history("schedule", "AZ/18+")]


def test_a_version_that_ended_is_put_right_too(db):
    first = versions()[0]
    ministry = officer("administrator", scope=NATION)
    send(ministry, AZ.format("ghi"), **LONGER, **day("since", TODAY), act="keep")
    told = LONGER | {"gap_1_least": "29"}
    send(ministry, AZ.format("ghi"), **told, **day("since", first.in_force_from), **day("until", TODAY - timedelta(days=1)), act="keep")
    assert [one.data["intervals"][0]["least"] for one in versions()] == [35, 29]


def test_a_version_to_come_is_taken_back_and_the_one_before_holds_on(db):
    ministry = officer("administrator", scope=NATION)
    send(ministry, AZ.format("ghi"), **LONGER, **day("since", TODAY + timedelta(days=10)), act="keep")
    coming = versions()[0]
    send(ministry, AZ.format("ghi"), act="withdraw", entry=str(coming.id), why="Bộ hoãn")
    assert [(one.data["intervals"][0]["least"], one.in_force_to) for one in versions()] == [(28, None)]
    assert len(campaigns.rule_history("schedule", "AZ/18+")) == 4
    answer = send(ministry, AZ.format("ghi"), act="withdraw", entry=str(versions()[0].id), why="Thử")
    assert answer.status_code == 422
    assert "đã có hiệu lực" in words(answer)


def test_a_wrong_box_is_named_and_what_was_typed_stays(db):
    ministry = officer("administrator", scope=NATION)
    answer = send(ministry, AZ.format("ghi"), **LONGER | {"gap_1_least": "90"}, **day("since", TODAY), act="preview")
    assert "90" in words(answer) or 'value="90"' in answer.content.decode()
    assert len(campaigns.rule_history("schedule", "AZ/18+")) == 1


def test_every_kind_of_rule_opens_in_boxes_and_reads_back_as_it_was(db):
    ministry = officer("administrator", scope=NATION)
    for kind in ("vaccine", "schedule", "mixing", "additional", "booster", "infection_wait", "local_interval", "priority_group", "policy"):
        for one in versions(kind, "")[:3]:
            page = ministry.get(f"{ROOT}/quy-dinh/xem/{one.kind}/{one.key}")
            assert page.status_code == 200, (one.kind, one.key)
            form = page.context["form"] if page.context else None
            assert form is None or not form.errors


def test_the_form_tells_the_same_rule_that_it_was_filled_with(db):
    """Saving without a change makes no difference in what the rule says."""
    from khien.surfaces.command.rule_forms import form_of
    from khien.surfaces.command.rule_words import difference

    for kind in ("vaccine", "schedule", "mixing", "additional", "booster", "infection_wait", "local_interval", "priority_group", "policy"):
        for one in versions(kind, ""):
            blank = form_of(kind, on=TODAY, old=one.data, since=TODAY, source="QĐ thử")
            posted: dict[str, object] = {"reason": "Thử"} | day("since", TODAY)
            for field in blank:
                value = field.value()
                if field.name != "reason" and value not in (None, False) and field.name not in ("since", "until"):
                    posted[field.name] = value if isinstance(value, list) else str(value)
            from django.http import QueryDict

            sent = QueryDict(mutable=True)
            for name, value in posted.items():
                sent.setlist(name, value if isinstance(value, list) else [value])
            form = form_of(kind, sent, on=TODAY, old=one.data)
            assert form.is_valid(), (one.kind, one.key, form.errors)
            assert difference(kind, one.data, form.rule_data(one.data)) == [], (one.kind, one.key)


def test_a_new_vaccine_and_its_schedule_are_made_from_boxes(db):
    ministry = officer("administrator", scope=NATION)
    vaccine = {
        "code": "thu1", "short_vi": "Thử Một", "short_en": "Trial One", "name": "Trial One", "maker": "Nhà máy thử", "platform": "mrna", "observation_minutes": "30",
        "storage_vi": "2 đến 8 °C", "storage_en": "2 to 8 °C", "doses_per_vial": "5, 10", "source": "QĐ thử", "reason": "Vắc xin mới",
    }  # fmt: skip
    assert send(ministry, "/quy-dinh/moi/vaccine", **vaccine, **day("since", TODAY), act="keep").status_code == 302
    schedule = LONGER | {"vaccine": "THU1", "age_from": "12", "age_to": "17"}
    assert "Tiêm được" in words(send(ministry, "/quy-dinh/moi/schedule", **schedule, **day("since", TODAY), act="preview"))
    assert send(ministry, "/quy-dinh/moi/schedule", **schedule, **day("since", TODAY), act="keep").status_code == 302
    assert campaigns.rulebook().on(TODAY).vaccines["THU1"].doses_per_vial == (5, 10)
    assert versions("schedule", "THU1/12-17")


def test_a_province_changes_what_is_its_own_and_nothing_of_the_country(db):
    city = officer("planner", scope=CITY)
    assert send(city, AZ.format("ghi"), **LONGER, **day("since", TODAY), act="keep").status_code == 403
    assert send(officer("administrator", scope=CITY), AZ.format("ghi"), **LONGER, **day("since", TODAY), act="keep").status_code == 403
    local = {"start": "49", "source": "CV thử", "reason": "Thử"} | day("since", TODAY)
    assert send(city, "/quy-dinh/ghi/local_interval/AZ/79", **local, act="keep").status_code == 302
    assert send(officer("planner", scope=FAR), "/quy-dinh/ghi/local_interval/AZ/79", **local, act="keep").status_code == 403
    other = {"vaccine": "AZ", "province": "01"} | local
    assert send(city, "/quy-dinh/moi/local_interval", **other, act="keep").status_code == 200
    assert not versions("local_interval", "AZ/01")


def test_an_officer_of_a_province_of_2025_decides_for_the_old_provinces_in_it(db):
    page = officer("planner", scope=Scope("province", "79", "2025")).get(f"{ROOT}/quy-dinh/nhom-cua-tinh").content.decode()
    assert 'value="79"' in page
    assert 'value="77"' in page
    assert 'value="01"' not in page


def test_a_district_has_no_groups_of_its_own(db):
    assert officer("planner", scope=Scope("district", make.BINH_THANH, "2021")).get(f"{ROOT}/quy-dinh/nhom-cua-tinh").status_code == 403


def test_a_new_wording_of_the_consent_leaves_the_one_people_signed(db):
    ministry = officer("administrator", scope=NATION)
    before = campaigns.consent_text(on=TODAY).version
    told = {"version": "thu-2", "text_vi": "Tôi đồng ý.", "text_en": "I agree.", "source": "QĐ thử", "reason": "Thử"} | day("since", TODAY + timedelta(days=5))
    assert send(ministry, "/quy-dinh/loi-dong-y/moi", **told).status_code == 302
    assert campaigns.consent_text(on=TODAY).version == before
    assert campaigns.consent_text(on=TODAY + timedelta(days=5)).version == "thu-2"
    assert "Sắp có hiệu lực" in read(ministry, "/quy-dinh/loi-dong-y")
    assert "đã ký không sửa được" in words(send(ministry, "/quy-dinh/loi-dong-y/moi", **told))
    assert officer("administrator", scope=CITY).get(f"{ROOT}/quy-dinh/loi-dong-y/moi").status_code == 403


def test_a_preview_leaves_no_trace(db):
    from khien.plumbing import access_log

    before = [one.action for one in access_log.latest(prefix="campaigns.", before=None, limit=50)]
    campaign_acts.preview_rule(
        kind="policy", key="guardian", data={"under_age": 16}, in_force_from=TODAY, in_force_to=None, by=make.BY, at=make.AT, today=TODAY
    )
    assert [one.action for one in access_log.latest(prefix="campaigns.", before=None, limit=50)] == before
