"""Messages in a demo: quiet hours, the clock and the provider are the test's."""

from datetime import UTC, datetime

import pytest

AT = datetime(2021, 12, 14, 3, 0, tzinfo=UTC)  # 10:00 in Viet Nam


@pytest.fixture
def at() -> datetime:
    return AT


@pytest.fixture(autouse=True)
def demo(request, tmp_path, monkeypatch):
    if "committed" not in request.fixturenames:
        request.getfixturevalue("db")
    from django.conf import settings

    from khien.messaging import providers

    monkeypatch.setattr(settings, "DATA", tmp_path)
    monkeypatch.setattr(settings, "SIGNING", "automatic")
    monkeypatch.setattr(settings, "PUBLIC_URL", "https://khien.example")
    monkeypatch.setattr(settings, "SMS_ACCENTS", True)
    providers.forget()
    yield
    providers.forget()


@pytest.fixture
def sent(monkeypatch):
    """Deliver what is due at a moment and return what the demo's provider has received, in order."""

    from khien.messaging import delivery, models

    def deliver(at: datetime) -> list[models.DemoMessage]:
        while delivery.deliver_due(at, jitter=lambda low, high: high):
            pass
        return list(models.DemoMessage.objects.order_by("received_at", "id"))

    return deliver
