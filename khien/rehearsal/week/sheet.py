"""The score sheet: one page that stands alone, to be read on a screen and printed; Vietnamese with English beneath."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from khien.rehearsal.week import plots, score
from khien.rehearsal.week.score import SiteDay
from khien.rehearsal.week.words import DESKS, FAULTS, FIGURES, FIXES, SHAPES, SPECIAL, TABLETS, ZEROS, Pair

STYLE = """
:root{--teal:#00605b;--soft:#e4f1ef;--ink:#14212b;--second:#4a5964;--line:#d3dcdd;--quiet:#f3f6f6;--ready:#1d6b2f;--stop:#a3221c;--wait:#8a5a00}
*{box-sizing:border-box}body{margin:0 auto;padding:24px 16px 48px;max-width:1040px;font:17px/1.5 "Be Vietnam Pro","Noto Sans",system-ui,sans-serif;color:var(--ink);background:#fff}
h1{font-size:30px;line-height:1.25;margin:0}h2{font-size:22px;line-height:1.3;margin:40px 0 4px}h3{font-size:18px;margin:24px 0 4px}
.en{color:var(--second);font-size:15px;margin:0 0 12px}small,.en{display:block}td .en,th .en,dt .en,li .en,.verdict .en{margin:0}
.verdict{border-left:6px solid var(--ready);background:var(--soft);padding:14px 18px;margin:20px 0;font-size:19px}.verdict.bad{border-color:var(--stop);background:#fbeceb}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:16px}th,td{text-align:left;padding:7px 12px 7px 0;border-bottom:1px solid var(--line);vertical-align:top}
th{font-weight:600}thead th{color:var(--second);font-size:15px}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}td.n{white-space:nowrap}
.ok{color:var(--ready);font-weight:600}.no{color:var(--stop);font-weight:600}.some{color:var(--wait);font-weight:600}
dl.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px 20px;margin:12px 0}dl.figures dd{margin:0;font-size:26px;font-weight:600;line-height:1.2}
dl.figures dt{font-size:15px;line-height:1.35}dl.figures div{display:flex;flex-direction:column-reverse;justify-content:flex-end;border-top:2px solid var(--teal);padding-top:6px}
.grid{display:grid;grid-template-columns:repeat(auto-fit,minmax(230px,1fr));gap:16px 24px}figure{margin:0}figcaption{font-size:15px;font-weight:600}
svg{width:100%;height:auto;display:block}svg text{font:11px system-ui,sans-serif;fill:var(--second)}svg.bars text{text-anchor:middle;font-size:10px}svg.bars rect{fill:var(--teal)}
svg.bars path,svg .bed,svg path.grid{stroke:var(--line);fill:none}svg .bed{stroke-width:4}svg .reach{stroke:#6fa7a2;stroke-width:5}svg circle{fill:var(--teal)}
svg text.n{fill:var(--ink)}svg.line text.h{text-anchor:middle}svg .fault{fill:var(--stop)}svg .after{fill:#e3a29f}svg.spread,svg.line{max-width:720px}
ul{padding-left:20px;margin:6px 0}li{margin:4px 0}.sign{display:grid;grid-template-columns:1fr 1fr;gap:40px;margin-top:48px}.sign p{border-top:1px solid var(--ink);padding-top:6px;margin:64px 0 0}
@media (max-width:560px){td.n{white-space:normal}table{font-size:15px}th,td{padding-right:8px}th:first-child,td:first-child{min-width:7.5em}thead th{font-size:13px}svg.line{min-width:600px}
table.folds thead{display:none}table.folds tr{display:block;border-bottom:1px solid var(--line);padding:7px 0}table.folds td{display:block;border:0;padding:1px 0}
table.folds td.n{display:flex;justify-content:space-between}table.folds td.n::before{content:attr(data-head);color:var(--second)}}
@media print{body{font-size:11pt;padding:0;max-width:none}h2{break-after:avoid}section,figure,tr{break-inside:avoid}.day{break-before:page}}
"""


def page(result: dict[str, Any]) -> str:
    """The whole sheet as HTML."""
    days: list[SiteDay] = result["raw"]
    parts = [_head(result), _zeros(result["totals"]), _figures(result["totals"]), _persons(result), _crowd(result), _points(days), _tablets(result), _faults(result), _help(days)]
    parts += [_waits(days), *(_day(day, days) for day in sorted({one.day for one in days})), _fix(days), _promises(result), _signatures()]
    title = f"Tổng diễn tập {result['first_day']}"
    return (
        f'<!doctype html>\n<html lang="vi"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>'
        f"<style>{STYLE}</style></head><body>{''.join(parts)}</body></html>\n"
    )


def _two(pair: Pair) -> str:
    return f'{escape(pair[0])}<small class="en" lang="en">{escape(pair[1])}</small>'


def _heading(vi: str, en: str, level: int = 2) -> str:
    return f'<h{level}>{escape(vi)}</h{level}><p class="en" lang="en">{escape(en)}</p>'


def _number(value: Any) -> str:
    """A number as Viet Nam writes it."""
    if isinstance(value, float):
        return f"{value:.1f}".rstrip("0").rstrip(".").replace(".", ",")
    return f"{value:,}".replace(",", ".") if isinstance(value, int) else escape(str(value))


def _table(heads: Sequence[Pair], rows: Iterable[Sequence[str]], *, numbers: bool = True, folds: bool = False) -> str:
    """A table whose first column names its row; the others are numbers unless told otherwise. One that `folds` stands on a phone as lists."""
    css = ' class="n"' if numbers else ""
    head = "".join(f"<th{css if place else ''}>{_two(pair)}</th>" for place, pair in enumerate(heads))
    named = [f' data-head="{escape(vi)}"' if folds and place else "" for place, (vi, _) in enumerate(heads)]
    body = "".join("<tr>" + "".join(f"<td{css if place else ''}{named[place]}>{cell}</td>" for place, cell in enumerate(row)) + "</tr>" for row in rows)
    many = ' class="folds"' if folds else ""
    return f'<div class="wide"><table{many}><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _head(result: dict[str, Any]) -> str:
    good = result["passed"]
    vi = "Đạt: không mất, không trùng, không thiếu liều nào, mọi cam kết giữ được." if good else "Chưa đạt: xem các dòng đỏ dưới đây."
    en = "Passed: nothing lost, doubled or unaccounted for; every promise held." if good else "Not passed: see the red lines below."
    if stopped := result.get("stopped"):
        day, at = stopped.removeprefix("day ").split(", ")
        vi, en = f"Dừng giữa chừng, ngày {day} lúc {at}: phiếu này chỉ kể phần đã diễn.", f"Stopped on day {day} at {at}: this sheet tells only what was played."
    facts = f"{result['days']} ngày từ {_dmy(result['first_day'])}, {result['sites']} điểm, {_number(result['people'])} người, hạt giống {result['seed']}"
    return (
        f"<header>{_heading('Phiếu điểm tổng diễn tập', 'Score sheet of the rehearsal', 1)}<p>{facts}; chạy {_number(result['seconds'])} giây, "
        f'{_number(result["requests"])} yêu cầu.</p><div class="verdict{"" if good else " bad"}">{_two((vi, en))}</div></header>'
    )


def _dmy(iso: str) -> str:
    return "/".join(reversed(iso.split("-")))


def _zeros(totals: dict[str, Any]) -> str:
    rows = [[_two(pair), f'<span class="{"no" if totals[name] else "ok"}">{_number(totals[name])}</span>'] for name, pair in ZEROS]
    return "<section>" + _heading("Những số phải bằng không", "Figures that must be zero") + _table((("Việc", "What"), ("Số", "Count")), rows) + "</section>"


def _figures(totals: dict[str, Any]) -> str:
    cells = "".join(f"<div><dt>{_two(pair)}</dt><dd>{_number(totals[name])}</dd></div>" for name, pair in FIGURES)
    return f'<section>{_heading("Cả đợt", "The whole rehearsal")}<dl class="figures">{cells}</dl></section>'


def _persons(result: dict[str, Any]) -> str:
    told = result["totals"]
    tally = result["tally"]
    rows = [
        [_two(("Nhầm phiếu, nhầm số giấy tờ", "Wrong slips, wrong numbers")), _number(told["wrong_persons"])],
        [_two(("Chặn hoặc sửa trước mũi tiêm", "Caught or put right before the needle")), f"{_number(told['caught'])} ({_number(told['caught_share'] * 100)} %)"],
        [_two(("Sửa sau đó, trong ngày", "Put right later that day")), _number(told["corrected"])],
        [_two(("Mã QR lạ bị từ chối", "Foreign QR codes refused")), _number(tally.get("wrong_qr refused", 0))],
        [_two(("Dừng vì lô bị thu hồi", "Stopped at the recalled lot")), _number(tally.get("stopped at the lot", 0))],
    ]
    return "<section>" + _heading("Đúng người", "The right person") + _table((("Việc", "What"), ("Số", "Count")), rows) + "</section>"


def _crowd(result: dict[str, Any]) -> str:
    """Who was asked for, and who stood at the door; the days unlike the others."""
    told = result["crowd"]
    rows = []
    for name, pair in SHAPES.items():
        asked = f"{_number(told['asked'][name] * 100)} %" if name in told["asked"] else ""
        came = {"no_show": "", "family": "", "walk_in": ""}.get(name, _number(told["came"].get(name, 0)))
        rows.append([_two(pair), asked, _number(told["made"].get(name, 0)), came])
    heads = (("Ai", "Who"), ("Tỷ lệ đặt", "Share asked"), ("Trong đám đông", "In the crowd"), ("Đã đến cửa", "At the door"))
    special = [
        [f"{_two(SPECIAL[one['kind']])}<small class='en'>{escape(one['name'])}, ngày {one['day']}</small>", _number(one["came"]), _number(one["injected"]), _number(one["alone"]), _number(one["on_paper"])]
        for one in told["special"]
    ]
    days = (("Ngày khác thường", "A day unlike the others"), ("Đến", "Came"), ("Tiêm", "Doses"), ("Đón khi mất mạng", "Received without a line"), ("Giấy", "Paper"))
    return "<section>" + _heading("Đám đông", "The crowd") + _table(heads, rows) + (_table(days, special, folds=True) if special else "") + "</section>"


def _tablets(result: dict[str, Any]) -> str:
    """What real tablets did at their screens, or why there was none."""
    told = result["tablets"]
    heading = _heading("Máy bảng thật", "Real tablets")
    if told["missing"]:
        vi, en = "Không có: mọi máy bảng chỉ được đóng bằng giao thức, không bằng màn hình thật.", f"None: {told['missing']}. Tablets were played by the protocol alone, not at real screens."
        return f'<section>{heading}<p class="some">{_two((vi, en))}</p></section>'
    cells = "".join(f"<div><dt>{_two(pair)}</dt><dd>{_number(told[name])}</dd></div>" for name, pair in TABLETS)
    return f'<section>{heading}<dl class="figures">{cells}</dl></section>'


def _points(days: Sequence[SiteDay]) -> str:
    heads = (
        ("Điểm, ngày", "Point, day"), ("Đến", "Came"), ("Tiêm", "Doses"), ("Giấy", "Paper"), ("Chờ 95 %", "Wait 95 %"), ("Hàng dài nhất", "Longest queue"),
        ("Ghi muộn", "Late"), ("Hủy", "Wasted"), ("Đã ký", "Signed"),
    )  # fmt: skip
    rows = []
    for day in days:
        waits = [wait for desk in day.desks if desk.name != "keying" for wait in desk.waits]
        longest = max((desk.longest for desk in day.desks if desk.name != "keying"), default=0)
        rows.append([
            f"{escape(day.name)}<small class='en'>ngày {day.day}, {escape(day.vaccine)}</small>", _number(day.came), _number(day.injected), _number(day.on_paper),
            _number(round(score.quantile(waits, 0.95), 1)), _number(longest), _number(score.late([day])[0]), _number(day.wasted),
            '<span class="ok">có</span>' if day.signed else '<span class="no">chưa</span>',
        ])  # fmt: skip
    return "<section>" + _heading("Từng điểm", "Each point") + _table(heads, rows, folds=True) + "</section>"


def _faults(result: dict[str, Any]) -> str:
    found = result["faults"]
    if not found:
        return ""
    heads = (("Sự cố", "Fault"), ("Ngày", "Day"), ("Nơi", "Where"), ("Trở lại sau", "Back after"))
    rows = []
    for one in found:
        where = f"điểm {one['site']}" if one["site"] > 0 else "cả thành phố"
        back = "không áp dụng" if "left_out" in one["facts"] else '<span class="no">chưa</span>' if one["minutes"] is None else f"{_number(round(one['minutes']))} phút"
        if "met_by" in one["facts"]:
            back = "không ai gặp"
        if one["seconds"]:
            back = f"{_number(one['seconds'])} giây máy"
        rows.append([_two(FAULTS[one["kind"]]), str(one["day"]), where, back])
    drawn = []
    for day in sorted({one["day"] for one in found}):
        lines = [
            (f"{FAULTS[one['kind']][0]}{f' ({one["site"]})' if one['site'] > 0 else ''}", one["begins"], min(one["ends"], 18 * 60),
             None if one["minutes"] is None else min(one["ends"], 18 * 60) + one["minutes"])
            for one in found if one["day"] == day
        ]  # fmt: skip
        named = f"Sự cố ngày {day}"
        drawn.append(f'<figure><figcaption>Ngày {day}</figcaption><div class="wide" role="region" tabindex="0" aria-label="{named}, cuộn ngang">{plots.timeline(lines, label=named)}</div></figure>')
    return f"<section>{_heading('Sự cố và lúc trở lại', 'Faults, and when all was as before')}{_table(heads, rows)}{''.join(drawn)}</section>"


def _help(days: Sequence[SiteDay]) -> str:
    told = score.helped(days)
    rows = [
        [_two((f"T{tier}, hẹn {bound} phút", f"T{tier}, within {bound} min")), _number(told[f"t{tier}"]), _number(told[f"t{tier}_in_time"]), _number(told[f"t{tier}_slowest"])]
        for tier, bound in ((1, 3), (2, 15))
    ]
    rows.append([_two(("Chưa ai trả lời", "Answered by nobody")), _number(told["unanswered"]), "", ""])
    heads = (("Ai trả lời", "Who answered"), ("Lần gọi", "Calls"), ("Đúng hẹn", "In time"), ("Chậm nhất (phút)", "Slowest (min)"))
    return "<section>" + _heading("Gọi hỗ trợ", "Calls for help") + _table(heads, rows) + "</section>"


def _waits(days: Sequence[SiteDay]) -> str:
    rows = []
    for name, pair in DESKS.items():
        waits = [wait for day in days for desk in day.desks if desk.name == name for wait in desk.waits]
        rows.append((pair[0], score.quantile(waits, 0.5), score.quantile(waits, 0.95)))
    drawn = plots.spread(rows, label="Thời gian chờ ở từng bàn, trung vị và 95 %")
    return f"<section>{_heading('Chờ ở từng bàn (phút): trung vị / 95 %', 'Waits at each desk (minutes): median / 95 %')}{drawn}</section>"


def _day(number: int, days: Sequence[SiteDay]) -> str:
    """People an hour at each desk of each point."""
    todays = [day for day in days if day.day == number]
    top = max((max(score.per_hour(desk.served).values(), default=0) for day in todays for desk in day.desks), default=1)
    parts = [_heading(f"Ngày {number}: số người mỗi giờ ở từng bàn", f"Day {number}: people an hour at each desk")]
    for day in todays:
        figures = []
        for desk in day.desks:
            if desk.served:
                vi = DESKS[desk.name][0]
                words = f"{vi}: {len(desk.served)} người, {_number(round(score.pace(desk.served), 1))} người/giờ, {desk.hands} người làm, hàng dài nhất {desk.longest}"
                figures.append(f"<figure><figcaption>{escape(words)}</figcaption>{plots.hours(score.per_hour(desk.served), label=words, top=top)}</figure>")
        parts.append(f'<h3>{escape(day.name)}</h3><div class="grid">{"".join(figures)}</div>')
    return f'<section class="day">{"".join(parts)}</section>'


def _fix(days: Sequence[SiteDay]) -> str:
    parts = []
    for day in days:
        lines = []
        for code, facts in score.to_fix(day):
            vi, en = FIXES[code]
            words = [text.format(**(facts | ({"desk": DESKS[facts["desk"]][i]} if "desk" in facts else {}))) for i, text in enumerate((vi, en))]
            lines.append(f"<li>{_two((words[0], words[1]))}</li>")
        told = f"<ul>{''.join(lines)}</ul>" if lines else '<p class="ok">Không có gì phải sửa.</p>'
        parts.append(f"<h3>{escape(day.name)}, ngày {day.day}</h3>{told}")
    return f'<section class="day">{_heading("Từng điểm phải sửa gì", "What each point must fix")}{"".join(parts)}</section>'


def _promises(result: dict[str, Any]) -> str:
    rows = [[f"<code>{escape(name)}</code>", '<span class="ok">giữ</span>' if holds else '<span class="no">gãy</span>'] for name, holds in result["invariants"].items()]
    told = "".join(f"<li>{escape(one)}</li>" for one in result["surprises"])
    more = f"{_heading('Ngoài dự kiến', 'Surprises', 3)}<ul>{told}</ul>" if told else ""
    return "<section>" + _heading("Cam kết của hệ thống", "Promises of the system") + _table((("Cam kết", "Promise"), ("", "")), rows, numbers=False) + more + "</section>"


def _signatures() -> str:
    return '<div class="sign"><p>Người chấm<small class="en" lang="en">Scored by</small></p><p>Ban chỉ đạo<small class="en" lang="en">Committee</small></p></div>'
