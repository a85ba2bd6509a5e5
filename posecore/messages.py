"""Messages between the program and its processes, and what such a process begins with.

Plain bytes, never pickles: a process that reads strangers' files is not believed.
"""

from __future__ import annotations

import json
import os
import struct
import sys
from typing import IO, Any

from posecore.language import Text

_HEAD = struct.Struct("<BQ")  # kind of a message, bytes that follow
_LARGEST = 1 << 28  # bytes of a message; more cannot come from a process that is in order


def send(stream: IO[bytes], kind: int, *parts: Any) -> None:
    """One message; ``parts`` are bytes or arrays in one piece."""
    stream.write(_HEAD.pack(kind, sum(memoryview(part).nbytes for part in parts)))
    for part in parts:
        stream.write(part)
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[int, bytes] | None:
    """The next message; None where the stream ends, or holds what is none."""
    head = stream.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    kind, size = _HEAD.unpack(head)
    if size > _LARGEST:
        return None
    content = stream.read(size)
    return (kind, content) if len(content) == size else None


def bytes_of(sentence: str) -> bytes:
    """A sentence with what it was made from, so that it can be said in any language."""
    made = (sentence.template, sentence.values) if isinstance(sentence, Text) else (sentence, {})
    return json.dumps(made).encode()


def sentence_of(content: bytes) -> str:
    template, values = json.loads(content)
    return Text(template, **values) if values else str(template)


def own_output() -> IO[bytes]:
    """The process's standard output for messages alone: what a library prints goes elsewhere."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return out


def end_with_the_program() -> None:
    """A thread's, where nothing is ever sent: it returns when the program is gone."""
    sys.stdin.buffer.read()
    os._exit(1)


def limit_memory(memory_bytes: int) -> None:
    """At most so much address space for this process, where the system can limit it."""
    try:
        import resource
    except ImportError:  # Windows; the size of pictures is limited there too
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    allowed = memory_bytes if hard == resource.RLIM_INFINITY else min(memory_bytes, hard)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (allowed, hard))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash leaves no copy of a picture
    except (OSError, ValueError):
        return  # macOS knows the limit and does not let it be set
