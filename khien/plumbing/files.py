"""Uploaded files, encrypted in chunks in PostgreSQL: two application servers may share one database."""

import hashlib
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor

from .models import FileChunk, StoredFile

CHUNK = 1 << 20
MOST = {"list": 20 << 20, "evidence": 5 << 20}


@transaction.atomic
def keep(
    data: bytes, *, name: str, media_type: str, purpose: str, by: Actor, at: datetime, retain_until: date | None = None
) -> UUID:
    """Keep a file encrypted; refuse one over the purpose's limit (list 20 MiB, evidence 5 MiB)."""
    most = MOST.get(purpose, 5 << 20)
    if len(data) > most:
        raise Refused("plumbing.file_too_large", megabytes=most >> 20)
    file = StoredFile.objects.create(
        purpose=purpose, name_cipher=settings.KEYS.seal(name, purpose="file"), media_type=media_type, size=len(data),
        sha256=hashlib.sha256(data).hexdigest(), stored_at=at, stored_by=by.text, retain_until=retain_until,
    )  # fmt: skip
    FileChunk.objects.bulk_create(
        FileChunk(file_id=file.id, number=i, data_cipher=settings.KEYS.seal_bytes(data[i * CHUNK : (i + 1) * CHUNK], purpose="file"))
        for i in range((len(data) + CHUNK - 1) // CHUNK)
    )
    return file.id


def clear_expired(at: datetime, size: int = 100) -> int:
    """Delete the content and the name of files whose last day is over; that there was a file stays. Returns how many."""
    with transaction.atomic():
        over = list(
            StoredFile.objects.select_for_update(skip_locked=True)
            .filter(retain_until__lt=clock.on_date(at), size__gt=0)
            .order_by("retain_until", "id")
            .values_list("id", flat=True)[:size]
        )
        FileChunk.objects.filter(file_id__in=over).delete()
        StoredFile.objects.filter(id__in=over).update(size=0, name_cipher=settings.KEYS.seal("", purpose="file"))
    return len(over)


def fetch(file_id: UUID) -> tuple[bytes, str, str]:
    """The file's bytes, name and media type."""
    file = StoredFile.objects.get(id=file_id)
    chunks = FileChunk.objects.filter(file_id=file_id).order_by("number").values_list("data_cipher", flat=True)
    data = b"".join(settings.KEYS.open_bytes(chunk, purpose="file") for chunk in chunks)
    return data, settings.KEYS.open(file.name_cipher, purpose="file"), file.media_type
