"""Addresses that every surface shares."""

from khien.surfaces.web import assets, language, roots
from khien.surfaces.web.guard import public

app_name = "web"
urlpatterns = [
    public("css/<str:sheet>", assets.stylesheet, "stylesheet"),
    public("ngon-ngu/<str:code>", language.switch, "language"),
    public("hall/<uuid:session>", roots.to_hall, "hall"),
    *(public(root, roots.to_root(root), f"root_{root.replace('-', '_')}") for root in roots.ROOTS),
]
