"""The same verdict with and without a line: our Python in the browser's WebAssembly against this one, on thousands of cases."""

import ast
import io
import json
import os
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from khien.surfaces.station import ruling
from khien.visits import offline
from tests import browser
from tests.offline_cases import BOOK, cases

ROOT = Path(__file__).resolve().parents[3]

MANY = 100_000 if os.environ.get("KHIEN_SLOW") else 10_000
ASK = """async ({worker, rules, several}) => {
  const work = new Worker(worker, {type: "module"});
  const call = (id, name, asked) => new Promise((done, failed) => {
    work.addEventListener("message", ({data}) => data.id === id && (data.broken ? failed(new Error(data.broken + " " + data.why)) : done(data.answer)));
    work.addEventListener("error", (event) => failed(new Error(event.message)));
    work.postMessage({id, name, asked});
  });
  const begun = performance.now();
  await call(1, "rules", rules);
  const ready = performance.now();
  const answers = await call(2, "all", several);
  work.terminate();
  return {answers, ready: ready - begun, took: performance.now() - ready};
}"""


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def told():
    return {"version": "test", "entries": offline.book_json(BOOK), "words": ruling.words(), "bundle": ruling.address("rules")}


@pytest.mark.usefixtures("committed")
def test_the_browser_without_a_line_says_what_the_server_says():
    several = json.dumps(cases(MANY))
    here = json.loads(offline.answer_all(offline.told_of(json.dumps(told())), several))
    kinds = Counter("refused" if "refused" in one else "stops" if one.get("stops") else "said" for one in here)
    assert min(kinds.values()) > MANY / 50  # every kind of answer is among them
    with browser.serving() as server, browser.chromium() as chrome:
        page = chrome.new_page()
        page.set_default_timeout(180_000)
        page.goto(f"{server}/static/mark.svg")
        there = page.evaluate(ASK, {"worker": ruling.address("rules_worker"), "rules": told(), "several": several})
    sys.stderr.write(f"rules ready in {there['ready']:.0f} ms, {MANY} answers in {there['took']:.0f} ms\n")
    differing = [(asked, one, other) for asked, one, other in zip(json.loads(several), here, json.loads(there["answers"]), strict=True) if one != other]
    assert differing == []


def test_the_archive_of_a_desk_is_our_own_sources_and_nothing_beside_the_standard_library():
    held = zipfile.ZipFile(io.BytesIO(ruling.bundle()))
    for name in held.namelist():
        assert held.read(name) == (ROOT / name).read_bytes(), name
    sources = [held.read(name).decode() for name in held.namelist() if name.endswith(".py")]
    assert {"khien/visits/offline.py", "khien/visits/dosing.py", "khien/campaigns/course.py", "khien/stock/rules.py"} <= set(held.namelist())
    wanted = {name.split(".")[0] for source in sources for name in imported(ast.parse(source))}
    assert wanted <= set(sys.stdlib_module_names) | {"khien"}


def test_the_archive_runs_by_itself_where_there_is_no_django(tmp_path):
    zipfile.ZipFile(io.BytesIO(ruling.bundle())).extractall(tmp_path)
    (tmp_path / "told.json").write_text(json.dumps(told()), encoding="utf-8")
    run = "from khien.visits import offline; t = offline.told_of(open('told.json').read()); print(offline.answer_text(t, 'card', '{\"scan\": \"?\"}'))"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {run}"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "refused" in json.loads(done.stdout or "{}"), done.stderr


def test_only_the_worker_may_compile_and_every_page_stays_strict(db):
    worker, archive = Client().get(ruling.address("rules_worker")), Client().get(ruling.address("rules"))
    assert "'wasm-unsafe-eval'" in worker["Content-Security-Policy"]
    assert "'self'" in settings.SECURE_CSP["worker-src"]
    assert all("immutable" in one["Cache-Control"] for one in (worker, archive))
    for page in ("/", "/diem/", "/so/", "/dieu-phoi/", "/mcc/"):
        policy = Client().get(page)["Content-Security-Policy"]
        assert not {"wasm", "unsafe"} & set(policy.replace("'", "-").split("-")), page
