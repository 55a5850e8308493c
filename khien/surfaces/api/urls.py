"""The addresses of the API; each says who may use it."""

from khien.surfaces.api import own, points, public, readings
from khien.surfaces.web import guard

app_name = "api"
urlpatterns = [
    guard.public("health", public.health, "health"),
    guard.public("slots", public.slots, "slots"),
    guard.device("readings", readings.take, "readings"),
    guard.session("appointments", own.book, "book"),
    guard.session("people/<uuid:person>/doses", own.doses, "doses"),
    guard.session("people/<uuid:person>/offers", own.offers, "offers"),
    guard.staff("points/<uuid:session>/lookup", points.look_up, "look_up", may="people.search", place=points.place),
]
