"""Reads of staff and their posts."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import Q

from khien.kernel import clock, vietnamese
from khien.kernel.refs import PlaceFacts, Scope
from khien.places import queries as places
from khien.plumbing import sqlcall

from .models import Post, Staff
from .permissions import PostRef, StaffRef
from .roles import ROLES
from .types import PostCard, StaffCard


def staff_ref(staff_id: UUID, *, at: datetime) -> StaffRef | None:
    """The staff member with the posts in force at this moment; None when the account was closed. One query."""
    return _read(sqlcall.call("SELECT access_staff(%s, %s)", [staff_id, at])[0])


def staff_of_session(session: str, *, at: datetime) -> StaffRef | None:
    """The staff member as whom a browser's session is signed in, as `staff_ref`. One query."""
    return _read(sqlcall.call("SELECT access_staff_of_session(%s, %s)", [session, at])[0])


def staff_then(staff_id: UUID, *, at: datetime) -> StaffRef | None:
    """The staff member with the posts that were in force at a past moment, also of an account closed since; None when unknown."""
    row = Staff.objects.filter(id=staff_id).first()
    if row is None:
        return None
    posts = Post.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at), staff_id=staff_id, starts_at__lte=at).order_by("given_at", "id")
    return StaffRef(row.id, row.full_name, tuple(PostRef(post.id, post.role, _scope(post), post.office) for post in posts), row.language)


def _read(answer: Any) -> StaffRef | None:
    told = sqlcall.read(answer)
    if told is None:
        return None
    posts = tuple(PostRef(UUID(id), role, Scope(kind, key, epoch), office) for id, role, kind, key, epoch, office in told["posts"])
    return StaffRef(UUID(told["id"]), told["full_name"], posts, told["language"])


def staff_by_username(username: str) -> UUID | None:
    """The account of this name."""
    return Staff.objects.filter(username=username.strip().lower()).values_list("id", flat=True).first()


