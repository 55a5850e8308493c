"""Maps and charts: every place is drawn, named and in the right colour; nothing carries a style attribute."""

import json
import re

import pytest

from khien.surfaces.web import charts, maps, qr


@pytest.mark.parametrize(("epoch", "count"), [("2021", 63), ("2025", 34)])
def test_the_map_names_every_province_with_its_value(epoch, count):
    names = maps.names(epoch)
    assert len(names) == count
    drawn = maps.provinces(dict.fromkeys(names, 0.784), maps.Scale.shares(), title="Đủ 2 mũi", epoch=epoch)
    titles = re.findall(r"<title>([^<]*)</title>", drawn)
    assert all(f"{name}: 78,4\u00a0%" in titles for name in names.values())
    assert " style=" not in drawn


@pytest.mark.parametrize("epoch", ["2021", "2025"])
def test_hoang_sa_and_truong_sa_stand_on_every_map_in_the_colour_of_their_province(epoch):
    values = dict.fromkeys(maps.names(epoch), 0.5) | {"48": 0.85, "56": 0.95}
    drawn = maps.provinces(values, maps.Scale.shares(), title="x", epoch=epoch)
    assert re.search(r'<g class="kh-map__4"><circle.*?<title>Quần đảo Hoàng Sa \(Đà Nẵng\): 85,0', drawn)
    assert re.search(r'<g class="kh-map__5"><circle.*?<title>Quần đảo Trường Sa \(Khánh Hòa\): 95,0', drawn)
    assert "QĐ. Hoàng Sa" in drawn
    assert "QĐ. Trường Sa" in drawn


def test_the_archipelagos_are_never_drawn_on_the_mainland_of_their_province():
    for province, district, name in (("48", "498", "Hoàng Sa"), ("56", "576", "Trường Sa")):
        drawn = maps.districts(province, {district: 0.7}, maps.Scale.shares(), title="x")
        assert re.search(rf"<circle[^>]*/><title>{name}: 70,0", drawn)


def test_every_district_of_2021_is_on_the_map_of_its_province():
    data = json.loads((maps.DATA / "districts_2021.json").read_text(encoding="utf-8"))
    assert sum(len(province["units"]) for province in data.values()) == 705
    for code, province in data.items():
        assert maps.districts(code, {}, maps.Scale.shares(), title="x").count("<title>") == len(province["units"])


def test_a_linked_map_is_a_group_and_the_table_keeps_the_keyboard():
    values = dict.fromkeys(maps.names(), 0.7)
    linked = maps.provinces(values, maps.Scale.shares(), title="x", href=lambda code: f"/so-lieu/{code}")
    assert 'role="group"' in linked
    assert linked.count('tabindex="-1"') == 65
    assert 'role="img"' in maps.provinces(values, maps.Scale.shares(), title="x")


def test_borders_of_classes_belong_to_the_class_above():
    scale = maps.Scale.shares()
    assert [scale.step(v) for v in (None, 0.0, 0.5999, 0.6, 0.8999, 0.9, 1.0)] == [0, 1, 1, 2, 4, 5, 5]
    assert scale.words[0] == "dưới 60\u00a0%"
    counts = maps.Scale.counts([0, 0, 0, 0])
    assert len(set(counts.borders)) == 4


def test_a_province_with_no_dose_yet_is_told_apart_from_one_with_few_and_from_one_that_is_not_known():
    values = dict.fromkeys(maps.names(), 3.0) | {"01": 0.0, "04": None}
    drawn = maps.figure(values, maps.Scale.counts([3, 50, 400]), title="Mũi tiêm")
    assert re.search(r'<g class="kh-map__zero"><path[^>]*/><title>Hà Nội: 0</title>', drawn)
    assert re.search(r'<g class="kh-map__0"><path[^>]*/><title>Cao Bằng: chưa có số liệu</title>', drawn)
    assert '<rect class="kh-map__zero" width="20" height="12"/></svg>0</li>' in drawn
    assert "chưa có số liệu</li>" in drawn


def test_a_map_says_that_it_is_schematic_and_what_has_no_numbers():
    figure = maps.figure({"01": None, "48": 0.7}, maps.Scale.shares(), title="Đủ 2 mũi")
    assert "giản lược" in figure
    assert "chưa có số liệu" in figure


def test_a_place_without_a_value_is_told_in_the_words_of_its_map_and_the_legend_names_its_colour():
    without = maps.Without(listed="hôm nay nghỉ", unlisted="chưa có điểm")
    drawn = maps.figure({"01": None, "48": 0.7}, maps.Scale.shares(), title="x", without=without)
    assert "<title>Hà Nội: hôm nay nghỉ</title>" in drawn
    assert "<title>Cao Bằng: chưa có điểm</title>" in drawn
    assert re.search(r'<rect class="kh-map__0"[^>]*/></svg>(hôm nay nghỉ; chưa có điểm|chưa có điểm; hôm nay nghỉ)</li>', drawn)
    assert "chưa có số liệu" not in drawn
    everywhere = maps.figure(dict.fromkeys(maps.names(), 0.7), maps.Scale.shares(), title="x", without=without)
    assert '<rect class="kh-map__0"' not in everywhere


def test_names_on_a_map_are_escaped():
    assert "<script>" not in maps.provinces({}, maps.Scale.shares(), title='"><script>alert(1)</script>')


def test_bars_keep_within_their_bed_and_show_the_plan():
    assert 'width="100"' in charts.bar(1.7).split("kh-bar__fill")[1]
    drawn = charts.stacked([0.7, 0.6], plan=0.63)
    widths = [float(w) for w in re.findall(r'kh-bar__[12]"[^>]*width="([\d.]+)"', drawn)]
    assert sum(widths) == 100
    assert 'kh-bar__plan" x="63"' in drawn


def test_charts_stand_up_to_no_days_one_day_and_nothing_done():
    for values in ([], [0], [0, 0, 0], [5]):
        labels = [str(n) for n in range(len(values))]
        assert "nan" not in charts.columns(values, labels, label="x")
        assert "nan" not in charts.lines([values], labels, label="x", area=True)
        assert "nan" not in charts.spark(values)


def test_a_bar_list_is_readable_without_the_drawing():
    drawn = charts.bars([charts.Line("12 đến 17 tuổi", 0.612, "61,2 %", "/so-lieu/tuoi")])
    assert '<dt><a href="/so-lieu/tuoi">12 đến 17 tuổi</a></dt>' in drawn
    assert "<b>61,2 %</b>" in drawn


def test_a_qr_code_on_a_page_reads_back():
    rows = qr.matrix("12345678901")
    assert {(x, y) for x, y, n in qr.runs(rows) for x in range(x, x + n)} == {
        (x, y) for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
    }
    assert 'role="img" aria-label="Mã của &lt;b&gt;"' in qr.svg("1", "Mã của <b>")


def test_classes_of_numbers_that_many_places_share_are_still_round():
    from khien.surfaces.web import maps

    assert maps.Scale.counts([2702.7] * 5 + [10810.8] * 4 + [0.0]).borders == (2700, 2800, 10000, 11000)
