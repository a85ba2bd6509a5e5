"""Nobody in: pages of other sites, uploads, names of files, and files that could run code."""

from __future__ import annotations

import ast
import subprocess
import tomllib
from pathlib import Path

import httpx
import pytest
import websockets.exceptions
import websockets.sync.client
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from bench.trust import sockets
from bench.trust.sockets import Attempt
from pages.video_work import file_names
from posecore.exercises.names import file_stem, person_folder

ROOT = sockets.ROOT

needs_strace = pytest.mark.skipif(
    not sockets.strace_allowed(), reason="strace is not there, or may not be used"
)

# Streamlit connects a datagram socket to learn this computer's own address: nothing is sent.
OWN_ADDRESS = Attempt("connect", "8.8.8.8", 1)

RUNS_CODE = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "shelve", "marshal"}
RUNS_TEXT = {"eval", "exec", "compile", "__import__"}


@needs_strace
def test_a_page_of_another_site_is_refused_and_nobody_is_asked_about_it(tmp_path: Path) -> None:
    with sockets.traced_app(tmp_path, program=("serve.py",)) as server:
        address = f"ws://localhost:{server.port}/_stcore/stream"
        with pytest.raises(websockets.exceptions.InvalidStatus, match="403"):
            websockets.sync.client.connect(
                address, subprotocols=["streamlit"], origin="http://other.example", proxy=None
            )
        assert sockets.visit(server.port, sockets.PAGES) == []
    assert [each for each in server.attempts if not each.stays and each != OWN_ADDRESS] == []


def test_uploads_have_a_limit_and_other_sites_cannot_send_any() -> None:
    server = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))["server"]
    assert server["maxUploadSize"] <= 1024
    assert server.get("enableXsrfProtection", True) and server.get("enableCORS", True)


def upload_of_a_stranger(port: int) -> int:
    """What the app answers to a file from somebody who has only just come."""
    address = f"ws://localhost:{port}/_stcore/stream"
    with websockets.sync.client.connect(
        address, subprotocols=["streamlit"], origin=f"http://localhost:{port}", proxy=None
    ) as page:
        page.send(BackMsg(rerun_script={}).SerializeToString())
        told = ForwardMsg()
        while not told.HasField("new_session"):
            told.ParseFromString(page.recv(60))
        session = told.new_session.initialize.session_id
        with httpx.Client(base_url=f"http://localhost:{port}", trust_env=False) as browser:
            browser.get("/_stcore/health")
            token = {"X-Xsrftoken": browser.cookies.get("_streamlit_xsrf", "")}
            sent = browser.put(
                f"/_stcore/upload_file/{session}/1", files={"file": b"x" * 999}, headers=token
            )
    return sent.status_code


@pytest.mark.parametrize(("login", "answer"), [(False, 204), (True, 400)])
def test_where_people_log_in_nobody_else_can_upload(
    tmp_path: Path, login: bool, answer: int
) -> None:
    settings = tmp_path / "secrets.toml"
    settings.write_text('[auth]\ncookie_secret = "0123456789abcdef"\n' if login else "")
    program = ("serve.py", "--secrets.files", str(settings))
    with sockets.traced_app(tmp_path, trace=False, program=program) as server:
        assert upload_of_a_stranger(server.port) == answer


def program_files() -> list[Path]:
    folders = ("posecore", "pages", "scripts", "bench")
    return [*ROOT.glob("*.py"), *(file for each in folders for file in (ROOT / each).rglob("*.py"))]


def test_no_file_is_read_in_a_way_that_could_run_code() -> None:
    files = program_files()
    found = {file.name: dangers_of(file.read_text("utf-8")) for file in files}
    assert len(files) > 100
    assert {name: dangers for name, dangers in found.items() if dangers} == {}


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "from pickle import loads",
        "import joblib; joblib.load(path)",
        "import pandas; pandas.read_pickle(path)",
        "import numpy; numpy.load(path, allow_pickle=True)",
        "import subprocess; subprocess.run(line, shell=True)",
        "import os; os.system(line)",
        "eval(text)",
        "import skops.io; skops.io.load(path, trusted=True)",
        "import yaml; yaml.load(text)",
    ],
)
def test_such_a_way_would_be_found(code: str) -> None:
    assert dangers_of(code)


def dangers_of(code: str) -> list[str | None]:
    """What in this code would run what is in a file, or in a person's text."""
    found: list[str | None] = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            found += [a.name for a in node.names if a.name.split(".")[0] in RUNS_CODE]
        elif isinstance(node, ast.ImportFrom):
            found += [node.module] if (node.module or "").split(".")[0] in RUNS_CODE else []
        elif isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            keywords = {each.arg: ast.unparse(each.value) for each in node.keywords}
            if (
                called in RUNS_TEXT
                or called in ("joblib.load", "torch.load", "yaml.load", "os.system", "os.popen")
                or called.endswith("read_pickle")
                or keywords.get("allow_pickle") == "True"
                or keywords.get("shell") == "True"
                or keywords.get("trusted") == "True"
            ):
                found.append(ast.unparse(node))
    return found


def test_no_secret_and_no_database_is_committed() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout, so there is no list of committed files")
    endings = ("secrets.toml", ".env", ".db", ".sqlite", ".pem", ".key")
    assert [name for name in listed.stdout.splitlines() if name.endswith(endings)] == []


HOSTILE_NAMES = [
    "../../../etc/passwd",
    r"..\..\Windows\win.ini",
    "/etc/passwd",
    r"C:\me.mp4",
    "..",
    ".",
    "",
    " ",
    "a\0b.mp4",
    "line\nbreak.mp4",
    "~root/x.mp4",
    "$(touch x).mp4",
    "con:stream.mp4",
    "\u202egnp.exe",
    "x" * 5000,
]


@pytest.mark.parametrize("name", HOSTILE_NAMES, ids=range(len(HOSTILE_NAMES)))
def test_no_path_is_made_of_what_a_person_typed(tmp_path: Path, name: str) -> None:
    for made in (
        tmp_path / "in" / file_names([name])[0],
        tmp_path / "in" / file_stem(name or "x"),
        person_folder(tmp_path / "in", name),
    ):
        made.parent.mkdir(parents=True, exist_ok=True)
        made.resolve().relative_to(tmp_path / "in")
        if made != tmp_path / "in":
            made.write_bytes(b"")  # a name that the system can write
            assert made.is_file() and made.resolve().parent == made.parent.resolve()
    assert {path.name for path in tmp_path.iterdir()} == {"in"}
