"""Networks in ONNX files, opened the same way for whoever needs one: on the graphics card where onnxruntime has it, with clear words for a broken file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from graph import BadInput


def session(path: Path, device: str = "auto") -> Any:
    """An onnxruntime session. Raises BadInput that names the file when it is cut short or no ONNX model."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # it also raises what it logs
    there = onnxruntime.get_available_providers()
    wished = ["CUDAExecutionProvider"] if device == "auto" or device.startswith("cuda") else []
    try:
        return onnxruntime.InferenceSession(
            str(path), options, providers=[*(name for name in wished if name in there), "CPUExecutionProvider"]
        )
    except Exception as error:  # onnxruntime's errors have no common class of their own
        why = " ".join(str(error).split())[:200]
        raise BadInput(
            "model",
            f"'{path}' can't be read: it is cut short or no ONNX model ({why})",
            "download it again, and compare its size",
        ) from error


def told(session: Any) -> str:
    """What a network takes, for the words of an error."""
    return ", ".join(f"{one.name} {one.type} {one.shape}" for one in session.get_inputs()[:4]) or "nothing"