def names(staff_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The full names of these staff members."""
    return dict(Staff.objects.filter(id__in=set(staff_ids)).values_list("id", "full_name"))


def staff_list(*, scopes: Iterable[Scope] | None = None, text: str = "", at: datetime, limit: int = 200) -> list[StaffCard]:
    """Staff with a post inside these scopes (None: everywhere), by name; `text` is part of the name or the account.

    Helpers of one session are not listed: their point's own page names them.
    """
    rows = Staff.objects.filter(badge_hash="")
    if scopes is not None:
        rows = rows.filter(id__in=_holders(tuple(scopes)))
    folded = vietnamese.fold(text)
    found = (row for row in rows.order_by("full_name", "id") if folded in vietnamese.fold(f"{row.full_name} {row.username}"))
    return _cards(list(islice(found, limit)), at)


def _holders(scopes: tuple[Scope, ...]) -> set[UUID]:
    """Who holds, held or will hold a post inside these scopes."""
    ids = {str(site.id) for site in places.sites(scopes, active=False)}
    ids |= {str(facility.id) for facility in places.facilities(scopes)}
    ids |= {str(organization.id) for organization in places.organizations(scopes)}
    nation = any(scope.kind == "nation" for scope in scopes)

    def within(post: Post) -> bool:
        if post.scope_kind in ("province", "district", "commune"):
            return any(inside(_scope(post), scope) for scope in scopes)
        return nation or post.scope_key in ids or _scope(post) in scopes

    return {post.staff_id for post in Post.objects.exclude(scope_kind="session") if within(post)}


def staff_card(staff_id: UUID, *, at: datetime) -> StaffCard | None:
    """One staff member with the posts now and to come."""
    return next(iter(_cards(list(Staff.objects.filter(id=staff_id)), at)), None)


def staff_cards(staff_ids: Iterable[UUID], *, at: datetime) -> list[StaffCard]:
    """These staff members with their posts from a moment on, by name; closed accounts too."""
    return _cards(list(Staff.objects.filter(id__in=set(staff_ids)).order_by("full_name", "id")), at)


def staff_of_sites(site_ids: Iterable[UUID], *, roles: Iterable[str], at: datetime) -> list[StaffCard]:
    """Who holds one of these roles at one of these points now, by name."""
    posts = Post.objects.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=at), role__in=list(roles), scope_kind="site", scope_key__in=[str(one) for one in site_ids]
    )
    ids = set(posts.values_list("staff_id", flat=True))
    return _cards(list(Staff.objects.filter(id__in=ids, is_active=True).order_by("full_name", "id")), at)


def staff_at(scope: Scope, *, roles: Iterable[str], at: datetime) -> list[StaffCard]:
    """Who holds one of these roles exactly at this scope now."""
    posts = Post.objects.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=at), role__in=list(roles), scope_kind=scope.kind, scope_key=scope.key,
        scope_epoch=scope.epoch, starts_at__lte=at,
    )  # fmt: skip
    ids = {post.staff_id for post in posts}
    return _cards(list(Staff.objects.filter(id__in=ids, is_active=True).order_by("full_name", "id")), at)


def on_post(scopes: Iterable[Scope], *, roles: Iterable[str], at: datetime) -> list[UUID]:
    """Who holds one of these roles exactly at one of these scopes now (the scopes over a place: who is on post there)."""
    here = Q()
    for scope in scopes:
        here |= Q(scope_kind=scope.kind, scope_key=scope.key, scope_epoch=scope.epoch)
    posts = Post.objects.filter(here, Q(ends_at__isnull=True) | Q(ends_at__gt=at), role__in=list(roles), starts_at__lte=at)
    ids = set(posts.values_list("staff_id", flat=True)) if here else set()
    return list(Staff.objects.filter(id__in=ids, is_active=True).order_by("id").values_list("id", flat=True))


def stood(staff_id: UUID, place: PlaceFacts, *, on: date, at: datetime) -> tuple[str, bool]:
    """The name of an account ("" for none) and whether it held a post over this place on that day or now.

    Closed accounts count: what was done before is written under the name of who did it.
    """
    row = Staff.objects.filter(id=staff_id).first()
    if row is None:
        return "", False
    posts = Post.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=clock.at_local(on)), staff_id=staff_id, starts_at__lte=at)
    return row.full_name, any(_scope(post).covers(place) for post in posts)


def place_of(scope: Scope) -> PlaceFacts | None:
    """Where a post with this scope holds, as facts; None when there is no such place.

    A session belongs to a later room: its facts are the session alone.
    """
    if scope.kind == "nation":
        return PlaceFacts()
    if scope.kind in ("province", "district", "commune"):
        key = f"{scope.epoch}-{scope.key}"
        return places.unit_place(key) if places.unit(key) else None
    try:
        thing = UUID(scope.key)
    except ValueError:
        return None
    if scope.kind == "session":
        return PlaceFacts(session_id=thing)
    of = {"site": places.site_place, "facility": places.facility_place, "organization": places.organization_place}
    return of[scope.kind](thing)


def inside(inner: Scope, outer: Scope) -> bool:
    """Say whether the first scope lies within the second."""
    if outer.kind == "nation" or inner == outer:
        return True
    facts = place_of(inner)
    return facts is not None and inner.kind != "nation" and outer.covers(facts)


def _scope(post: Post) -> Scope:
    return Scope(post.scope_kind, post.scope_key, post.scope_epoch)


def _cards(rows: list[Staff], at: datetime) -> list[StaffCard]:
    posts: dict[UUID, list[PostCard]] = defaultdict(list)
    held = Post.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at), staff_id__in=[row.id for row in rows])
    for post in held.order_by("given_at", "id"):
        card = PostCard(post.id, post.role, str(ROLES[post.role]), _scope(post), post.office, post.starts_at, post.ends_at)
        posts[post.staff_id].append(card)
    return [
        StaffCard(row.id, row.username, row.full_name, row.title, row.is_active, bool(row.totp_cipher), tuple(posts[row.id]))
        for row in rows
    ]
