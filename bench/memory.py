"""What a model of the published size takes in memory on a processor: the most that one process held (resident) while it loaded the weights and used
them once. The weights are random numbers in the published shapes; what they answer means nothing, what they take is what the real ones take.

A row of tests/formats.py is written at full size into a temporary folder (up to 5 GB) and used in a process of its own. Writes docs/memory.json; then
`python -m docs.formats` writes the table.

    python -m bench.memory [words of a row …]
"""

from __future__ import annotations

import datetime
import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from docs.formats import MEMORY
from tests import formats

LIMIT = 900  # seconds for one row; on an idle core none takes 90
PICTURE, SQUARE = (512, 768), 512
Make = Callable[[Path], None]


def grown(make: Make, config: dict[str, Any], processor: dict[str, Any] | None = None) -> Make:
    """A transformers folder of the tests with its network at the published size, and the sizes that its pictures are brought to."""

    def save(path: Path) -> None:
        import torch
        import transformers

        make(path)
        small = transformers.AutoConfig.from_pretrained(path)
        for name, value in config.items():
            if callable(value):
                config[name] = value()
        kept = {key: getattr(small, key) for key in ("id2label",) if key not in config and small.model_type in LABELLED}
        torch.manual_seed(0)
        model = getattr(transformers, small.architectures[0])(type(small)(**kept, **config))
        model.save_pretrained(path)
        for file in path.glob("*processor*config.json"):
            table = json.loads(file.read_text(encoding="utf-8"))
            for part in (table, table.get("image_processor", {})):
                part.update({key: value for key, value in (processor or {}).items() if key in part})
            file.write_text(json.dumps(table), encoding="utf-8")

    return save


LABELLED = ("upernet", "segformer")


def swin_large() -> Any:
    from transformers import SwinConfig

    return SwinConfig(
        image_size=384, embed_dim=192, depths=[2, 2, 18, 2], num_heads=[6, 12, 24, 48], window_size=12,
        out_features=["stage1", "stage2", "stage3", "stage4"],
    )  # fmt: skip


def dinov2_small() -> Any:
    from transformers import Dinov2Config

    return Dinov2Config(
        hidden_size=384, num_hidden_layers=12, num_attention_heads=6, image_size=518, patch_size=14, reshape_hidden_states=False,
        apply_layernorm=True, out_indices=[3, 6, 9, 12],
    )  # fmt: skip


def vitpose_base() -> Any:
    from transformers import VitPoseBackboneConfig

    return VitPoseBackboneConfig(
        hidden_size=768,
        num_hidden_layers=12,
        num_attention_heads=12,
        image_size=[256, 192],
        patch_size=[16, 16],
        out_indices=[12],
    )


