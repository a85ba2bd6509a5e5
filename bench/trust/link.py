"""A bad network between a browser and the app: packets are lost, late, out of order, too many.

Linux does this to a network device with `tc qdisc add ... netem`, where its kernel has that and
whoever asks is root. Here a small relay does it instead, anywhere: the browser may use nothing but
a TURN server, it is told this relay's address for it, and so every packet of its pictures, there
and back, goes through here on its way to a real coturn.
"""

from __future__ import annotations

import heapq
import itertools
import os
import random
import secrets
import selectors
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

from bench.served import PATIENCE_S, ROOT, NotServed, free_port

HERE = "127.0.0.1"
_QUEUE_S = 1.0
"""A router's memory: what would have to wait longer for its turn is thrown away."""
_LARGEST_BYTES = 65536

Address = tuple[str, int]


@dataclass(frozen=True)
class Weather:
    """What happens to packets, each way.

    lost       share of packets that vanish
    delay_s    how long each is under way; jitter_s: up to so much more or less, at random
    overtaken  share of packets that do not wait, and so come before others sent earlier
    kbit_s     what goes through in a second, None for all
    """

    lost: float = 0.0
    delay_s: float = 0.0
    jitter_s: float = 0.0
    overtaken: float = 0.0
    kbit_s: float | None = None


CLEAR = Weather()
CUT = Weather(lost=1.0)


@dataclass
class Way:
    """One direction: whether a packet arrives, and when."""

    chance: random.Random
    packets: int = 0
    lost: int = 0
    _free_s: float = 0.0  # when the line has sent all that was given to it

    def arrival_s(self, size_bytes: int, now_s: float, weather: Weather) -> float | None:
        """When a packet that is sent now comes out at the other end; None: never."""
        self.packets += 1
        at_s = now_s
        if weather.kbit_s is not None:
            begins_s = max(now_s, self._free_s)
            if begins_s - now_s > _QUEUE_S:
                self.lost += 1
                return None
            self._free_s = at_s = begins_s + size_bytes * 8 / (weather.kbit_s * 1000)
        if self.chance.random() < weather.lost:
            self.lost += 1
            return None
        if self.chance.random() < weather.overtaken:
            return at_s
        return at_s + weather.delay_s + self.chance.uniform(-1, 1) * weather.jitter_s


@dataclass
class Link:
    """Between browsers and the TURN server at ``server``; ``weather`` may change at any time."""

    server: Address
    weather: Weather = CLEAR
    there: Way = field(default_factory=lambda: Way(random.Random(1)))
    back: Way = field(default_factory=lambda: Way(random.Random(2)))

    def __post_init__(self) -> None:
        self._outside = _socket()
        self._outside.bind((HERE, 0))
        self.port: int = self._outside.getsockname()[1]
        self._ready = selectors.DefaultSelector()
        self._ready.register(self._outside, selectors.EVENT_READ)
        # What one browser's socket looks like to the server, and whose it is.
        self._inside: dict[Address, socket.socket] = {}
        self._browsers: dict[socket.socket, Address] = {}
        self._under_way: list[tuple[float, int, socket.socket, bytes, Address]] = []
        self._number = itertools.count()

    def run(self, over: Event) -> None:
        """In a thread of its own, until ``over``."""
        while not over.is_set():
            next_s = self._under_way[0][0] - time.monotonic() if self._under_way else 0.1
            for key, _ in self._ready.select(min(0.1, max(0.0, next_s))):
                self._take(key.fileobj)  # type: ignore[arg-type]
            while self._under_way and self._under_way[0][0] <= time.monotonic():
                _, _, sender, data, to = heapq.heappop(self._under_way)
                _send(sender, data, to)
        for each in (self._outside, *self._browsers):
            each.close()
        self._ready.close()

    def _take(self, sock: socket.socket) -> None:
        while True:
            try:
                data, sender = sock.recvfrom(_LARGEST_BYTES)
            except OSError:  # all is read
                return
            if sock is self._outside:
                self._pass_on(self.there, self._inside_for(sender), data, self.server)
            else:
                self._pass_on(self.back, self._outside, data, self._browsers[sock])

    def _inside_for(self, browser: Address) -> socket.socket:
        if browser not in self._inside:
            opened = _socket()
            self._inside[browser], self._browsers[opened] = opened, browser
            opened.bind((HERE, 0))
            self._ready.register(opened, selectors.EVENT_READ)
        return self._inside[browser]

    def _pass_on(self, way: Way, sender: socket.socket, data: bytes, to: Address) -> None:
        at_s = way.arrival_s(len(data), time.monotonic(), self.weather)
        if at_s is not None:
            heapq.heappush(self._under_way, (at_s, next(self._number), sender, data, to))


def _socket() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.setblocking(False)
    return made


def _send(sender: socket.socket, data: bytes, to: Address) -> None:
    try:
        sender.sendto(data, to)
    except OSError:
        pass  # nobody is there any more, or no room: a network loses packets


@dataclass(frozen=True)
class Relay:
    """A TURN server."""

    port: int
    secret: str
    log: Path

    @property
    def url(self) -> str:
        return turn_url(self.port)

    def settings(self, port: int | None = None) -> dict[str, str]:
        """For the app's environment. ``port``: of what stands before the relay, if anything."""
        return {
            "POSECOACH_TURN_URL": turn_url(port or self.port),
            "POSECOACH_TURN_SECRET": self.secret,
            "POSECOACH_TURN_ONLY": "1",
        }


def turn_url(port: int) -> str:
    return f"turn:{HERE}:{port}?transport=udp"


@contextmanager
def coturn(folder: Path) -> Iterator[Relay]:
    """coturn with the settings of deploy/, but for where it listens, until the block ends.

    Raises NotServed where there is none, or where it does not start.
    """
    places = f"{os.environ.get('PATH', '')}{os.pathsep}/usr/sbin"  # Debian's, out of users' sight
    path = shutil.which("turnserver", path=places)
    if path is None:
        raise NotServed("no turnserver found (Debian: apt-get install coturn)")
    port, secret, log = free_port(), secrets.token_hex(16), folder / "coturn.log"
    command = [
        *(path, "-c", str(ROOT / "deploy" / "turnserver.conf")),
        *(f"--static-auth-secret={secret}", "--realm=posecoach", f"--listening-port={port}"),
        # Both ends are on this computer, where a relay otherwise hands nothing on.
        *(f"--listening-ip={HERE}", f"--relay-ip={HERE}", "--allow-loopback-peers"),
        *("--log-file=stdout", "--verbose", f"--pidfile={folder / 'coturn.pid'}"),
        f"--userdb={folder / 'turndb'}",
    ]
    with log.open("wb") as out:
        server = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
    try:
        until_s = time.monotonic() + PATIENCE_S
        while "UDP listener opened" not in log.read_text(errors="replace"):
            if server.poll() is not None or time.monotonic() > until_s:
                raise NotServed(f"coturn does not start:\n{log.read_text(errors='replace')}")
            time.sleep(0.1)
        yield Relay(port, secret, log)
    finally:
        server.terminate()
        server.wait(30)


@contextmanager
def link_to(relay: Relay) -> Iterator[Link]:
    """The bad network before ``relay``, until the block ends."""
    link, over = Link((HERE, relay.port)), Event()
    thread = Thread(target=link.run, args=(over,), name="link")
    thread.start()
    try:
        yield link
    finally:
        over.set()
        thread.join()
