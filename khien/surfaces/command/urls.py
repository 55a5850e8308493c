"""The addresses of this system; each says who may use it."""

app_name = "command"
urlpatterns: list[object] = []
