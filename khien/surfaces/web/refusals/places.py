"""Refusals about places."""

from django.utils.translation import gettext_lazy as _

WORDING = {
    "places.unknown_unit": _("Không có đơn vị hành chính này. Mời chọn lại từ danh sách."),
    "places.commune_needed": _("Mời chọn đến xã, phường hoặc thị trấn."),
    "places.not_its_successor": _("Xã, phường mới này không thuộc nơi cũ đã chọn. Mời chọn lại trong các nơi được gợi ý."),
    "places.no_such_level": _("Số liệu theo địa giới {epoch} không có cấp này. Mời chọn cấp khác."),
    "places.no_such_facility": _("Không tìm thấy cơ sở y tế này."),
    "places.no_such_site": _("Không tìm thấy điểm tiêm này."),
    "places.facility_code_bad": _("Mã cơ sở gồm đúng 5 chữ số hoặc chữ cái không dấu; “{code}” không dùng được."),
    "places.facility_code_taken": _("Mã cơ sở {code} đã có. Mời xem lại mã, hoặc tìm cơ sở đang giữ mã này."),
    "places.succeeds_itself": _("Hai cơ sở không thể tiếp nhận lẫn nhau. Mời chọn cơ sở khác."),
    "places.no_such_organization": _("Không tìm thấy đơn vị này, hoặc đơn vị đã thôi gửi danh sách."),
    "places.place_not_yours": _("Nơi này nằm ngoài địa bàn của bạn."),
    "places.owner_elsewhere": _("Cơ sở phụ trách phải cùng tỉnh với điểm tiêm. Mời xem lại mã cơ sở."),
    "places.field_unknown": _("Không sửa được mục này."),
    "places.name_needed": _("Mời ghi tên."),
    "places.site_kind": _("Điểm tiêm là cố định, lưu động hoặc tại nhà. Mời chọn một loại."),
    "places.tables_count": _("Số bàn tiêm từ 1 đến {most}."),
    "places.not_mobile": _("Điểm cố định không có chặng dừng. Chặng dừng dành cho điểm lưu động và tiêm tại nhà."),
    "places.no_such_stop": _("Chặng dừng này không còn trong lộ trình."),
    "places.stop_overlaps": _("Giờ này đội còn ở {name} ({starts_at} đến {ends_at}). Mời chọn giờ khác."),
    "places.stop_carried": _("Số liều mang theo phải từ 1 đến 100.000."),
    "places.stop_times": _("Giờ kết thúc phải sau giờ bắt đầu."),
    "places.organization_kind": _("Mời chọn loại đơn vị: doanh nghiệp, trường học, phường xã, cơ quan, bệnh viện hoặc khác."),
}
