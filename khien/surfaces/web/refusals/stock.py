"""Refusals about lots and the ledger."""

from django.utils.translation import gettext_lazy as _

WORDING = {
    "stock.lot_unknown": _("Không tìm thấy lô vắc xin này. Mời xem lại số lô trên lọ."),
    "stock.lot_expired": _("DỪNG: lô {lot} đã hết hạn ngày {expired_on}. Không tiêm lô này."),
    "stock.lot_recalled": _("DỪNG: lô {lot} đã bị thu hồi ({reason}). Không tiêm lô này."),
    "stock.lot_quarantined": _("DỪNG: lô {lot} đang được giữ lại chờ xem xét ({reason}). Không tiêm lô này."),
    "stock.lot_other_vaccine": _("DỪNG: lô {lot} là vắc xin {found}, không phải {expected}."),
    "stock.lot_number_empty": _("Mời nhập số lô như in trên lọ."),
    "stock.lot_expiry_missing": _("Mời nhập hạn dùng của lô {lot}."),
    "stock.lot_differs": _("Lô {lot} đã có với hạn dùng {expires_on}. Mời xem lại hạn dùng trên lọ."),
    "stock.lot_state_unknown": _("Mời chọn tình trạng lô: được dùng, giữ lại hoặc thu hồi."),
    "stock.reason_missing": _("Mời ghi lý do."),
    "stock.doses_not_positive": _("Số liều phải lớn hơn 0."),
    "stock.not_enough": _("Sổ chỉ còn {on_hand} liều của lô này, không đủ để trả {doses} liều."),
    "stock.document_differs": _("Phiếu {document} đã được nhập với {doses} liều. Mời xem lại số phiếu hoặc số liều."),
}
