"""Makes videos that are damaged, odd, or lie: what a person, or somebody with ill will, may upload.

    python scripts/make_bad_videos.py DIR [--address http://127.0.0.1:9/] [--group NAME ...]

Everything is made on the spot from the clip of two squats in tests/clips, the same at every run.
``bad_videos.tsv`` in DIR says of each file what it is and how reading it has to end: with pictures
("read"), with a sentence ("refused"), or with either ("any").
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # it is called as a program, too

from scripts.bad_videos import damaged, lying, odd, references  # noqa: E402
from scripts.bad_videos.writing import BadVideo  # noqa: E402

Maker = Callable[[Path, str], Iterator[BadVideo]]

GROUPS: dict[str, Maker] = {
    "truncated": damaged.truncated,
    "flipped bytes": damaged.flipped,
    "no video": damaged.no_video,
    "wrong extension": damaged.wrong_extension,
    "sizes": odd.sizes,
    "times": odd.times,
    "shown otherwise": odd.shown_otherwise,
    "kinds of pictures": odd.kinds,
    "codecs": odd.codecs,
    "lying headers": lying.headers,
    "bombs": lying.bombs,
    "references": references.references,
}


@dataclass(frozen=True)
class Corpus:
    """``left_out``: what could not be made on this computer, with the reason."""

    videos: list[BadVideo]
    left_out: list[str]


def make(folder: Path, address: str, groups: list[str] | None = None) -> Corpus:
    """Write the files of ``groups`` (all of them where None) below ``folder``.

    address  where references point to: a listener of whoever wants to know that nobody came
    """
    videos: list[BadVideo] = []
    left_out: list[str] = []
    for name in groups or list(GROUPS):
        place = folder / name.replace(" ", "_")
        place.mkdir(parents=True, exist_ok=True)
        for video in GROUPS[name](place, address):
            if video.reason is None:
                videos.append(video)
            else:
                left_out.append(f"{video.what}: {video.reason}")
    rows = ["file\twhat\tends"]
    rows += [f"{v.path.relative_to(folder)}\t{v.what}\t{v.ends}" for v in videos]
    (folder / "bad_videos.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return Corpus(videos, left_out)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--address", default="http://127.0.0.1:9/")
    parser.add_argument("--group", action="append", choices=list(GROUPS), help="default: all")
    given = parser.parse_args()
    corpus = make(given.folder, given.address, given.group)
    for line in corpus.left_out:
        print(f"left out: {line}")
    print(f"{len(corpus.videos)} files in {given.folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
