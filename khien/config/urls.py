"""The one address of all four systems."""

from django.urls import include, path

urlpatterns = [
    path("so/", include("khien.surfaces.healthbook.urls", namespace="healthbook")),
    path("diem/", include("khien.surfaces.station.urls", namespace="station")),
    path("dieu-phoi/", include("khien.surfaces.command.urls", namespace="command")),
    path("mcc/", include("khien.surfaces.response.urls", namespace="response")),
    path("api/", include("khien.surfaces.api.urls", namespace="api")),
    path("", include("khien.surfaces.web.urls", namespace="web")),
    path("", include("khien.surfaces.portal.urls", namespace="portal")),
]
handler400 = "khien.surfaces.web.errors.bad_request"
handler403 = "khien.surfaces.web.errors.forbidden"
handler404 = "khien.surfaces.web.errors.not_found"
handler500 = "khien.surfaces.web.errors.server_error"
