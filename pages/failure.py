"""Where a page breaks down its visitor reads a sentence, and nothing of the program or its files.

Streamlit's own speaks of its cloud. The rest stands in the log (client.showErrorDetails).
"""

from __future__ import annotations

from typing import Any

from streamlit.elements import exception
from streamlit.proto.Exception_pb2 import Exception as Shown

from posecore.language import _

_GENERIC = exception._GENERIC_UNCAUGHT_EXCEPTION_TEXT
_marshall = exception.marshall


def _in_a_sentence(shown: Shown, *args: Any, **options: Any) -> None:
    """In the place of Streamlit's own, which fills in what is shown of an error."""
    _marshall(shown, *args, **options)
    if shown.message == _GENERIC:
        shown.message = _(
            "Something went wrong on this page. Load it once more; if that does not help, please "
            "report it. What happened stands in the window that PoseCoach was started from."
        )


def tell_in_a_sentence() -> None:
    exception.marshall = _in_a_sentence
