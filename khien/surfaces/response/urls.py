"""The addresses of this system; each says who may use it."""

app_name = "response"
urlpatterns: list[object] = []
