"""The addresses of this system; each says who may use it."""

from khien.surfaces.web.guard import public
from khien.surfaces.web.registering import Wizard

app_name = "portal"
registering = Wizard(way="portal", namespace="portal")
urlpatterns = [
    *registering.urls("dang-ky", public),
]
