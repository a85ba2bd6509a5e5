"""What holds something open, and lets go of it at the end of a ``with`` block."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Self


class Closing(ABC):
    """Offers ``close``, and is closed by ``with``."""

    @abstractmethod
    def close(self) -> None:
        """Let go of what is held. Again does nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_why: object) -> None:
        self.close()
