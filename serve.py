"""PoseCoach on a server: `python serve.py`, with Streamlit's own options behind it.

The same app as `streamlit run app.py`, with a log without secrets and a port for monitors, both
there before the first visitor. docs/DEPLOY.md names the settings.
"""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime
from pathlib import Path

import streamlit.logger
from streamlit.web import cli

from pages.gate import close_to_strangers
from pages.quiet import ask_nobody, pass_over_closed_tabs
from pages.unlost import lose_no_press
from posecore import logs, monitor
from posecore.kept import purge_deleted
from posecore.passing import delete_left_behind
from posecore.store import Store, StoreError

APP = Path(__file__).with_name("app.py")


def write_by(handler: logging.Handler) -> None:
    """Streamlit gives each of its loggers a handler of its own; they get this one instead."""

    def hand_over(logger: logging.Logger) -> None:
        logger.handlers[:] = [handler]

    streamlit.logger.setup_formatter = hand_over
    streamlit.logger.update_formatter()


def purge() -> None:
    """A server may run for long before its first visitor."""
    store = None
    try:
        store = Store()
        purge_deleted(store, datetime.now(UTC))
    except StoreError as error:
        # The pages say what is wrong; it goes on with the first of them that finds it mended.
        told = {"error": type(error).__name__}
        logs.note(logging.getLogger("posecore.kept"), "deleted sessions not removed", **told)
    finally:
        if store is not None:
            store.close()


def main() -> int:
    try:
        write_by(logs.set_up())
        running = monitor.serve()
    except logs.SettingError as error:
        print(f"PoseCoach: {error}", file=sys.stderr)
        return 2
    if running is not None:
        logs.note(logging.getLogger("posecore.monitor"), "monitor listens", url=running.url)
    delete_left_behind()
    purge()
    ask_nobody()
    pass_over_closed_tabs()
    close_to_strangers()
    lose_no_press()
    # Behind it, so that it can be said otherwise: a visitor is told no paths of the server.
    options = ["--client.showErrorDetails", "none", *sys.argv[1:]]
    cli.main(["run", str(APP), *options], prog_name="streamlit", standalone_mode=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
