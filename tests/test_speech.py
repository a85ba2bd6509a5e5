"""What is said aloud: counts at once, cues one at a time."""

from __future__ import annotations

from posecore.speech import AGAIN_S, CUE_EVERY_S, Speaker


def said(speaker: Speaker, now_s: float, count: str | None, cue: str | None) -> str | None:
    utterance = speaker.step(now_s, count, cue)
    return utterance.text if utterance is not None else None


def test_each_count_is_said_once_and_at_once():
    speaker = Speaker()
    assert said(speaker, 0.0, None, None) is None
    assert said(speaker, 0.2, "1", "Go lower") == "1"
    assert said(speaker, 0.4, "1", None) is None
    assert said(speaker, 0.6, "2", None) == "2"


def test_cues_come_no_sooner_than_every_four_seconds():
    speaker = Speaker()
    cues = [said(speaker, i / 4, None, ("Go lower", "Chest up")[i // 4 % 2]) for i in range(80)]
    at_s = [i / 4 for i, text in enumerate(cues) if text]
    assert len(at_s) > 2
    assert min(b - a for a, b in zip(at_s, at_s[1:], strict=False)) >= CUE_EVERY_S


def test_the_same_words_are_not_repeated_soon():
    speaker = Speaker()
    at_s = [i / 4 for i in range(120) if said(speaker, i / 4, None, "Step back")]
    assert min(b - a for a, b in zip(at_s, at_s[1:], strict=False)) >= AGAIN_S


def test_a_count_does_not_wait_for_a_cue_and_takes_its_place():
    speaker = Speaker()
    first = speaker.step(0.0, None, "Go lower")
    second = speaker.step(0.5, "1", None)
    assert first is not None and not first.urgent
    assert second is not None and second.urgent and second.number > first.number


def test_reset_equals_new():
    speaker = Speaker()
    speaker.step(0.0, "1", None)
    speaker.step(0.0, "1", "Go lower")
    speaker.reset()
    assert said(speaker, 0.1, None, "Go lower") == "Go lower"
