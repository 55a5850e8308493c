"""The addresses of this system; each says who may use it."""

from khien.surfaces.command import sign_in
from khien.surfaces.web.guard import public

app_name = "command"
urlpatterns = [
    public("dang-nhap", sign_in.sign_in, "sign_in"),
    public("thoat", sign_in.sign_out, "sign_out"),
]
