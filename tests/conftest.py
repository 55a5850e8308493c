"""A real PostgreSQL for the tests: one cluster a run, one database a worker, a fresh copy where a test must commit."""

import itertools
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# Two busy cores make any example slow once: no test of ours asserts times. The same change gives the same result
# on every machine; KHIEN_EXPLORE=1 looks for new examples.
settings.register_profile("khien", deadline=None, derandomize=not os.environ.get("KHIEN_EXPLORE"))
settings.load_profile("khien")

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "khien.config.settings")
LEFT = "khien-test-"
INSTANCE = (
    "DATABASE_URL",
    "KHIEN_KEYS",
    "KHIEN_MODE",
    "KHIEN_HOSTS",
    "KHIEN_TLS",
    "KHIEN_SIGNING",
    "KHIEN_SIGNER",
    "KHIEN_URL",
    "KHIEN_POOL",
)
SLOWEST_FIRST = ("operations", "conformance", "journeys", "bench", "tablets", "")  # folders of tests, "" all others
_numbers = itertools.count()
_cluster: dict[str, object] = {}


def pytest_configure(config: pytest.Config) -> None:
    if _answers(os.environ.get("KHIEN_TEST_CLUSTER", "")):
        _use(os.environ["KHIEN_TEST_CLUSTER"])
        return
    from khien.plumbing import keys, postgres

    _clear_leftovers()
    for name in INSTANCE:  # what the developer's own instance is set to is not the tests' business
        os.environ.pop(name, None)
    base = Path(tempfile.mkdtemp(prefix=f"{LEFT}{os.getpid()}-"))
    base.chmod(0o755)  # as root the server runs under another uid
    os.environ["KHIEN_DATA"] = str(base)
    keys.load(base / "keys.json")
    place = postgres.home(base)
    postgres.prepare(place, folder=base)
    conf = place.data / "postgresql.conf"
    conf.write_text(
        conf.read_text() + "\ninclude 'khien.conf'\nfsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"
    )
    child = postgres.launch(place, log=base / "postgres.log")
    postgres.create_database(place, "template_khien")
    _cluster.update(child=child, base=base, place=place)
    os.environ["KHIEN_TEST_CLUSTER"] = str(place.run)
    os.environ["KHIEN_TEST_BASE"] = str(base)
    done = subprocess.run(
        [sys.executable, "-c", "import django; django.setup(); from khien.config import setup; setup.prepare_database()"],
        env={**os.environ, "DATABASE_URL": url("template_khien"), "KHIEN_POOL": "2"}, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        pytest_unconfigure(config)
        pytest.exit(f"the database of the tests cannot be prepared:\n{done.stdout}{done.stderr}", 3)
    _use(str(place.run))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where workers share the run, what takes minutes begins first: last, it would leave the other worker with nothing to do."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=lambda item: SLOWEST_FIRST.index(next((kind for kind in SLOWEST_FIRST if f"tests/{kind}/" in item.path.as_posix()), "")))


def pytest_unconfigure(config: pytest.Config) -> None:
    if "child" in _cluster:
        from khien.plumbing import postgres

        postgres.stop(_cluster.pop("child"))  # type: ignore[arg-type]
        shutil.rmtree(_cluster["base"], ignore_errors=True)  # type: ignore[arg-type]
        shutil.rmtree(_cluster["place"].run, ignore_errors=True)  # type: ignore[attr-defined]


def _clear_leftovers() -> None:
    """Remove what a killed run left in the temporary folder; a run that still lives keeps its own."""
    for folder in Path(tempfile.gettempdir()).glob(f"{LEFT}[0-9]*-*"):
        owner = folder.name.removeprefix(LEFT).split("-")[0]
        if not Path(f"/proc/{owner}").exists():
            shutil.rmtree(folder, ignore_errors=True)


def _answers(run: str) -> bool:
    """Whether the cluster that the environment names is there: a worker of xdist inherits it from its controller."""
    import psycopg

    if not run:
        return False
    try:
        with psycopg.connect(host=run, user="khien", dbname="postgres", connect_timeout=5) as connection:
            return bool(connection.execute("SELECT 1 FROM pg_database WHERE datname = 'template_khien'").fetchone())
    except psycopg.Error:
        return False


def url(name: str) -> str:
    return f"postgresql:///{name}?host={os.environ['KHIEN_TEST_CLUSTER']}&user=khien"


def _use(run: str) -> None:
    """Give this worker its own copy of the prepared database, then set Django up on it."""
    name = f"khien_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    _copy(name)
    os.environ["DATABASE_URL"] = url(name)
    os.environ.setdefault("KHIEN_DATA", os.environ.get("KHIEN_TEST_BASE", ""))
    import django
    from django.test.utils import setup_test_environment

    django.setup()
    setup_test_environment()
    from django.contrib.auth.hashers import Argon2PasswordHasher

    # The same hash, made cheap: the tests sign in hundreds of times.
    Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.parallelism = 1, 8, 1


def _copy(name: str) -> None:
    import psycopg

    with psycopg.connect(url("postgres"), autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(77)")
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template_khien')


@pytest.fixture(autouse=True)
def _vietnamese() -> None:
    """Each test begins in Vietnamese, whatever the test before it was shown."""
    from django.utils import translation

    translation.activate("vi")


@pytest.fixture
def db() -> Iterator[None]:
    """A database whose changes are rolled back after the test."""
    from django.db import transaction

    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def committed() -> Iterator[str]:
    """A database of the test's own, in which commits are real; yields its DATABASE_URL."""
    from django.db import connection

    old = connection.settings_dict["NAME"]
    name = f"{old}_{os.getpid()}_{next(_numbers)}"
    _copy(name)
    _switch(name)
    yield url(name)
    _switch(str(old))
    import psycopg

    with psycopg.connect(url("postgres"), autocommit=True) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _switch(name: str) -> None:
    from django.db import connection

    connection.close()
    connection.close_pool()
    connection.settings_dict["NAME"] = name
