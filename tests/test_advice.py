from __future__ import annotations

import pytest

from posecore.advice import FULL, advice_on, extent
from posecore.exercises import load_exercises
from tests.results import fault, rep


def lean(measured: float, **changes: object):
    return fault("trunk", id="lean", cue="Keep your chest up", measured=measured, low=0, high=45)


def test_no_faults_give_no_advice() -> None:
    assert advice_on([rep(), rep()]) == ()
    assert advice_on([]) == ()


def test_fault_of_every_rep_comes_before_one_that_is_as_far_once() -> None:
    reps = [rep(faults=(fault(measured=70),)), rep(faults=(fault(measured=70), lean(55)))]
    assert [each.id for each in advice_on(reps)] == ["shallow", "lean"]


def test_fault_far_beyond_comes_before_one_that_is_slight_as_often() -> None:
    reps = [rep(faults=(fault(measured=78), lean(65)))] * 3
    assert [each.id for each in advice_on(reps)] == ["lean", "shallow"]


def test_one_wild_reading_does_not_outweigh_what_is_always_off() -> None:
    reps = [rep(faults=(fault(measured=60),))] * 9 + [rep(faults=(lean(179),))]
    assert extent(lean(179)) == FULL
    assert [each.id for each in advice_on(reps)] == ["shallow", "lean"]


def test_advice_tells_the_reps_the_worst_of_them_and_why() -> None:
    reps = [rep(faults=(fault(measured=70),)), rep(), rep(faults=(fault(measured=50),))]
    (advice,) = advice_on(reps, load_exercises()["squat"])
    assert [number for number, _ in advice.times] == [1, 3]
    assert advice.n_reps == 3
    assert advice.worst[1].measured == 50
    assert advice.why


def test_ratios_and_degrees_are_weighed_in_what_is_forgiven_of_each() -> None:
    narrow = fault("knee_width", id="knees_in", measured=0.6, low=0.8, high=2.5, unit="ratio")
    assert extent(narrow) == pytest.approx(extent(fault(measured=66)))
