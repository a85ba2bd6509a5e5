"""What programs say to whom: every attempt to reach an address, seen by the system itself.

strace follows a program and all that it starts, so that native libraries are heard too. A network
namespace without any network shows the other half: that nothing needs one.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CLIP = ROOT / "tests" / "clips" / "squat_45_2.mp4"
_PATIENCE_S = 90.0

_CALL = re.compile(r"\b(connect|sendto|sendmsg|sendmmsg)\(.*?sa_family=(AF_\w+)(.*)")
_ADDRESS = re.compile(r'inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)"')
_PORT = re.compile(r"sin6?_port=htons\((\d+)\)")


@dataclass(frozen=True)
class Attempt:
    """One call of the system: which, to what address, at what port."""

    call: str
    address: str
    port: int

    @property
    def stays(self) -> bool:
        return self.address == "::1" or self.address.startswith("127.")


def strace_allowed() -> bool:
    if shutil.which("strace") is None:
        return False
    return subprocess.run(["strace", "-o", "/dev/null", "true"], check=False).returncode == 0


def namespaces_allowed() -> bool:
    if shutil.which("unshare") is None:
        return False
    return subprocess.run(["unshare", "-rn", "true"], capture_output=True).returncode == 0


def without_network(command: Sequence[str]) -> list[str]:
    """The command in a namespace that has no network but the loopback."""
    inside = (
        "import fcntl, os, socket, struct, sys\n"
        "request = struct.pack('16sh', b'lo', 1)\n"  # IFF_UP
        "fcntl.ioctl(socket.socket(socket.AF_INET, socket.SOCK_DGRAM), 0x8914, request)\n"
        "os.execvp(sys.argv[1], sys.argv[1:])\n"
    )
    return ["unshare", "-rn", sys.executable, "-c", inside, *command]


def attempts_of(
    command: Sequence[str], env: dict[str, str]
) -> tuple[subprocess.CompletedProcess[str], list[Attempt]]:
    """Run a program to its end; what it said, and every address it tried to reach."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "calls"
        done = subprocess.run(
            [*_strace(log), *command], cwd=ROOT, env=os.environ | env, capture_output=True,
            text=True, check=False,
        )  # fmt: skip
        return done, read_calls(log.read_text(errors="replace"))


def read_calls(log: str) -> list[Attempt]:
    found = []
    for call, family, rest in _CALL.findall(log):
        if family not in ("AF_INET", "AF_INET6"):
            continue  # sockets of files on this computer
        address, port = _ADDRESS.search(rest), _PORT.search(rest)
        if address is not None and port is not None:
            found.append(Attempt(call, address[1] or address[2], int(port[1])))
    return found


def _strace(log: Path) -> list[str]:
    # With the filter in the system only these calls are stopped at, not every one.
    return [
        "strace",
        "-f",
        "--seccomp-bpf",
        "-qq",
        "-e",
        "trace=connect,sendto,sendmsg,sendmmsg",
        "-o",
        str(log),
    ]


@dataclass
class Server:
    """The running app; ``attempts`` is known after it has ended."""

    port: int
    attempts: list[Attempt]
    said: str = ""


@contextmanager
def traced_app(
    folder: Path,
    *,
    trace: bool = True,
    program: Sequence[str] = ("-m", "streamlit", "run", "app.py"),
) -> Iterator[Server]:
    """The app as ``make run`` starts it, followed by strace."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        server = Server(free.getsockname()[1], [])
    calls, said = folder / "calls", folder / "said"
    options = ["--server.port", str(server.port), "--server.headless", "true"]
    command = [sys.executable, *program, *options]
    env = os.environ | {"POSECOACH_DATABASE_URL": f"sqlite:///{folder / 'sessions.db'}"}
    with said.open("wb") as out:
        process = subprocess.Popen(
            [*(_strace(calls) if trace else []), *command], cwd=ROOT, env=env, stdout=out,
            stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            _wait_for(server.port, process)
            yield server
        finally:
            _end(process)
            server.said = said.read_text(errors="replace")
            if trace:
                server.attempts = read_calls(calls.read_text(errors="replace"))


def _end(process: subprocess.Popen[bytes]) -> None:
    """strace keeps signals to itself, so what it follows is asked to end, and it ends with it."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    followed = children.read_text().split() if children.exists() else []
    for pid in map(int, followed):
        os.kill(pid, signal.SIGTERM)
    if not followed:
        process.terminate()
    try:
        process.wait(_PATIENCE_S / 3)
    except subprocess.TimeoutExpired:
        for pid in map(int, followed):
            os.kill(pid, signal.SIGKILL)
        process.kill()
        process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until_s = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until_s and process.poll() is None:
        with socket.socket() as knock:
            if knock.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("the app did not start")


