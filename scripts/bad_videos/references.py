"""Files that ask the reader to open others: files beside them, and addresses in the network."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from scripts.bad_videos.writing import REFUSED, BadVideo, write


def references(folder: Path, address: str) -> Iterator[BadVideo]:
    """``address`` is asked for by each that can name one; ``other.mp4`` lies beside them."""
    other = write(folder / "other.mp4")
    where = urlsplit(address)
    for ending, text in _playlists(address, other, where.hostname, where.port or 80).items():
        name, _, kind = ending.partition(".")
        for called in (kind, "mp4"):  # as it should be called, and as an upload must be
            path = folder / f"{name}_{kind}.{called}"
            path.write_text(text, encoding="utf-8")
            yield BadVideo(path, f"{name} ({kind}) called .{called}", REFUSED)
    for name, target in (("address", address.encode() + b"clip.mp4"), ("file", b"other.mp4")):
        path = folder / f"redirect_{name}.mov"
        path.write_bytes(_redirect(target))
        yield BadVideo(path, f"a QuickTime file that sends on to another {name}", REFUSED)
        path = folder / f"pictures_{name}.mov"
        path.write_bytes(_pictures_elsewhere(other.read_bytes(), target))
        yield BadVideo(path, f"a QuickTime file whose pictures are in another {name}", REFUSED)


def _playlists(address: str, other: Path, host: str | None, port: int) -> dict[str, str]:
    away, here = f"{address}clip.mp4", other.name
    full = other.absolute()
    hls = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{}\n#EXT-X-ENDLIST\n"
    nested = f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{address}list.m3u8\n"
    sdp = f"v=0\no=- 0 0 IN IP4 {host}\ns=x\nc=IN IP4 {host}\nt=0 0\n"
    return {
        "address.m3u8": hls.format(away),
        "file.m3u8": hls.format(here),
        "absolute.m3u8": hls.format(full),
        "secret.m3u8": hls.format(Path("/etc/passwd").as_uri()),
        "nested.m3u8": nested,
        "key.m3u8": hls.format(here).replace(
            "#EXTINF", f'#EXT-X-KEY:METHOD=AES-128,URI="{address}key"\n#EXTINF'
        ),
        "address.ffconcat": f"ffconcat version 1.0\nfile '{away}'\n",
        "file.ffconcat": f"ffconcat version 1.0\nfile {here}\n",
        "option.ffconcat": f"ffconcat version 1.0\nfile {here}\noption safe 0\n",
        "stream.sdp": f"{sdp}m=video {port} RTP/AVP 96\na=rtpmap:96 H264/90000\n",
        "address.mpd": (
            '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
            'mediaPresentationDuration="PT9S"><Period><AdaptationSet mimeType="video/mp4">'
            f'<Representation id="1" bandwidth="1"><BaseURL>{away}</BaseURL></Representation>'
            "</AdaptationSet></Period></MPD>"
        ),
        "address.asx": f'<asx version="3.0"><entry><ref href="{away}"/></entry></asx>',
        "address.ram": f"{away}\n",
        "address.pls": f"[playlist]\nFile1={away}\nNumberOfEntries=1\n",
        "address.smil": f'<smil><body><video src="{away}"/></body></smil>',
        "script.avs": f'FFVideoSource("{here}")\n',
        "concat.txt": f"concat:{here}|{here}\n",
        "pictures.vob": f"subfile,,start,0,end,0,,:{full}\n",
        "image.mvg": f"push graphic-context\nimage over 0,0 9,9 '{away}'\npop graphic-context\n",
    }


def _box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), name) + content


def _redirect(target: bytes) -> bytes:
    """A reference movie: an index that holds nothing but the place of another file."""
    text = target + b"\0"
    place = _box(b"rdrf", struct.pack(">I4sI", 0, b"url ", len(text)) + text)
    index = _box(b"moov", _box(b"rmra", _box(b"rmda", place)))
    return _box(b"ftyp", b"qt  \0\0\0\0qt  ") + index


def _pictures_elsewhere(whole: bytes, target: bytes) -> bytes:
    """The same index, which says that the pictures are not in this file but in another.

    The box that says so is as long as it was; what is too long for it lies in free space behind.
    """
    data = bytearray(whole)
    at = data.index(b"dref")
    place = _box(b"url ", b"\0\0\0\0" + target + b"\0")
    room = struct.unpack(">I", data[at - 4 : at])[0]
    new = struct.pack(">I4sII", 16 + len(place), b"dref", 0, 1) + place
    data[at - 4 : at - 4 + room] = new
    grown = len(new) - room
    for name in (b"dinf", b"minf", b"mdia", b"trak", b"moov"):
        where = data.index(name) - 4
        size = struct.unpack(">I", data[where : where + 4])[0]
        data[where : where + 4] = struct.pack(">I", size + grown)
    # Without its own pictures: whatever is shown then came from elsewhere.
    begin = data.index(b"mdat") + 4
    size = struct.unpack(">I", data[begin - 8 : begin - 4])[0]
    data[begin : begin - 8 + size] = bytes(size - 8)
    return bytes(data)
