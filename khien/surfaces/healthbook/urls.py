"""The addresses of this system; each says who may use it."""

app_name = "healthbook"
urlpatterns: list[object] = []
