"""The desks: a shell that draws itself in the browser from the session pack, asks what has changed, and sends commands."""

import hashlib
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseNotModified
from django.shortcuts import render

from khien.kernel.errors import Refused
from khien.safety import queries as safety
from khien.stock import queries as stock
from khien.surfaces.station import words
from khien.surfaces.station.asking import Here, answer, body, here, refused
from khien.surfaces.station.said import receipt
from khien.sync import actions as sync
from khien.sync import queries as synced
from khien.visits import commands
from khien.visits import queries as visits
from khien.visits.bodies import moment_of

# What a desk may show or send, by the permissions of whoever sits at it.
RIGHTS = (
    "visit.receive", "visit.consent", "visit.history", "visit.screen", "visit.dose", "visit.observe", "visit.end", "visit.key_paper", "visit.correct",
    "people.search", "people.see", "paper.print", "station.open", "station.close", "station.admit_helper", "safety.doctor", "safety.release", "safety.follow",
)  # fmt: skip


def shell(request: HttpRequest, session: UUID) -> HttpResponse:
    """The page that draws itself."""
    at = here(request, session, "station.see")
    return render(request, "station/desk.html", {
        "here": at, "shelf": synced.shelf_keys(at.session.site_id), "rights": [right for right in RIGHTS if at.may(right)], "words": words.for_desk(), "modules": words.addresses(),
    })  # fmt: skip


def pack(request: HttpRequest, session: UUID) -> HttpResponse:
    """All that the desks of this session draw themselves from."""
    at = here(request, session, "station.see")
    told = visits.session_pack(session, at=at.at)
    people = [UUID(row["person_id"]) for row in (*told["appointments"], *told["walk_ins"])]
    at.looked(*people, purpose="list", once=True)
    return answer(with_signs(told, at), at=at.at)


def with_signs(told: dict[str, Any], at: Here) -> dict[str, Any]:
    """A pack with what the safety desk asks about, and whom to call."""
    signs = [{"code": sign.code, "vi": sign.vi, "en": sign.en, "severity": sign.severity.value, "red": sign.red} for sign in safety.SIGNS]
    return {**told, "signs": signs, "hotline": at.session.site.phone}


def state(request: HttpRequest, session: UUID) -> HttpResponse:
    """What has changed at this session; 304 when nothing has. `tu` narrows those who ended to the ones since then."""
    at = here(request, session, "station.see")
    pulse = visits.pulse(session)  # before the rows: news read after it may be told twice, never passed over
    board = visits.session_board(session)
    lots = [dict(lot) for lot in board.lots]
    vials = [_vial(one) for one in stock.open_vials(session)]
    since = _since(request)
    rows = visits.desk_rows(session, since=since)
    watched = [row.id for row in rows if row.state in ("dosed", "observed")]
    reactions = [_reaction(one) for one in safety.of_visits(watched)]
    alarms = [_alarm(one) for one in safety.alarms_of_session(session, standing=True)]
    stop = visits.stop_of(session)
    stopped = {"text": stop.text, "at": stop.recorded_at.isoformat()} if stop else None
    # A tablet that carries its session learns of those enrolled after its pack, to know their slips later without a line.
    tablets = {"tablets": synced.tablets(at.session.site_id)} if request.headers.get("Khien-Tablets") else {}
    tag = hashlib.sha256(f"{pulse}|{board.state}|{lots}|{vials}|{reactions}|{alarms}|{stopped}|{tablets}".encode()).hexdigest()[:24]
    if request.headers.get("If-None-Match") == f'"{tag}"':
        response: HttpResponse = HttpResponseNotModified()
    else:
        at.looked(*(row.person_id for row in rows), purpose="list", once=True)
        response = answer({
            "state": board.state, "counts": dict(board.counts), "received": board.received, "dosed": board.dosed, "papers": dict(board.papers),
            "lots": lots, "vials": vials, "visits": [asdict(row) for row in rows], "reactions": reactions, "alarms": alarms, "stop": stopped, **tablets,
        }, at=at.at)  # fmt: skip
    response["ETag"] = f'"{tag}"'
    response["Khien-Now"] = at.at.isoformat()
    return response


def _since(request: HttpRequest) -> Any:
    try:
        return moment_of(request.GET, "tu")
    except Refused:
        return None


def _reaction(one: Any) -> dict[str, Any]:
    return {
        "id": str(one.id), "visit_id": str(one.visit_id), "symptoms": list(one.symptoms), "urgency": one.urgency, "anaphylaxis": one.anaphylaxis,
        "onset_at": one.onset_at.isoformat(), "action_taken": one.action_taken, "outcome": one.outcome,
    }  # fmt: skip


def _vial(one: Any) -> dict[str, Any]:
    """An open vial as the injection table draws it."""
    return {
        "id": str(one.id), "lot_id": str(one.lot.id), "doses": one.doses, "drawn": one.drawn, "opened_at": one.opened_at.isoformat(),
        "use_until": one.use_until.isoformat(),
    }  # fmt: skip


def _alarm(one: Any) -> dict[str, Any]:
    """A red flag as every desk draws it."""
    moments = {name: getattr(one, name).isoformat() if getattr(one, name) else None for name in ("raised_at", "acknowledged_at", "confirmed_at")}
    return {
        "id": str(one.id), "visit_id": str(one.visit_id), "state": one.state, **moments, "acknowledged_by": one.acknowledged_by_name,
        "confirmed_by": one.confirmed_by_name,
        "acts": [
            {"id": str(act.id), "kind": act.kind, "happened_at": act.happened_at.isoformat(), "facts": dict(act.facts), "words": act.words, "who": act.by_name, "edited": act.edited}
            for act in one.acts
        ],
    }  # fmt: skip


def command(request: HttpRequest, session: UUID) -> HttpResponse:
    """Take a batch of commands and answer each with its receipt, in words."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    at = here(request, session, "station.see")
    try:
        told = body(request).get("commands")
        if not isinstance(told, list):
            raise Refused("commands.unreadable", field="commands")
        _stay(told, at)
        receipts = commands.batch(told, at.staff, at=at.at)
        sync.after([str(one["command_id"]) for one in receipts], at=at.at)
    except Refused as refusal:
        return refused(refusal, at=at.at)
    return answer({"receipts": [receipt(one) for one in receipts]}, at=at.at)


def _stay(told: list[Any], at: Here) -> None:
    """A desk writes for its own session only. Raises Refused visits.session_unknown."""
    for one in told:
        inner = one.get("body") if isinstance(one, dict) else None
        if isinstance(inner, dict) and str(inner.get("session_id", at.session_id)) != str(at.session_id):
            raise Refused("visits.session_unknown")
