"""Every format that the shelf reads, as small weights in the true file format with the true key names, and one call of a node on them.

tests/models/test_formats.py runs each row; docs/formats.py makes the table of the documentation of the same rows, so that it says only what was run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import graph
from tests import (
    weights,
    weights_control,
    weights_diffusion,
    weights_edit,
    weights_formats,
    weights_look,
    weights_segment,
    weights_upscale,
)

SIZE = (48, 64)  # height, width of the picture in
SIDE, STEPS = 64, 2  # of what diffusion models are given, and in how many steps they work


@dataclass(frozen=True)
class Format:
    """kind, format: a kind of the shelf and how its weights lie on the disk. family: which models come so. make: writes weights at a path.
    call: what a node makes of the loaded model, which it gets as (name of the weights, shelf, workshop). name, ending: what the file is called."""

    kind: str
    family: str
    format: str
    make: Callable[[Path], Any]
    call: Callable[[str, Any, graph.Run], Any]
    ending: str = ""
    name: str = "weights"

    @property
    def id(self) -> str:
        return f"{self.kind}: {self.family}, {self.format}"


def picture(height: int = 0, width: int = 0) -> np.ndarray:
    """Blocks of colour."""
    height, width = height or SIZE[0], width or SIZE[1]
    image = np.full((height, width, 3), (30, 120, 200), np.uint8)
    image[height // 6 : height // 2, width // 8 : width // 2] = (220, 40, 30)
    return image


def asks(node: str, **inputs: Any) -> Callable[[str, Any, graph.Run], Any]:
    """A call of a node with its `model`; what it finds in random weights may be nothing."""

    def call(name: str, shelf: Any, run: graph.Run) -> Any:
        given = {"image": picture()} if "image" in graph.registry[node].inputs else {}
        return graph.registry[node].function(**given, **inputs, model=name, run=run)

    return call


def makes(kind: str, **job: Any) -> Callable[[str, Any, graph.Run], Any]:
    """One step of a diffusion model."""

    def call(name: str, shelf: Any, run: graph.Run) -> Any:
        from nodes.models.diffusion import Job

        given = {key: value() if callable(value) else value for key, value in job.items()}
        return shelf.get(kind, name).make(Job("a red car", steps=STEPS, **given))

    return call


def guides(name: str, shelf: Any, run: graph.Run) -> Any:
    """A ControlNet steers the model of tests/weights.py."""
    from nodes.models.diffusion import Guide, Job

    model = weights.inpaint_folder(run.folder / "base", 4)
    guide = Guide(shelf.get("control", name), square())
    return shelf.get("diffusion", str(model)).make(Job("a red car", steps=STEPS, guides=(guide,)))


def adds(name: str, shelf: Any, run: graph.Run) -> Any:
    """A LoRA or a learned word changes what the model of tests/weights.py paints."""
    from nodes.models.diffusion import Job

    model = shelf.get("diffusion", str(weights.inpaint_folder(run.folder / "base", 4)))
    plain = model.make(Job(f"a {Path(name).stem}", steps=STEPS))
    kind = "lora" if Path(name).stem == "style" else "embedding"
    added = shelf.get(kind, name)
    more: dict[str, Any] = {"loras": ((added, 1.0),)} if kind == "lora" else {"embeddings": (added,)}
    made = model.make(Job(f"a {Path(name).stem}", steps=STEPS, **more))
    assert (made != plain).any()
    return made


def depth() -> np.ndarray:
    return np.tile(np.linspace(0, 1, SIDE, dtype=np.float32), (SIDE, 1))


def square() -> np.ndarray:
    return picture(SIDE, SIDE)


def hole() -> np.ndarray:
    found = np.zeros((SIDE, SIDE), np.uint8)
    found[SIDE // 4 : SIDE // 2, SIDE // 4 : SIDE // 2] = 255
    return found


def talks(name: str, shelf: Any, run: graph.Run) -> Any:
    return shelf.get("chat", name).reply([{"role": "user", "content": "a red car"}], "root ::= [a-z]{4}", most=8).text


DIFFUSERS, WHOLE, TRANSFORMERS = "diffusers folder", "one .safetensors file, original names", "transformers folder"
INPAINT = {"picture": square, "hole": hole}
ROWS: tuple[Format, ...] = (
    Format("diffusion", "Stable Diffusion", DIFFUSERS, lambda p: weights.inpaint_folder(p, 4), makes("diffusion")),
    Format(
        "diffusion", "Stable Diffusion", WHOLE, lambda p: weights.inpaint_file(p, 4), makes("diffusion"), ".safetensors"
    ),
    Format(
        "diffusion",
        "Stable Diffusion",
        "one .ckpt file, original names",
        weights_formats.ckpt(4),
        makes("diffusion"),
        ".ckpt",
    ),
    Format("diffusion", "Stable Diffusion XL", DIFFUSERS, weights_formats.xl, makes("diffusion")),
    Format("diffusion", "Stable Diffusion XL", WHOLE, weights_formats.xl, makes("diffusion"), ".safetensors"),
    Format(
        "lora",
        "LoRA",
        "one .safetensors file, kohya's names",
        weights_formats.lora(weights_diffusion.kohya, 4.0),
        adds,
        ".safetensors",
        "style",
    ),
    Format(
        "lora",
        "LoRA",
        "one .safetensors file, kohya's with original names",
        weights_formats.lora(weights_diffusion.kohya, 4.0, True),
        adds,
        ".safetensors",
        "style",
    ),
    Format(
        "lora",
        "LoRA",
        "one .safetensors file, diffusers' names",
        weights_formats.lora(weights_diffusion.peft),
        adds,
        ".safetensors",
        "style",
    ),
    Format(
        "lora",
        "LoRA",
        "one .safetensors file, diffusers' first names",
        weights_formats.lora(weights_diffusion.old_diffusers),
        adds,
        ".safetensors",
        "style",
    ),
    Format(
        "embedding", "textual inversion", "one .pt file of the web UI", weights_formats.learned, adds, ".pt", "glimmer"
    ),
    Format(
        "embedding",
        "textual inversion",
        "one .safetensors file of diffusers",
        weights_formats.learned,
        adds,
        ".safetensors",
        "glimmer",
    ),
    Format(
        "depth",
        "Stable Diffusion 2 depth",
        DIFFUSERS,
        weights_formats.depth_folder,
        makes("depth", picture=square, depth=depth),
    ),
    Format("inpaint", "Stable Diffusion inpainting", DIFFUSERS, weights.inpaint_folder, makes("inpaint", **INPAINT)),
    Format(
        "inpaint",
        "Stable Diffusion inpainting",
        WHOLE,
        weights.inpaint_file,
        makes("inpaint", **INPAINT),
        ".safetensors",
    ),
    Format(
        "inpaint",
        "Stable Diffusion inpainting",
        "one .ckpt file, original names",
        weights_formats.ckpt(9),
        makes("inpaint", **INPAINT),
        ".ckpt",
    ),
    Format(
        "inpaint",
        "Stable Diffusion, not made for it",
        DIFFUSERS,
        lambda p: weights.inpaint_folder(p, 4),
        makes("inpaint", **INPAINT),
    ),
    Format("edit", "InstructPix2Pix", DIFFUSERS, weights_edit.folder, makes("edit", picture=square)),
    Format("edit", "InstructPix2Pix", WHOLE, weights_edit.file, makes("edit", picture=square), ".safetensors"),
    Format("control", "ControlNet", DIFFUSERS, weights_control.control_folder, guides),
    Format(
        "control",
        "ControlNet",
        WHOLE,
        lambda p: weights_control.control_file(p, weights_control.control_net()),
        guides,
        ".safetensors",
    ),
    Format(
        "control",
        "ControlNet",
        "one .pth file, original names",
        lambda p: weights_control.control_file(p, weights_control.control_net()),
        guides,
        ".pth",
    ),
    Format("depth_map", "Depth Anything", TRANSFORMERS, weights_control.depth_anything, asks("control.depth")),
    Format("depth_map", "DPT", TRANSFORMERS, weights_control.dpt, asks("control.depth")),
    Format("depth_map", "GLPN", TRANSFORMERS, weights_control.glpn, asks("control.depth")),
    Format("pose", "ViTPose", TRANSFORMERS, weights_control.vitpose, asks("control.pose")),
    Format(
        "segment",
        "CLIPSeg",
        TRANSFORMERS,
        weights_formats.clipseg,
        asks("segment.mask_from_words", words="car", threshold=0.05),
    ),
    Format("segment", "SegFormer", TRANSFORMERS, weights_formats.segformer, asks("segment.classes", threshold=0.0)),
    Format("segment", "UPerNet", TRANSFORMERS, weights_formats.upernet, asks("segment.classes", threshold=0.0)),
    Format("segment", "Mask2Former", TRANSFORMERS, weights_segment.mask2former, asks("segment.classes", threshold=0.0)),
    Format("segment", "MaskFormer", TRANSFORMERS, weights_segment.maskformer, asks("segment.classes", threshold=0.0)),
    Format(
        "segment",
        "OneFormer",
        TRANSFORMERS,
        weights_segment.oneformer,
        asks("segment.classes", task="semantic", threshold=0.0),
    ),
    Format(
        "segment", "EoMT", TRANSFORMERS, weights_segment.eomt, asks("segment.classes", task="semantic", threshold=0.0)
    ),
    Format(
        "grounding",
        "Grounding DINO",
        TRANSFORMERS,
        weights_segment.grounding,
        asks("segment.by_description", words="car", outline="boxes"),
    ),
    Format(
        "sam",
        "Segment Anything",
        "one .pth file",
        weights_formats.sam_file,
        asks("segment.points", points=np.array([[20, 20, 1]], np.float32)),
        ".pth",
    ),
    Format(
        "sam",
        "Segment Anything",
        "one .safetensors file",
        weights_formats.sam_file,
        asks("segment.points", points=np.array([[20, 20, 1]], np.float32)),
        ".safetensors",
    ),
    Format(
        "matting",
        "U²-Net, IS-Net, RMBG, BiRefNet",
        "one .onnx file",
        weights_segment.matting,
        asks("segment.cut_background"),
        ".onnx",
        "isnet-general-use",
    ),
    Format(
        "upscale",
        "Real-ESRGAN",
        "one .pth file",
        weights_formats.network(weights_upscale.real_esrgan, "params_ema"),
        asks("improve.upscale"),
        ".pth",
    ),
    Format(
        "upscale",
        "Real-ESRGAN",
        "one .safetensors file",
        weights_formats.network(weights_upscale.real_esrgan, ""),
        asks("improve.upscale"),
        ".safetensors",
    ),
    Format(
        "upscale",
        "Real-ESRGAN, compact",
        "one .pth file",
        weights_formats.network(weights_upscale.compact, "params"),
        asks("improve.upscale"),
        ".pth",
    ),
    Format("tagger", "WD14", "model.onnx beside selected_tags.csv", weights_look.tagger, asks("tag.picture")),
    Format("caption", "BLIP", TRANSFORMERS, weights_look.blip, asks("look.caption")),
    Format("caption", "BLIP-2", TRANSFORMERS, weights_look.blip2, asks("look.caption")),
    Format("clip", "CLIP", TRANSFORMERS, weights_look.clip, asks("look.clip_score", words="a red car")),
    Format("classify", "ViT", TRANSFORMERS, weights_look.vit, asks("look.classify")),
    Format("classify", "ResNet", TRANSFORMERS, weights_look.resnet, asks("look.explain")),
    Format("chat", "Llama and relatives", "one .gguf file", weights_formats.chat, talks, ".gguf"),
    Format("chat", "Mamba", "one .gguf file", weights_formats.recurrent, talks, ".gguf"),
)
