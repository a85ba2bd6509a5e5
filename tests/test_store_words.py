"""How reps are told, in the reader's language."""

from posecore.store.words import measured, range_of
from posecore.types import Fault
from tests.test_language import speaking

SLOW = Fault("tempo", 1.0, "tempo_out", 0.3, 0.4, 2.0, "Slow down", unit="s")


def test_seconds_are_said_in_the_readers_language():
    assert measured(1.84, " s", 1) == "1.8 s"
    assert range_of(SLOW) == "0.4 s to 2.0 s"
    with speaking("ko"):
        assert measured(1.84, " s", 1) == "1.8초"
        assert "0.4초" in range_of(SLOW)
        assert measured(90.4, "°") == "90°"
