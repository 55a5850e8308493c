"""May this person do this, here? The one place that answers."""

from dataclasses import dataclass
from uuid import UUID

from khien.kernel.refs import Actor, PlaceFacts, Scope

from .roles import PERMISSIONS


@dataclass(frozen=True)
class PostRef:
    """One post in force: a role at a place."""

    id: UUID
    role: str
    scope: Scope
    office: str = ""


@dataclass(frozen=True)
class StaffRef:
    """A signed-in staff member with the posts in force now."""

    id: UUID
    full_name: str
    posts: tuple[PostRef, ...]
    language: str = "vi"

    def may(self, permission: str, place: PlaceFacts | None = None) -> bool:
        """Say whether a post gives this permission at that place (anywhere, when no place is named)."""
        return self.post_for(permission, place) is not None

    def post_for(self, permission: str, place: PlaceFacts | None = None) -> PostRef | None:
        """The first post that gives this permission there."""
        roles = PERMISSIONS[permission]
        for post in self.posts:
            if post.role in roles and (place is None or post.scope.covers(place)):
                return post
        return None

    def scopes(self, permission: str) -> tuple[Scope, ...]:
        """Every scope in which this permission holds."""
        return tuple(post.scope for post in self.posts if post.role in PERMISSIONS[permission])

    def actor(self, permission: str = "", place: PlaceFacts | None = None) -> Actor:
        """Who acts, with the post that allows it."""
        post = self.post_for(permission, place) if permission else (self.posts[0] if self.posts else None)
        return Actor("staff", self.id, post.id if post else None)

    def office(self, permission: str = "", place: PlaceFacts | None = None) -> str:
        """The office to name to the citizen whose record is read."""
        post = self.post_for(permission, place) if permission else None
        return (post or self.posts[0]).office if self.posts else ""


def known(permission: str) -> None:
    """Fail at start for a route that names a permission that does not exist."""
    if permission not in PERMISSIONS:
        raise LookupError(permission)
