"""From the trained model to a transformers folder, in half precision."""

from __future__ import annotations

import json
from pathlib import Path

import torch

from train.captioner.learn import SAVED
from train.captioner.network import Student, make_processor

FOLDER = Path(__file__).resolve().parent.parent.parent / "models" / "starter" / "captioner"


def export() -> None:
    """Write the averaged weights of the model alone, its preprocessing and its tokenizer."""
    state = torch.load(SAVED, weights_only=True)
    student = Student()
    student.load_state_dict(state["mean"])
    FOLDER.mkdir(parents=True, exist_ok=True)
    student.blip.eval().half().save_pretrained(FOLDER)
    make_processor().save_pretrained(FOLDER)
    for file in FOLDER.glob("*.json"):
        file.write_text(
            json.dumps(json.loads(file.read_text(encoding="utf-8")), ensure_ascii=False, indent=1) + "\n",
            encoding="utf-8",
        )
    weights = FOLDER / "model.safetensors"
    weights.chmod(0o644)  # safetensors writes it for its owner alone
    print(f"{FOLDER}: step {state['step']}, {weights.stat().st_size / 1e6:.2f} MB")
