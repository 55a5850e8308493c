"""The addresses of this system; each says who may use it."""

app_name = "station"
urlpatterns: list[object] = []
