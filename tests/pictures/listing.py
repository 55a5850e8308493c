"""A clerk's list with what real lists hold: a good row, one repaired, one refused, somebody who is registered already."""

from tests.pictures.walk import Lost, Walk

ROWS = """Họ và tên,Ngày sinh,Giới tính,Số CCCD,Số điện thoại,Địa chỉ,Phường xã,Quận huyện,Tỉnh thành
Lê Văn Thử,12/04/1990,Nam,079090990210,0909000210,1 Đường Thử,Phường 15,Quận Bình Thạnh,Thành phố Hồ Chí Minh
nguyễn thị thử,3/7/1988,Nữ,79188990211,909000211,2 Đường Thử,Phường 15,Quận Bình Thạnh,Thành phố Hồ Chí Minh
Phạm Văn Lỗi,31/02/1985,Nam,07908599,0909000212,3 Đường Thử,Phường 15,Quận Bình Thạnh,Thành phố Hồ Chí Minh
Trần Thị Mận,27/03/1951,Nữ,079151990132,0909000132,12 Đường Thử,Phường 26,Quận Bình Thạnh,Thành phố Hồ Chí Minh
"""
READ_WITHIN = 40  # looks at the page, half a second apart


def upload_list(walk: Walk) -> None:
    """Upload the list and wait until it is read; what needs a hand comes first."""
    walk.to("/to-chuc/danh-sach")
    walk.page.set_input_files("#file", files=[{"name": "danh-sach.csv", "mimeType": "text/csv", "buffer": ROWS.encode("utf-8-sig")}])
    walk.page.check("#known")
    walk.press_main()
    here = walk.page.url
    for _ in range(READ_WITHIN):
        if not walk.page.locator("h1:has-text('Đang đọc'), progress").count():
            walk.kept["list"] = here
            return
        walk.page.wait_for_timeout(500)
        walk.page.goto(here)
    raise Lost("the list is never read")


def mend_row(walk: Walk) -> None:
    """Open the row that was refused."""
    walk.page.goto(walk.kept["list"] + "?loc=refused")
    walk.to(walk.link("portal:list_row"))
