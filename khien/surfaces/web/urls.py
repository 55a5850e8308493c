"""Addresses that every surface shares."""

from khien.surfaces.web import language
from khien.surfaces.web.guard import public

app_name = "web"
urlpatterns = [public("ngon-ngu/<str:code>", language.switch, "language")]
