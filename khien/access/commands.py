"""The operator's commands on accounts: make an administrator, tell a demo account's one-time code."""

import argparse
import getpass
import secrets
import sys

from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.refs import SYSTEM, Scope

from . import actions

SAID = {
    "access.username_taken": "This account already exists.",
    "access.username_bad": "An account has 3 to 60 characters: letters without accents, digits, and . - _ @",
    "access.password_weak": f"A password has at least {actions.LEAST_PASSWORD} characters, is no common one and does not hold the account.",
    "access.demo_only": "Codes are told by a demo instance only; this one is in production.",
    "access.no_such_staff": "There is no such account.",
}


def create_admin(argv: list[str]) -> int:
    """Make an administrator of the whole country: asks for the password, or makes one with --generate."""
    parser = argparse.ArgumentParser(prog="khien admin create", description="Make an administrator's account.")
    parser.add_argument("account")
    parser.add_argument("full_name")
    parser.add_argument("--generate", action="store_true", help="make a password and show it once")
    given = parser.parse_args(argv)
    password = secrets.token_urlsafe(15) if given.generate else _asked()
    at = clock.now()
    try:
        added = actions.add_staff(username=given.account, full_name=given.full_name, password=password, by=SYSTEM, at=at)
        actions.give_post(staff_id=added.staff_id, role="administrator", scope=Scope("nation"), by=SYSTEM, at=at)
    except Refused as refusal:
        return _sorry(refusal)
    if given.generate:
        print(f"Password (shown once): {password}")
    print(f"Secret of the one-time codes, for an authenticator app (shown once): {added.totp_secret}")
    print(added.totp_uri)
    return 0


def totp(argv: list[str]) -> int:
    """Tell the present one-time code of an account of a demo instance."""
    parser = argparse.ArgumentParser(prog="khien totp", description="Tell a demo account's one-time code.")
    parser.add_argument("account")
    given = parser.parse_args(argv)
    try:
        print(actions.totp_now(given.account, at=clock.now()))
    except Refused as refusal:
        return _sorry(refusal)
    return 0


def _asked() -> str:
    """The password as typed, or the first line of what is piped in."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first, again = getpass.getpass("Password: "), getpass.getpass("Again: ")
    return first if first == again else ""


def _sorry(refusal: Refused) -> int:
    print(SAID.get(refusal.code, refusal.code), file=sys.stderr)
    return 1
