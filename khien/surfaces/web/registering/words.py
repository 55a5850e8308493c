"""Words of the registration's choices, where a page and its summary must say the same."""

from django.utils.translation import gettext_lazy as _

RELATIONS = {
    "parent": _("Cha hoặc mẹ tôi"),
    "spouse": _("Vợ hoặc chồng tôi"),
    "child": _("Con tôi"),
    "grandparent": _("Ông hoặc bà tôi"),
    "other": _("Người khác tôi giúp"),
}
GUARDIANS = {
    "father": _("Cha"),
    "mother": _("Mẹ"),
    "grandparent": _("Ông hoặc bà"),
    "relative": _("Người thân khác"),
    "institution": _("Cơ sở nuôi dưỡng"),
    "other": _("Người giám hộ khác"),
}
SEXES = {"male": _("Nam"), "female": _("Nữ"), "other": _("Khác")}
PAPERS = {
    "cccd": _("Căn cước, hoặc số định danh cá nhân (12 số)"),
    "cmnd": _("Chứng minh nhân dân cũ (9 số)"),
    "passport": _("Hộ chiếu"),
    "none": _("Chưa có giấy tờ nào"),
}
NUMBERS = {
    "cccd": _("Số căn cước"),
    "cmnd": _("Số chứng minh nhân dân"),
    "passport": _("Số hộ chiếu"),
    "bhyt": _("Số thẻ bảo hiểm y tế"),
}
NO_PAPERS = {
    "lost": _("Bị mất"),
    "being_issued": _("Đang làm, chưa nhận"),
    "never_issued": _("Chưa bao giờ được cấp"),
    "held_by_other": _("Người khác đang giữ"),
    "newborn": _("Trẻ mới sinh, chưa khai sinh"),
    "undocumented_foreigner": _("Người nước ngoài chưa có giấy tờ"),
    "declined": _("Không muốn cung cấp"),
}
SHIFTS = {"day": _("Buổi nào cũng được"), "morning": _("Buổi sáng"), "afternoon": _("Buổi chiều")}
UNMARKED = _("Tên chưa có dấu")
ANSWERS = {"yes": _("Có"), "no": _("Không"), "unsure": _("Không rõ")}
# The questions of the registration form (domain notes, section 2), said as people speak; the doctor asks again.
HISTORY = {
    "anaphylaxis": _("Đã từng phản vệ từ độ 2 trở lên: khó thở, tụt huyết áp, ngất vì dị ứng"),
    "covid_6_months": _("Mắc COVID-19 trong 6 tháng qua"),
    "vaccine_14_days": _("Tiêm vắc xin khác trong 14 ngày qua"),
    "immune_deficiency": _("Suy giảm miễn dịch, ung thư giai đoạn cuối, đã cắt lách, hoặc xơ gan mất bù"),
    "immunosuppressants": _("Đang dùng thuốc ức chế miễn dịch, corticoid liều cao, hóa trị hoặc xạ trị"),
    "acute_illness": _("Đang có bệnh cấp tính, như sốt, ho, tiêu chảy"),
    "chronic_progressive": _("Bệnh mạn tính đang nặng lên"),
    "chronic_treated": _("Bệnh mạn tính đang điều trị ổn định, như cao huyết áp, tiểu đường"),
    "pregnant_breastfeeding": _("Đang mang thai hoặc nuôi con bằng sữa mẹ"),
    "coagulation": _("Rối loạn đông máu, hoặc đang dùng thuốc chống đông"),
    "allergy": _("Dị ứng khác: thuốc, thức ăn, thời tiết"),
}


def number_label(type: str) -> str:
    """What a number of this kind is called."""
    return str(NUMBERS.get(type, _("Số giấy tờ")))
