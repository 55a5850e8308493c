"""Every text that leaves the house, in Vietnamese and English, as data.

An SMS names no disease and no full name: a phone lies on a table and a family shares it. Placeholders stand in braces;
`{place}` and `{link}` are words, `{day}` and `{hour}` are said as people read them.
"""

import string
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

# Lanes: what may wait stands behind what may not.
CODE, ALERT, TODAY, RESULT, FOLLOW_UP, CAMPAIGN = 1, 2, 3, 4, 5, 6
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
RESEND, WAIT = "resend", "wait"


@dataclass(frozen=True, slots=True)
class Template:
    """One text: its lane, how long it is worth sending, what to do when a try's outcome is unknown, and the wait between tries.

    RESEND within validity (a second copy does no harm); WAIT for the receipt first, then send once more.
    """

    name: str
    lane: int
    life: timedelta
    vi: str
    en: str
    subject_vi: str
    subject_en: str
    on_unknown: str = WAIT
    any_hour: bool = False
    first_wait: timedelta = 30 * timedelta(seconds=1)

    def text(self, language: str, facts: Mapping[str, str]) -> str:
        """Fill the text in; raise KeyError for a missing fact."""
        return " ".join((self.en if language == "en" else self.vi).format_map(dict(facts)).split())

    def subject(self, language: str) -> str:
        """The subject of an e-mail."""
        return self.subject_en if language == "en" else self.subject_vi

    @property
    def facts(self) -> frozenset[str]:
        """The placeholders of both languages."""
        return frozenset(name for text in (self.vi, self.en) for _, name, _, _ in string.Formatter().parse(text) if name)


