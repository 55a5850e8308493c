"""Draws of many thousands as work in the background: a page shows that it goes on, and may be left."""

from datetime import datetime
from typing import Any
from uuid import UUID

from khien.booking import drawing
from khien.kernel.refs import SYSTEM, Actor
from khien.plumbing.jobs import Progress


def announce(progress: Progress, args: dict[str, Any], at: datetime) -> None:
    """Fix and publish the list of a draw. args: unit_key, criteria (fields of Criteria), session_ids, actor, post_id."""
    told = args["criteria"]
    fields: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in told.items()}
    if fields.get("organization_id"):
        fields["organization_id"] = UUID(fields["organization_id"])
    done = drawing.commit_allocation(
        unit_key=args["unit_key"],
        criteria=drawing.Criteria(**fields),
        session_ids=[UUID(one) for one in args["session_ids"]],
        by=_actor(args),
        at=at,
    )
    progress.tell(done.candidates, done.candidates, done.code, force=True)


def draw(progress: Progress, args: dict[str, Any], at: datetime) -> None:
    """Hold a draw. args: code, actor, post_id."""
    done = drawing.draw_allocation(code=args["code"], by=_actor(args), at=at)
    progress.tell(done.invited, done.invited + done.left_over, done.code, force=True)


def _actor(args: dict[str, Any]) -> Actor:
    """Who asked: an officer by id, with the post in use."""
    kind, _, key = str(args.get("actor", "")).partition(":")
    if kind != "staff":
        return SYSTEM
    return Actor("staff", UUID(key), UUID(args["post_id"]) if args.get("post_id") else None)
