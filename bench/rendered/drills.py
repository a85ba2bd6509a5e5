"""Movements that are none of the twelve exercises, however alike: gym drills, dance, crawling.

A drill is told as a round of figures, each a few angles; where the body is in the room follows
from what rests on the floor. They teach a classifier what is not an exercise.
"""

from __future__ import annotations

from collections.abc import Callable

from bench.rendered import floor_drills as floor
from bench.rendered import standing_drills as upright
from bench.rendered.figures import Drill
from bench.rendered.stance import Lot

DRILLS: dict[str, Callable[[Lot], Drill]] = {
    "high_knees": upright.high_knees,
    "butt_kicks": upright.butt_kicks,
    "jumping_rope": upright.jumping_rope,
    "boxing": upright.boxing,
    "arm_circles": upright.arm_circles,
    "fly": upright.fly,
    "twists": upright.twists,
    "side_bends": upright.side_bends,
    "kicks": upright.kicks,
    "row": upright.row,
    "triceps_extension": upright.triceps,
    "upright_row": upright.upright_row,
    "kettlebell_swing": upright.swing,
    "calf_raise": upright.calf_raise,
    "side_steps": upright.side_steps,
    "dance": upright.dance,
    "seated": upright.busy_seated,
    "pull_down": upright.pull_down,
    "dips": upright.dips,
    "bench_press": floor.bench_press,
    "crunch": floor.crunch,
    "leg_raise": floor.leg_raise,
    "bridge": floor.bridge,
    "russian_twist": floor.russian_twist,
    "mountain_climber": floor.mountain_climber,
    "on_all_fours": floor.on_all_fours,
    "superman": floor.superman,
    "yoga": floor.yoga,
    "burpee": upright.burpee,
}
"""Name -> how one person does it, by lot."""

LYING = frozenset(
    {
        "bench_press",
        "crunch",
        "leg_raise",
        "bridge",
        "russian_twist",
        "mountain_climber",
        "on_all_fours",
        "superman",
    }
)