def clip_large() -> tuple[dict[str, Any], dict[str, Any]]:
    text = {"hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12, "num_attention_heads": 12}
    vision = {"hidden_size": 1024, "intermediate_size": 4096, "num_hidden_layers": 24, "num_attention_heads": 16}
    return {**text, "projection_dim": 768}, {**vision, "patch_size": 14, "image_size": 224, "projection_dim": 768}


def stable_diffusion(channels: int, kind: str) -> Make:
    """Stable Diffusion 1.5 in half precision, as it is published in folders; it works in full precision on a processor."""

    def save(path: Path) -> None:
        import diffusers
        import torch
        from transformers import CLIPTextConfig, CLIPTextModel

        from tests import weights

        torch.manual_seed(0)
        text = CLIPTextConfig(
            hidden_size=768,
            intermediate_size=3072,
            num_hidden_layers=12,
            num_attention_heads=12,
            max_position_embeddings=77,
        )
        encoders, decoders = ["DownEncoderBlock2D"] * 4, ["UpDecoderBlock2D"] * 4
        parts = {
            "vae": diffusers.AutoencoderKL(
                down_block_types=encoders, up_block_types=decoders, block_out_channels=(128, 256, 512, 512), layers_per_block=2,
                sample_size=512,
            ),
            "text_encoder": CLIPTextModel(text),
            "unet": diffusers.UNet2DConditionModel(
                sample_size=64, in_channels=channels, cross_attention_dim=768, attention_head_dim=8
            ),
        }  # fmt: skip
        small = getattr(diffusers, kind)
        pipe = small(
            **{name: part.half() for name, part in parts.items()}, tokenizer=weights.tokenizer(path.parent / "words"),
            scheduler=diffusers.DDIMScheduler(), safety_checker=None, feature_extractor=None, requires_safety_checker=False,
        )  # fmt: skip
        pipe.save_pretrained(path)

    return save


def segment_anything(path: Path) -> None:
    import torch
    from segment_anything import build_sam_vit_b

    torch.save(build_sam_vit_b().state_dict(), path)


def real_esrgan(path: Path) -> None:
    import torch

    from tests.weights_upscale import real_esrgan

    torch.save({"params_ema": real_esrgan(4, 64, 23)}, path)


def _made() -> dict[str, tuple[str, Make]]:
    """For rows of the table: what is measured, and how its weights are made."""
    small = {row.id: row.make for row in formats.ROWS}
    text, vision = clip_large()
    folder = "transformers folder"

    def like(row: str, config: dict[str, Any], processor: dict[str, Any] | None = None) -> Make:
        return grown(small[f"{row}, {folder}"], config, processor)

    height_width = lambda side: {"size": {"height": side, "width": side}}  # noqa: E731
    middle = {"size": {"shortest_edge": 224}, "crop_size": {"height": 224, "width": 224}}
    coco = {"size": {"shortest_edge": 800, "longest_edge": 1333}}
    return {
        "diffusion: Stable Diffusion, diffusers folder": ("SD 1.5, 512 × 512, float32", stable_diffusion(4, "StableDiffusionPipeline")),
        "inpaint: Stable Diffusion inpainting, diffusers folder": (
            "SD 1.5 inpainting, 512 × 512, float32", stable_diffusion(9, "StableDiffusionInpaintPipeline"),
        ),
        "edit: InstructPix2Pix, diffusers folder": (
            "InstructPix2Pix, 512 × 512, float32", stable_diffusion(8, "StableDiffusionInstructPix2PixPipeline"),
        ),
        f"segment: Mask2Former, {folder}": (
            "Swin-L, COCO panoptic, float32",
            like("segment: Mask2Former", {"backbone_config": swin_large, "num_queries": 200, "num_labels": 133}, coco),
        ),
        f"segment: CLIPSeg, {folder}": ("rd64, float32", like("segment: CLIPSeg", {"reduce_dim": 64}, height_width(352))),
        f"grounding: Grounding DINO, {folder}": ("tiny, float32", like("grounding: Grounding DINO", {}, coco)),
        "sam: Segment Anything, one .pth file": ("ViT-B, float32", segment_anything),
        "upscale: Real-ESRGAN, one .pth file": ("x4plus, 768 × 512 in tiles, float32", real_esrgan),
        f"clip: CLIP, {folder}": (
            "ViT-L/14, float32", like("clip: CLIP", {"text_config": text, "vision_config": vision, "projection_dim": 768}, middle),
        ),
        f"caption: BLIP, {folder}": ("base, float32", like("caption: BLIP", {}, height_width(384))),
        f"classify: ViT, {folder}": ("base, 224 × 224, float32", like("classify: ViT", {"num_labels": 1000}, height_width(224))),
        f"classify: ResNet, {folder}": ("ResNet-50, float32", like("classify: ResNet", {"num_labels": 1000}, middle)),
        f"depth_map: Depth Anything, {folder}": (
            "V2 small, float32",
            like(
                "depth_map: Depth Anything",
                {
                    "backbone_config": dinov2_small, "reassemble_hidden_size": 384, "neck_hidden_sizes": [48, 96, 192, 384],
                    "fusion_hidden_size": 64,
                },
                height_width(518),
            ),
        ),
        f"depth_map: DPT, {folder}": (
            "large, float32",
            like(
                "depth_map: DPT",
                {
                    "hidden_size": 1024, "num_hidden_layers": 24, "num_attention_heads": 16, "intermediate_size": 4096, "image_size": 384,
                    "backbone_out_indices": [5, 11, 17, 23], "neck_hidden_sizes": [256, 512, 1024, 1024],
                },
                height_width(384),
            ),
        ),
        f"pose: ViTPose, {folder}": (
            "base, float32",
            like("pose: ViTPose", {"backbone_config": vitpose_base, "num_labels": 17}, {"size": {"height": 256, "width": 192}}),
        ),
    }  # fmt: skip


def use(row: formats.Format, path: Path) -> int:
    """Load the weights and use them once: the most bytes that this process held."""
    import nodes  # noqa: F401 - fills the registry
    from graph import BadInput, Run, Settings
    from nodes.models import Shelf

    formats.SIZE, formats.SIDE, formats.STEPS = PICTURE, SQUARE, 1
    shelf = Shelf(Settings(root=path.parent, models=path.parent / "models", offline=True, device="cpu"))
    run = Run("memory", path.parent, path.parent, shelf)
    try:
        row.call(str(path), shelf, run)
    except BadInput as error:
        if error.socket == "model":
            raise
        print(f"{row.id}: {error}", file=sys.stderr)  # random weights need not see anything
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main(words: list[str]) -> None:
    measured = json.loads(MEMORY.read_text(encoding="utf-8"))
    for id_, (what, _) in _made().items():
        if not all(word.lower() in id_.lower() for word in words):
            continue
        row = next(row for row in formats.ROWS if row.id == id_)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"{row.name}{row.ending}"
            command = [sys.executable, "-m", "bench.memory"]
            subprocess.run([*command, "--make", id_, str(path)], check=True)
            try:
                told = subprocess.run(
                    [*command, "--use", id_, str(path)], check=True, timeout=LIMIT, capture_output=True, text=True
                )
            except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
                print(f"{id_}: {error}\n{(error.stderr or '')[-2000:]}", file=sys.stderr)
                continue
        taken = int(told.stdout.split()[-1])
        measured[id_] = {"bytes": taken, "what": what, "date": datetime.date.today().isoformat()}
        MEMORY.write_text(json.dumps(measured, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
        print(f"{id_}: {taken / 1e9:.2f} GB", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--make"]:
        _made()[sys.argv[2]][1](Path(sys.argv[3]))
    elif sys.argv[1:2] == ["--use"]:
        print(use(next(row for row in formats.ROWS if row.id == sys.argv[2]), Path(sys.argv[3])))
    else:
        main(sys.argv[1:])
