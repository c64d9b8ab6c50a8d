"""Weights in formats that only the table of formats needs, beside those of tests/weights*.py."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests import weights, weights_diffusion


def ckpt(channels: int) -> Callable[[Path], Any]:
    """A checkpoint as training writes it: the tensors under "state_dict"."""

    def make(path: Path) -> None:
        import torch
        from safetensors.torch import load_file

        file = weights.inpaint_file(path.with_suffix(".safetensors"), channels)
        torch.save({"state_dict": load_file(file)}, path)
        file.unlink()

    return make


def sam_file(path: Path) -> None:
    import torch
    from safetensors.torch import save_file

    from tests.models.test_sam import small_sam

    tensors = dict(small_sam().state_dict())
    if path.suffix == ".pth":
        torch.save(tensors, path)
    else:
        save_file({key: value.contiguous() for key, value in tensors.items()}, str(path))


def network(make: Callable[[], dict[str, Any]], key: str) -> Callable[[Path], None]:
    """A super-resolution network's weights: in a .pth within a dictionary, as they are published."""

    def save(path: Path) -> None:
        import torch
        from safetensors.torch import save_file

        if path.suffix == ".pth":
            torch.save({key: make()}, path)
        else:
            save_file(make(), str(path))

    return save


def chat(path: Path) -> None:
    from tests.models.test_language import tiny_gguf

    tiny_gguf(path)


def recurrent(path: Path) -> None:
    from tests.weights_chat import mamba_gguf

    mamba_gguf(path)


def segformer(path: Path) -> None:
    from tests.models.test_segment import save_segformer

    save_segformer(path)


def clipseg(path: Path) -> None:
    from tests.models.test_segment import save_clipseg

    save_clipseg(path)


def upernet(path: Path) -> None:
    from tests.models.test_segment import save_upernet

    save_upernet(path)


def lora(names: Callable[..., dict[str, Any]], *given: Any) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        from safetensors.torch import save_file

        parts = weights.inpaint_pipeline(path.parent / "lora-parts", 4).components
        save_file(names(weights_diffusion.lora_matrices(parts), *given), str(path))

    return make


def learned(path: Path) -> None:
    """Two vectors: in a .pt as the AUTOMATIC1111 web UI writes them, in a .safetensors as diffusers does."""
    import torch
    from safetensors.torch import save_file

    torch.manual_seed(0)
    width = weights.inpaint_pipeline(path.parent / "word-parts", 4).text_encoder.config.hidden_size
    vectors = 3 * torch.randn(2, width)
    if path.suffix == ".safetensors":
        save_file({path.stem: vectors}, str(path))
    else:
        torch.save(
            {"string_to_token": {"*": 265}, "string_to_param": {"*": vectors}, "name": path.stem, "step": 100}, path
        )


def depth_folder(path: Path) -> None:
    weights_diffusion.folder(path, 5, "StableDiffusionDepth2ImgPipeline")


def xl(path: Path) -> None:
    pipe = weights_diffusion.xl_pipeline(path.parent / "xl-parts")
    if path.suffix:
        weights_diffusion.one_file(pipe, path)
    else:
        pipe.save_pretrained(path)
