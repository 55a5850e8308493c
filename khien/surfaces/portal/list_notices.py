"""What a list's page says beside its rows: sheets that were not read, and the rows that hold nobody."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from khien.registration.types import ListCard

_SHEETS = ("sheet_unread", "sheet_hidden", "sheet_doubled")
HIDDEN, HIDDEN_COLUMN = "rows_hidden", "column_hidden"


def unread_sheets(card: ListCard) -> list[str]:
    """A sentence for each sheet of the file that was not read, or not whole: whoever stands there is not in the list."""
    return [_sheet(one["sheet"], one["why"]) for one in card.skipped_rows if one["why"] in _SHEETS]


def _sheet(name: str, why: str) -> str:
    if why == "sheet_hidden":
        return _("Trang “%(sheet)s” đang ẩn trong tệp nên chưa được đọc. Người ở trang đó chưa có ở đây: bỏ ẩn trang rồi gửi lại tệp.") % {"sheet": name}
    if why == "sheet_doubled":
        return _(
            "Trang “%(sheet)s” có hai bảng cạnh nhau: chỉ bảng bên trái được đọc. Người ở bảng bên phải chưa có ở đây: chuyển bảng đó sang trang khác rồi gửi lại tệp."
        ) % {"sheet": name}
    return _(
        "Trang “%(sheet)s” chưa được đọc: không thấy dòng tiêu đề có cột họ tên. Người ở trang đó chưa có ở đây: thêm dòng tiêu đề rồi gửi lại tệp."
    ) % {"sheet": name}


def put_away(card: ListCard) -> list[str]:
    """A sentence for each sheet with rows, and for each column, that a filter or a hand has put away: they were read too."""
    rows = [
        ngettext(
            "Trang “%(sheet)s” có một dòng đang ẩn trong tệp: người ở dòng đó cũng đã được đọc. Không gửi người đó thì bấm “Bỏ dòng này”.",
            "Trang “%(sheet)s” có %(num)s dòng đang ẩn trong tệp: người ở các dòng đó cũng đã được đọc. Không gửi ai thì bấm “Bỏ dòng này” ở dòng của người đó.",
            one["count"],
        )
        % {"sheet": one["sheet"], "num": one["count"]}
        for one in card.skipped_rows
        if one["why"] == HIDDEN
    ]
    return rows + [
        _("Cột “%(heading)s” ở trang “%(sheet)s” đang ẩn trong tệp và cũng đã được đọc. Nếu là số liệu cũ thì xoá cột rồi gửi lại tệp.")
        % {"sheet": one["sheet"], "heading": one["heading"]}
        for one in card.skipped_rows
        if one["why"] == HIDDEN_COLUMN
    ]


def left_out(card: ListCard) -> list[str]:
    """The rows that hold nobody, each as the spreadsheet counts it, with its sheet where there are several."""
    several = len(card.sections) > 1
    rows = [one for one in card.skipped_rows if one["why"] not in (*_SHEETS, HIDDEN, HIDDEN_COLUMN)]
    return [f"{one['row']} ({one['sheet']})" if several and one["sheet"] else str(one["row"]) for one in rows]


def sheet_of(card: ListCard, section: int) -> str:
    """The sheet where a row stands, when the file has several lists."""
    return str(card.sections[section]["sheet"]) if len(card.sections) > 1 and section < len(card.sections) else ""