_ALL = (
    Template(
        "code", CODE, 5 * MINUTE,
        "Khiên: mã xác nhận {code}, dùng đến {hour}. Không đưa mã này cho ai, kể cả người xưng là cán bộ.",
        "Khien: your code is {code}, good until {hour}. Give it to nobody, not even to someone who says they are staff.",
        "Mã xác nhận", "Your code", on_unknown=RESEND, any_hour=True, first_wait=timedelta(seconds=2),
    ),
    Template(
        "caller_code", CODE, 5 * MINUTE,
        "Khiên: mã {code}, dùng đến {hour}. Chỉ đọc cho tổng đài khi chính bạn đang gọi {hotline}. Không gọi thì không đưa cho ai.",
        "Khien: your code is {code}, good until {hour}. Read it out only if you are calling {hotline} yourself. If not, give it to nobody.",
        "Mã xác nhận", "Your code", on_unknown=RESEND, any_hour=True, first_wait=timedelta(seconds=2),
    ),
    Template(
        "alert", ALERT, 30 * MINUTE,
        "KHẨN: phản ứng nặng sau tiêm, ca {code}, {place}. Mời bác sĩ trực xem ngay.",
        "URGENT: severe reaction after a dose, case {code}, {place}. Doctor on duty, please look now.",
        "Khẩn: phản ứng sau tiêm", "Urgent: reaction", on_unknown=RESEND, any_hour=True, first_wait=timedelta(seconds=2),
    ),
    Template(
        "lot_recalled", ALERT, 7 * DAY,
        "{name}: lô thuốc tiêm ngày {day} của bạn đang được thu hồi. Bạn chưa cần làm gì. Thấy khác lạ: gọi {hotline}. Xem {link}.",
        "{name}: the lot of your dose of {day} is being recalled. You need not do anything now. If you feel unwell, call {hotline}. See {link}.",
        "Lô đã tiêm được thu hồi", "The lot of your dose is recalled",
    ),
    Template(
        "invited", TODAY, 7 * DAY,
        "{name}: mời đến tiêm {hour} {day} tại {place}. Mã {code}. Mang giấy tờ tùy thân. Bận: {link} hoặc {hotline}.",
        "{name}: please come for your dose {hour} {day} at {place}. Code {code}. Bring your ID. Cannot come: {link} or {hotline}.",
        "Lịch hẹn tiêm", "Your appointment",
    ),
    Template(
        "standby", TODAY, 3 * HOUR,
        "{name}: có chỗ tiêm, mời đến ngay, trước {hour}, tại {place}. Mã {code}. Mang giấy tờ tùy thân. Bận: {link} hoặc {hotline}.",
        "{name}: there is a place for you now: please come before {hour} to {place}. Code {code}. Bring your ID. Cannot come: {link} or {hotline}.",
        "Mời đến tiêm ngay", "Please come now", first_wait=timedelta(seconds=2),
    ),
    Template(
        "moved", TODAY, 7 * DAY,
        "{name}: lịch tiêm đổi thành {hour} {day} tại {place}. Mã mới {code}. Bận: {link} hoặc {hotline}.",
        "{name}: your appointment is now {hour} {day} at {place}. New code {code}. Cannot come: {link} or {hotline}.",
        "Lịch hẹn tiêm đã đổi", "Your appointment has moved",
    ),
    Template(
        "cancelled", TODAY, 2 * DAY,
        "{name}: lịch tiêm {hour} {day} (mã {code}) đã hủy. Vẫn giữ chỗ trong danh sách chờ. Hỏi: {hotline}.",
        "{name}: the appointment {hour} {day} (code {code}) is cancelled. You stay on the waiting list. Questions: {hotline}.",
        "Lịch hẹn tiêm đã hủy", "Your appointment is cancelled",
    ),
    Template(
        "withdrawn", TODAY, 2 * DAY,
        "{name}: đăng ký tiêm đã rút lại, lịch {hour} {day} (mã {code}) đã hủy. Vẫn muốn tiêm: đăng ký lại, hoặc gọi {hotline}.",
        "{name}: the registration is withdrawn, the appointment {hour} {day} (code {code}) is cancelled. To be vaccinated, register again or call {hotline}.",
        "Đăng ký tiêm đã rút lại", "Your registration is withdrawn",
    ),
    Template(
        "merged", TODAY, 2 * DAY,
        "{name}: hai hồ sơ đã gộp làm một, lịch tiêm {hour} {day} (mã {code}) đã hủy. Lịch còn lại vẫn giữ, xem {link}. Hỏi: {hotline}.",
        "{name}: your two records were joined, the appointment {hour} {day} (code {code}) is cancelled. The other one stands, see {link}. Questions: {hotline}.",
        "Gộp hai lịch hẹn tiêm", "Two appointments joined",
    ),
    Template(
        "reminder_day", TODAY, DAY,
        "{name}: nhớ đến tiêm ngày mai, {hour} {day} tại {place}. Mã {code}. Đang sốt: gọi {hotline} để đổi ngày.",
        "{name}: reminder for tomorrow, {hour} {day} at {place}. Code {code}. Feverish: call {hotline} for another day.",
        "Nhắc lịch tiêm ngày mai", "Reminder: tomorrow", on_unknown=RESEND,
    ),
    Template(
        "reminder_hours", TODAY, 12 * HOUR,
        "{name}: hôm nay {hour} tiêm tại {place}. Mã {code}. Mang giấy tờ tùy thân.",
        "{name}: your dose is today at {hour}, {place}. Code {code}. Bring your ID.",
        "Nhắc lịch tiêm hôm nay", "Reminder: today", on_unknown=RESEND,
    ),
    Template(
        "result", RESULT, 2 * DAY,
        "{name}: đã tiêm {dose} {vaccine} ngày {day} tại {place}. {next} Sai thông tin? {link}",
        "{name}: {dose} of {vaccine} given on {day} at {place}. {next} Anything wrong? {link}",
        "Kết quả tiêm", "Your dose is recorded",
    ),
    Template(
        "certificate", RESULT, 3 * DAY,
        "{name}: chứng nhận tiêm ngày {day} đã có, xem và in tại {link}.",
        "{name}: the certificate of the dose of {day} is ready, see and print it at {link}.",
        "Chứng nhận tiêm", "Your certificate",
    ),
    Template(
        "certificate_again", RESULT, 3 * DAY,
        "{name}: chứng nhận tiêm ngày {day} đã được cấp lại, bản cũ không còn dùng được. Xem tại {link}.",
        "{name}: the certificate of the dose of {day} was issued again, the old one is void. See {link}.",
        "Chứng nhận cấp lại", "A new certificate",
    ),
    Template(
        "follow_up", FOLLOW_UP, DAY,
        "Hôm nay {name} thấy thế nào sau tiêm? Báo tại {link} hoặc {hotline}. Khó thở, đau ngực, ngất: gọi {emergency} ngay.",
        "How is {name} today after the dose? Tell us at {link} or {hotline}. Short of breath, chest pain, fainting: call {emergency}.",
        "Sức khỏe sau tiêm", "How are you after the dose?",
    ),
    Template(
        "case_opened", RESULT, DAY,
        "Đã nhận yêu cầu {code}. Trả lời trước {hour} {day}. Theo dõi: {link}.",
        "We have your request {code}. Answer by {hour} {day}. Follow it: {link}.",
        "Đã nhận yêu cầu", "We have your request",
    ),
    Template(
        "case_answered", RESULT, 3 * DAY,
        "Yêu cầu {code} có trả lời mới. Xem tại {link}.",
        "There is an answer to your request {code}. See {link}.",
        "Trả lời yêu cầu", "An answer to your request",
    ),
    Template(
        "case_resolved", RESULT, 3 * DAY,
        "Yêu cầu {code} đã xong. Xem kết quả tại {link}. Chưa đúng: {hotline}.",
        "Your request {code} is done. See the result at {link}. Not right: {hotline}.",
        "Yêu cầu đã xong", "Your request is done",
    ),
)  # fmt: skip
ALL: Mapping[str, Template] = {template.name: template for template in _ALL}
