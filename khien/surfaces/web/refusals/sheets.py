"""What lists are refused for, and what was repaired or is asked about in their rows."""

from django.utils.translation import gettext_lazy as _

WORDING = {
    "sheets.empty": _("Tệp không có gì."),
    "sheets.too_big": _("Tệp lớn hơn {most} MB. Mời chia nhỏ danh sách."),
    "sheets.too_large": _("Bảng quá rộng hoặc quá dài khi mở ra. Mời chép danh sách sang một tệp mới."),
    "sheets.too_many_rows": _("Mỗi tệp tối đa {most} dòng. Mời chia nhỏ danh sách."),
    "sheets.password": _("Tệp có mật khẩu. Mời bỏ mật khẩu rồi gửi lại."),
    "sheets.html_page": _("Đây là trang web lưu đuôi Excel. Mời mở bằng Excel, chọn Lưu thành .xlsx rồi gửi lại."),
    "sheets.not_a_spreadsheet": _("Tệp này không phải danh sách đọc được. Chỉ nhận .xlsx, .xls, .csv."),
    "sheets.no_heading": _("Không tìm thấy dòng tiêu đề có cột họ tên và thêm ngày sinh, số giấy tờ hoặc điện thoại."),
    "sheets.no_rows": _("Danh sách không có người nào."),
    "sheets.missing": _("Thiếu thông tin bắt buộc này."),
    "sheets.formula_error": _("Ô này là lỗi công thức ({shown}). Mời gõ giá trị thật."),
    "sheets.number_became_date": _("Bảng tính đã đổi số này thành ngày. Mời nhập lại dạng văn bản."),
    "sheets.both_sexes": _("Cả hai cột Nam và Nữ đều được đánh dấu."),
    "sheets.day_incomplete": _("Ngày này cần đủ ngày, tháng, năm."),
    "sheets.group_unknown": _("Không nhận ra nhóm đối tượng. Mời ghi số từ 1 đến 16."),
    "sheets.same_person_twice": _("Người này đã có ở dòng {row}."),
    "sheets.number_twice": _("Số giấy tờ này đã ghi cho người khác ở dòng {row}."),
    "sheets.maybe_twice": _("Trùng họ tên, ngày sinh và giới tính với dòng {row}. Có phải cùng một người?"),
    "sheets.maybe_swapped": _("Bảng tính có thể đã đổi ngày và tháng: có phải {other}?"),
    "sheets.no_identifier": _("Chưa có số giấy tờ."),
    "sheets.place_unknown": _("Không nhận ra tên xã, huyện hoặc tỉnh này."),
    "sheets.place_several": _("Có nhiều nơi cùng tên: {candidates}. Mời chọn."),
    "sheets.ethnic_unknown": _("Không nhận ra tên dân tộc này."),
    "sheets.session_unknown": _("Không đọc được buổi. Mời ghi sáng, chiều hoặc cả ngày."),
    "sheets.email_unreadable": _("Địa chỉ thư điện tử không đúng dạng."),
    "sheets.place_from_address": _("Xã, huyện, tỉnh được đọc từ cuối địa chỉ."),
    "sheets.sex_from_number": _("Giới tính để trống, lấy theo số CCCD."),
    "sheets.text_cut": _("Nội dung dài quá, đã cắt bớt."),
}
