"""Texts from outside, made so that every database takes them."""

from __future__ import annotations


def clean(text: str, length: int | None = None) -> str:
    """Without NUL, which PostgreSQL refuses, and without halves of characters, which no database
    takes and names of files may have; cut to ``length``."""
    whole = text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
    return whole[:length]
