"""Which device a run uses, and how exactly it computes there."""

import torch

from engine.errors import DeviceError


def device_called(name: str | None) -> torch.device:
    """The device of that name; None takes a GPU if there is one. Raises DeviceError."""
    wanted = name or ("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(wanted)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        raise DeviceError(
            f"There is no device {wanted!r} on this machine. Use cpu, or leave it out."
        ) from error
    return device


def fast_dtype(device: torch.device) -> torch.dtype:
    """bfloat16 where the hardware multiplies it natively, else float32."""
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float32
    able = torch.cpu.get_capabilities()
    native = able.get("avx512_bf16", False) or able.get("amx_bf16", False)
    return torch.bfloat16 if device.type == "cpu" and native else torch.float32
