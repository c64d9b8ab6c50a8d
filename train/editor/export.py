"""The trained editor becomes models/starter/editor: a folder that diffusers' StableDiffusionInstructPix2PixPipeline
reads, in half precision; the autoencoder is the painter's, beside it.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import torch
from diffusers import StableDiffusionInstructPix2PixPipeline

from train.editor.evaluate import TARGET
from train.editor.pool import WORK
from train.editor.train import STATE, make_unet
from train.editor.words import make_text_encoder, make_tokenizer
from train.painter.export import forget_places
from train.painter.unet import make_scheduler
from train.painter.vae import load_vae

PARTS = ("unet", "text_encoder", "tokenizer", "scheduler")
OWN = {"parts": {"vae": "../painter/vae"}, "guidance": 2.0, "crop": {"hole": [0.5, 0.8]}}


@torch.no_grad()
def load_trained() -> StableDiffusionInstructPix2PixPipeline:
    """The pipeline of the last checkpoint's averaged weights, float32."""
    if not STATE.exists():
        raise FileNotFoundError(f"{STATE} is missing: run `python -m train.editor train` first")
    state = torch.load(STATE, weights_only=True)
    tokenizer = make_tokenizer(WORK / "tokenizer")
    unet, text_model = make_unet(state["side"]), make_text_encoder(tokenizer)
    for weight, mean in zip([*unet.parameters(), *text_model.parameters()], state["average"], strict=True):
        weight.copy_(mean)
    return StableDiffusionInstructPix2PixPipeline(
        vae=load_vae(),
        text_encoder=text_model.eval(),
        tokenizer=tokenizer,
        unet=unet.eval(),
        scheduler=make_scheduler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


def export(target: Path = TARGET) -> None:
    """Write the folder; the old one is replaced part by part when the new one is whole. The card (README.md) stays."""
    fresh = WORK / "export"
    shutil.rmtree(fresh, ignore_errors=True)
    pipeline = load_trained()
    for part in (pipeline.unet, pipeline.text_encoder):
        part.half()
    pipeline.save_pretrained(fresh)
    shutil.rmtree(fresh / "tokenizer")
    forget_places(fresh)
    make_tokenizer(fresh / "tokenizer")  # saving it leaves out vocab.json and merges.txt
    target.mkdir(parents=True, exist_ok=True)
    for part_name in PARTS:
        shutil.rmtree(target / part_name, ignore_errors=True)
        shutil.move(fresh / part_name, target / part_name)
    shutil.move(fresh / "model_index.json", target / "model_index.json")
    (target / "graft.json").write_text(json.dumps(OWN, indent=1) + "\n")
    size = sum(f.stat().st_size for f in target.rglob("*") if f.is_file())
    print(f"wrote {target}: {size / 1e6:.1f} MB", flush=True)
