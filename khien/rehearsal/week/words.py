"""The words of the score sheet, Vietnamese and English."""

Pair = tuple[str, str]

DESKS: dict[str, Pair] = {
    "reception": ("Tiếp đón", "Reception"), "screening": ("Khám sàng lọc", "Screening"), "injection": ("Tiêm", "Injection"),
    "closing": ("Theo dõi, ra về", "Observation, leaving"), "keying": ("Nhập phiếu giấy", "Keying of paper"),
    "tablet": ("Máy bảng, mọi bàn", "A tablet, every desk"),
}  # fmt: skip
FAULTS: dict[str, Pair] = {
    "network": ("Mất mạng", "Network cut"), "otp": ("Cổng tin nhắn im", "SMS gateway silent"), "lot": ("Thu hồi lô", "Lot recalled"),
    "staff": ("Thiếu điều dưỡng tiêm", "No nurse came"), "power": ("Mất điện", "Power cut"), "clock": ("Đồng hồ máy sai một ngày", "Clock a day wrong"),
    "server": ("Máy chủ bị giết", "Server killed"), "printer": ("Không có máy in", "No printer"),
}  # fmt: skip
FIGURES: tuple[tuple[str, Pair], ...] = (
    ("came", ("Người đến", "People who came")), ("received", ("Đã đón", "Received")), ("injected", ("Mũi tiêm", "Doses given")),
    ("on_paper", ("Ghi trên giấy", "Written on paper")), ("sheets", ("Phiếu đã nhập", "Sheets keyed")), ("wait_median", ("Chờ, trung vị (phút)", "Wait, median (min)")),
    ("wait_95", ("Chờ, 95 % (phút)", "Wait, 95 % (min)")), ("longest_queue", ("Hàng dài nhất", "Longest queue")), ("records_late", ("Mũi ghi sau 2 phút", "Doses recorded after 2 min")),
    ("wasted", ("Liều hủy", "Doses thrown away")),
)  # fmt: skip
ZEROS: tuple[tuple[str, Pair], ...] = (
    ("lost", ("Mũi mất", "Doses lost")), ("duplicates", ("Mũi ghi trùng", "Doses doubled")), ("unaccounted", ("Liều không rõ đi đâu", "Doses unaccounted for")),
    ("unexplained", ("Số phiếu chưa rõ", "Paper serials unexplained")), ("wrong_verdicts", ("Đề xuất sai", "Wrong verdicts")),
    ("wrong_days", ("Mũi ghi sai ngày", "Doses on a wrong day")),
)  # fmt: skip
FIXES: dict[str, Pair] = {
    "wait": ("Bàn {desk}: một trong hai mươi người chờ hơn {minutes} phút với {hands} người làm; thêm người hoặc giãn giờ hẹn.",
             "{desk}: one in twenty waited over {minutes} min with {hands} staff; add hands or spread the appointments."),
    "opened_late": ("Mở muộn {minutes} phút.", "Opened {minutes} min late."),
    "late_records": ("{doses} mũi ghi muộn, lâu nhất {minutes} phút: tập mang buổi về máy trước giờ và nhập phiếu ngay khi có mạng.",
                     "{doses} doses recorded late, the slowest after {minutes} min: practise working without a line and keying sheets at once."),
    "wrong_person": ("{missed} lần nhầm người không bị chặn trước mũi tiêm, {corrected} lần đã sửa trong ngày.",
                     "{missed} wrong persons not caught before the needle, {corrected} put right that day."),
    "wasted": ("Hủy {doses} liều trên {given} mũi: mở lọ cuối khi đủ người.", "{doses} doses thrown away for {given} given: open the last vial when enough people wait."),
    "help": ("{calls} lần gọi hỗ trợ chậm hơn hẹn (T1 3 phút, T2 15 phút).", "{calls} calls for help answered late (T1 3 min, T2 15 min)."),
    "lost": ("Mất {n} mũi.", "{n} doses lost."), "duplicates": ("{n} mũi ghi trùng.", "{n} doses doubled."),
    "unaccounted": ("{n} chênh lệch liều chưa rõ.", "{n} differences of doses unexplained."), "unexplained": ("{n} số phiếu chưa rõ.", "{n} serials unexplained."),
    "wrong_verdicts": ("{n} đề xuất khác bác sĩ.", "{n} proposals other than the doctor's."), "wrong_days": ("{n} mũi ghi sai ngày.", "{n} doses on a wrong day."),
    "surprises": ("{n} việc ngoài dự kiến, xem cuối trang.", "{n} surprises, see the end."), "unsigned": ("Báo cáo ngày chưa ký.", "The day's report is not signed."),
    "slow_screen": ("Màn hình máy bảng chậm {slow} lần, đứng hẳn {stuck} lần: người đó đã qua bàn khác; xem máy có yếu quá không.",
                    "The tablet's screen was slow {slow} times and stood still {stuck} times: those people went on at other desks; see whether the device is too weak."),
}  # fmt: skip
SHAPES: dict[str, Pair] = {
    "early": ("Đến sớm", "Early birds"), "late": ("Đến trễ", "Late"), "no_show": ("Không đến", "No-shows"), "wrong_qr": ("Mã QR lạ", "A foreign QR code"),
    "family": ("Đi cả nhà", "Families together"), "walk_in": ("Không hẹn trước", "Walk-ins"), "namesake": ("Trùng tên, trùng ngày sinh", "Namesakes of one birth date"),
    "swapped": ("Cầm nhầm phiếu", "Swapped slips"), "no_id": ("Không có giấy tờ tốt", "Without a good ID"), "mistyped": ("Số giấy tờ gõ sai", "ID typed wrong"),
    "fever": ("Sốt", "Feverish"), "refer": ("Phải chuyển viện", "To be referred"), "contra": ("Chống chỉ định", "Contraindicated"), "refuse": ("Từ chối", "Refuse"),
    "withdraw": ("Bỏ về", "Give up waiting"), "leave": ("Tự ý ra về sau tiêm", "Leave early"), "reaction": ("Có phản ứng", "React"), "faint": ("Ngất", "Faint"),
    "help": ("Bàn gọi hỗ trợ", "Desk asks for help"),
}  # fmt: skip
SPECIAL: dict[str, Pair] = {
    "tablets": ("Một phần mười cả đợt trong một ngày, trên bốn máy bảng", "A tenth of everybody in one day, on four tablets"),
    "hall": ("Sáu phần mười cả đợt trong một ngày, một hội trường", "Six tenths of everybody in one day, at one hall"),
    "walk_in": ("Một ngày không hẹn trước", "A day of walk-ins only"), "paper": ("Một buổi chiều toàn giấy", "An afternoon on paper"),
}  # fmt: skip
TABLETS: tuple[tuple[str, Pair], ...] = (
    ("people", ("Người được tiêm qua màn hình thật", "People served at real screens")), ("alone", ("Trong đó lúc mất mạng", "Of them without a line")),
    ("held", ("Phiếu máy giữ khi có mạng lại", "Commands held when the line came back")), ("sent_after", ("Giây máy đến khi gửi hết", "Machine seconds until all was sent")),
    ("refused", ("Phiếu bị từ chối", "Commands refused")), ("slow", ("Lần màn hình chậm", "Slow screens")), ("stuck", ("Lần màn hình đứng, người qua bàn khác", "Screens that stood still; the person went to other desks")),
    ("seconds_each", ("Giây máy mỗi người, mọi bàn", "Machine seconds a person, every desk")),
)  # fmt: skip
