"""The ways a transfer can go wrong that a person can do something about.

Every sentence here is fit to be shown as it is: it says what happened and what to do next. Anything
that is not an `EngineError` is a bug of ours and belongs in the log, not on a page.
"""

from typing import ClassVar


class EngineError(Exception):
    """Base of all kinds; `code` is stable and may be stored, `sentence` is for people."""

    code: ClassVar[str] = "engine"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class ImageError(EngineError):
    """A picture cannot be used. `reason` tells the cases apart (see `engine.images.REASONS`)."""

    code = "image"

    def __init__(self, sentence: str, *, reason: str) -> None:
        super().__init__(sentence)
        self.reason = reason

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild_image_error, (self.sentence, self.reason)


class ParameterError(EngineError):
    """A parameter is missing, of the wrong type or out of range. `field` names it."""

    code = "parameter"

    def __init__(self, sentence: str, *, field: str) -> None:
        super().__init__(sentence)
        self.field = field

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild_parameter_error, (self.sentence, self.field)


class WeightsError(EngineError):
    """The VGG19 weights are missing, or are not the file they should be."""

    code = "weights"


class CheckpointError(EngineError):
    """A checkpoint is damaged, or belongs to other pictures or settings."""

    code = "checkpoint"


class NumericalError(EngineError):
    """The optimisation left the range of numbers, and a second try in float32 did too."""

    code = "numerical"


class DeviceError(EngineError):
    """The device asked for is not there, or has too little memory for this size."""

    code = "device"


class MemoryTakenError(DeviceError):
    """A run does not fit beside the others of this machine, but will when they are done."""

    code = "memory_taken"


def _rebuild_image_error(sentence: str, reason: str) -> ImageError:
    return ImageError(sentence, reason=reason)


def _rebuild_parameter_error(sentence: str, field: str) -> ParameterError:
    return ParameterError(sentence, field=field)
