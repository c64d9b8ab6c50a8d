"""The trained parts become models/starter/painter: a folder that diffusers' StableDiffusionInpaintPipeline reads, in
half precision.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import torch
from diffusers import StableDiffusionInpaintPipeline

from train.painter.pool import WORK
from train.painter.unet import SHIPPED, STATE, make_scheduler, make_unet
from train.painter.vae import load_vae
from train.painter.words import make_text_encoder, make_tokenizer
from train.scenes import ASPECT, KINDS, SYNONYMS
from train.scenes.crops import HOLE_SHARE

TARGET = SHIPPED
PARTS = ("unet", "vae", "text_encoder", "tokenizer", "scheduler")


@torch.no_grad()
def load_trained() -> StableDiffusionInpaintPipeline:
    """The pipeline of the last checkpoint's averaged weights, float32."""
    if not STATE.exists():
        raise FileNotFoundError(f"{STATE} is missing: run `python -m train.painter unet` first")
    state = torch.load(STATE, weights_only=False)
    tokenizer = make_tokenizer(WORK / "tokenizer")
    unet, text_model = make_unet(), make_text_encoder(tokenizer)
    for weight, mean in zip([*unet.parameters(), *text_model.parameters()], state["average"], strict=True):
        weight.copy_(mean)
    unet.register_to_config(sample_size=state["side"] // 4)  # the size that it was trained at last
    return StableDiffusionInpaintPipeline(
        vae=load_vae(),
        text_encoder=text_model.eval(),
        tokenizer=tokenizer,
        unet=unet.eval(),
        scheduler=make_scheduler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


def hints() -> dict[str, object]:
    """What a user of the weights should know: width / height by name, a hole's share of the square, usual guidance."""
    aspects = {name: ASPECT[kind] for kind in KINDS for name in SYNONYMS[kind]}
    return {
        "aspects": aspects,
        "crop": {"hole": HOLE_SHARE},
        "guidance": 3.0,
        "background": "kept",
        "without_picture": True,
    }


def forget_places(folder: Path) -> None:
    """Take out of the configurations where on this machine a part was loaded from."""
    for path in folder.glob("*/config.json"):
        config = json.loads(path.read_text())
        if config.pop("_name_or_path", None) is not None:
            path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")


def export(target: Path = TARGET) -> None:
    """Write the folder; the old one is replaced part by part when the new one is whole. The card (README.md) stays."""
    fresh = WORK / "export"
    shutil.rmtree(fresh, ignore_errors=True)
    pipeline = load_trained()
    for part in (pipeline.unet, pipeline.vae, pipeline.text_encoder):
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
    (target / "graft.json").write_text(json.dumps(hints(), indent=1) + "\n")
    size = sum(f.stat().st_size for f in target.rglob("*") if f.is_file())
    print(f"wrote {target}: {size / 1e6:.1f} MB", flush=True)