_COOKIE_SECRET = "0123456789abcdef0123456789abcdef"


def program_with_login(folder: Path) -> tuple[str, ...]:
    """For ``traced_app``: a server whose people log in, with nobody there to ask who they are."""
    settings = folder / "secrets.toml"
    settings.write_text(f'[auth]\nclient_id = "posecoach"\ncookie_secret = "{_COOKIE_SECRET}"\n')
    return ("serve.py", "--secrets.files", str(settings))


def _as_logged_in(port: int) -> tuple[list[str], dict[str, str]]:
    """What a browser says after a login: its subprotocols and its headers."""
    from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

    with urllib.request.urlopen(f"http://localhost:{port}/_stcore/health") as answer:
        token = answer.headers["Set-Cookie"].partition("_streamlit_xsrf=")[2].partition(";")[0]
    who = {"origin": f"http://localhost:{port}", "is_logged_in": True, "iss": "here", "sub": "1"}
    signed = create_signed_value(_COOKIE_SECRET, "_streamlit_user", json.dumps(who)).decode()
    cookies = {"Cookie": f"_streamlit_xsrf={token}; _streamlit_user={signed}"}
    return ["streamlit", token.strip('"')], cookies


def visit(port: int, pages: Sequence[str], *, logged_in: bool = False) -> list[str]:
    """Open each page as a browser would and let its script run; what was wrong with them."""
    import websockets.sync.client
    from streamlit.proto.BackMsg_pb2 import BackMsg
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

    wrong: list[str] = []
    address = f"ws://localhost:{port}/_stcore/stream"
    spoken, cookies = _as_logged_in(port) if logged_in else (["streamlit"], {})
    with websockets.sync.client.connect(
        address, subprotocols=spoken, origin=f"http://localhost:{port}", max_size=None,
        proxy=None, additional_headers=cookies,
    ) as page:  # fmt: skip
        for name in pages:
            asked = BackMsg()
            asked.rerun_script.page_name = name
            page.send(asked.SerializeToString())
            elements = 0
            while True:
                told = ForwardMsg()
                told.ParseFromString(page.recv(_PATIENCE_S))
                element = told.delta.new_element
                elements += told.HasField("delta")
                if element.HasField("exception"):
                    wrong.append(f"{name}: {element.exception.message}")
                if logged_in and element.button.label == "Log in":
                    wrong.append(f"{name}: nobody is logged in")
                if told.HasField("page_not_found"):
                    wrong.append(f"{name}: there is no such page")
                if told.HasField("script_finished"):
                    break
            if elements < _LEAST_ELEMENTS:
                wrong.append(f"{name}: {elements} elements only")
    return wrong


_LEAST_ELEMENTS = 3


def asked_elsewhere(port: int) -> list[str]:
    """Addresses in the page itself that a browser would load from another computer."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=_PATIENCE_S) as answer:
        page = answer.read().decode()
    return re.findall(r"""(?:src|href)=["']((?:https?:)?//[^"']+)""", page)


def visit_without_network(folder: Path) -> subprocess.CompletedProcess[str]:
    """The app and a visit to all its pages where there is no network; its exit code says how."""
    here = [sys.executable, "-m", "bench.trust.sockets", str(folder)]
    return subprocess.run(
        without_network(here), cwd=ROOT, capture_output=True, text=True, check=False
    )


PAGES = ("", "video", "history", "exercises", "accuracy", "settings")
PAGES_AFTER_LOGIN = (*PAGES, "account")

COMMANDS: dict[str, list[str]] = {
    "doctor": ["doctor"],
    "exercises": ["exercises", "check"],
    "sessions": ["sessions"],
    "analyze": ["analyze", str(CLIP), "--exercise", "squat"],
}
"""Of the command line; ``analyze`` goes through the estimator, the model and the decoder."""


if __name__ == "__main__":
    with traced_app(Path(sys.argv[1]), trace=False) as server:
        problems = visit(server.port, PAGES)
    sys.exit("\n".join(problems) or None)
