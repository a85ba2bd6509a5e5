"""A table of plain texts that a phone can scroll by itself, from the keyboard too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

_STYLE = """<style>
.pc-table { overflow-x: auto; margin: 0 0 1rem; }
.pc-table:focus-visible { outline: 3px solid #e69f00; outline-offset: 2px; }
.pc-table table { border-collapse: collapse; }
.pc-table th, .pc-table td { border: 1px solid rgba(128, 128, 128, .55); padding: .45rem .7rem;
  text-align: left; vertical-align: top; }
.pc-table th { font-weight: 600; }
</style>"""


def table_html(rows: Sequence[Mapping[str, str]], told: str) -> str:
    """rows: column heading -> text, all of the same columns; told: what it is a table of."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in rows[0])
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(text)}</td>' for text in row.values())}</tr>" for row in rows
    )
    return (
        f'<div class="pc-table" role="region" tabindex="0" aria-label="{escape(told)}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def show_table(rows: Sequence[Mapping[str, str]], told: str) -> None:
    st.html(_STYLE + table_html(rows, told))
