"""Where a run stands between two steps, and how a checkpoint brings it back there."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

import torch

from engine.checkpoint import damaged, unpack
from engine.pyramid import Plan
from engine.tensors import from_array


@dataclass(frozen=True, slots=True)
class Position:
    """`level` levels are done, and `step` steps of the next one.

    plan: with the steps that settled levels really took. picture: (1, 3, h, w) of the last step,
    None before the first. state: the optimiser's within a level.
    """

    plan: Plan
    level: int = 0
    step: int = 0
    picture: torch.Tensor | None = None
    state: Mapping[str, torch.Tensor] = dataclasses.field(default_factory=dict)


def resumed(checkpoint: bytes, *, run: str, plan: Plan, device: torch.device) -> Position:
    """Where `checkpoint` was taken, in the run with the hash `run`, planned as `plan`.

    Raises CheckpointError where it is damaged, of another version, or of another run.
    """
    kept = unpack(checkpoint, run=run)
    if len(kept.steps) != len(plan.levels):
        raise damaged()
    for number, (level, steps) in enumerate(zip(plan.levels, kept.steps, strict=True)):
        if steps > level.steps:
            raise damaged()
        plan = plan.ended(number, steps)
    level = plan.levels[kept.level]
    if kept.picture.shape[:2] != (level.height, level.width):
        raise damaged()
    picture = from_array(kept.picture, device)
    state = {name: torch.from_numpy(values).to(device) for name, values in kept.state.items()}
    return Position(plan, kept.level, kept.step, picture, state)
