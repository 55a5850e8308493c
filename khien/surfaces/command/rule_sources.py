"""Where a rule stands written, in the reader's language: the rules that come with the campaign name their papers in English."""

import re

from django.utils.translation import get_language

# The whole phrase first, then its parts.
_PHRASES = (
    (r"Approved in Viet Nam (\S+?)([ .;]|$)", r"Cấp phép tại Việt Nam ngày \1\2"),
    (r"the Ministry's approval of (\S+?)([ .;]|$)", r"Bộ Y tế cấp phép ngày \1\2"),
    (r"The Ministry's approval of (\S+?)([ .;]|$)", r"Bộ Y tế cấp phép ngày \1\2"),
    (r"The Ministry's guidance of (\d{4})-(\d\d)(?!-)", r"Hướng dẫn của Bộ Y tế tháng \2/\1"),
    (r"The Ministry's guidance of (\S+?)([ .;]|$)", r"Hướng dẫn của Bộ Y tế ngày \1\2"),
    (r"(Decision|Decree|CV) (\S+?)(?:,| of) (\d{4}-\d\d-\d\d)", r"\1 \2 ngày \3"),
    (r"Three points of information of the consent form for children", "Ba nội dung thông tin của phiếu đồng ý cho trẻ em"),
    (r"Three points of information of the consent form", "Ba nội dung thông tin của phiếu đồng ý"), (r"wording to be confirmed", "lời văn cần xác nhận"),
    (r"Decision (\d+)(/\d+)?/QD-BYT", r"Quyết định \1\2/QĐ-BYT"), (r"Decision (\d+)", r"Quyết định \1"),
    (r"Decree (\S+?)/ND-CP", r"Nghị định \1/NĐ-CP"), (r"\bCV (\d+)", r"Công văn \1"), (r"article (\d+)", r"Điều \1"),
    (r"\(one list says (\S+?)\)", r"(một danh sách ghi \1)"), (r"components I and II differ", "thành phần I và II khác nhau"),
    (r"2 hours before and 6 hours after dilution", "2 giờ trước và 6 giờ sau pha loãng"), (r"a booster is half the primary dose", "mũi nhắc lại bằng nửa liều cơ bản"),
    (r"one-dose primary series", "cơ bản một mũi"), (r"One dose", "Một mũi"), (r"Approval date, doses per vial, hours of use", "Ngày cấp phép, số liều một lọ, số giờ dùng"),
    (r"Doses per vial, hours of use", "Số liều một lọ, số giờ dùng"), (r"Hours of use", "Số giờ dùng"),
    (r"general knowledge, to be confirmed", "theo hiểu biết chung, cần xác nhận"), (r"12 to 17 with this vaccine", "12 đến 17 tuổi với vắc xin này"),
    (r"floor as for AstraZeneca", "ít nhất như AstraZeneca"), (r"interval as for AstraZeneca", "khoảng cách như AstraZeneca"),
    (r"at 8-12 weeks, with consent, when AstraZeneca is short", "cách 8-12 tuần, người tiêm đồng ý, khi thiếu AstraZeneca"),
    (r"floor of (\d) weeks", r"ít nhất \1 tuần"), (r"days 0-14-28", "ngày 0-14-28"), (r"(\d+) to (\d+) years", r"\1 đến \2 tuổi"), (r"(\d+) and over", r"từ \1 tuổi"),
    (r"provinces may shorten; Ho Chi Minh City (\d) weeks", r"tỉnh được rút ngắn; Thành phố Hồ Chí Minh \1 tuần"),
    (r"one who turned 12 between the doses goes on with the same product for từ 12 tuổi", "người đủ 12 tuổi giữa hai mũi tiêm tiếp cùng loại dành cho người từ 12 tuổi"),
    (r"when unavoidable", "khi không tránh được"), (r"confirmed (?=\d)", "khẳng định lại ngày "), (r"as told by HCDC", "theo HCDC"),
    (r"Example of a local group under 16", "Ví dụ nhóm của địa phương thuộc nhóm 16"), (r"leaves it to the chair of the province", "giao Chủ tịch tỉnh"),
    (r"at least 30 minutes on site", "ít nhất 30 phút tại chỗ"), (r"Between doses where no schedule names an interval", "Giữa các mũi khi không lịch nào nói khoảng cách"),
    (r"above all the first (\d)", r"nhất là \1 ngày đầu"), (r"A guardian consents for a minor", "Người giám hộ đồng ý thay người chưa thành niên"),
    (r"doses per table and session; a warning, never a stop", "số liều một bàn một buổi; chỉ nhắc, không chặn"), (r"Proposal:", "Đề xuất:"),
    (r"(\d)\.(\d+) ml", r"\1,\2 ml"), (r"(\d) weeks", r"\1 tuần"), (r"(\d+) days", r"\1 ngày"),
)  # fmt: skip


def source(text: str) -> str:
    """The papers of a rule as its reader knows them; days as people write them. What an officer wrote stays as written."""
    told = text
    if get_language() != "en":
        for pattern, words in _PHRASES:
            told = re.sub(pattern, words, told)
    return re.sub(r"\b(\d{4})-(\d\d)-(\d\d)\b", r"\3/\2/\1", re.sub(r"\b(20\d\d)-(\d\d)\b(?!-)", r"\2/\1", told))
