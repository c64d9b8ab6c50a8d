"""Segment Anything (Kirillov et al. 2023): look at a picture once, then answer every click on it in a few milliseconds.

The network is Meta's own (package `segment-anything`). How large each part is follows from the shapes of the weights, so ViT-B, -L, -H and
whatever else has the same key names load by one path.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from . import memory
from .device import pick_device
from .sam_files import weights_in, wrong

KEPT = 256 * 2**20
"""Bytes of embeddings that are kept: 64 pictures of a published model (256 × 64 × 64 float32 each)."""
HEADS = 8
"""Attention heads of the decoder; the only size that no shape tells. The same in all published models."""
MEAN, SPREAD = [123.675, 116.28, 103.53], [58.395, 57.12, 57.375]


class Clicks:
    """A loaded model. `encoded` counts the pictures that were looked at, for what measures and tests."""

    def __init__(self, model: Any, kept: int = KEPT) -> None:
        self.model, self.kept, self.encoded = model, kept, 0
        self._seen: OrderedDict[str, tuple[Any, tuple[int, int]]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def knows(self, image: np.ndarray) -> bool:
        """Whether the next click on this picture, uint8 (H, W, 3), costs only the decoder."""
        with self._lock:
            return _print_of(image) in self._seen

    def mask(self, image: np.ndarray, points: np.ndarray, box: np.ndarray | None) -> tuple[np.ndarray, float]:
        """The thing that points and a box mean: bool (H, W), and how well the model thinks it fits, about 0 to 1.

        image: uint8 (H, W, 3). points: float32 (N, 3), x and y in pixels and 1 (belongs) or 0 (does not). box: float32 (4,), xyxy in pixels.
        One point alone may mean a thing, a part of it or all around it: of three answers the one with the best score is taken. What more
        points or a box say is one thing, and the model's single answer to it is the better one.
        """
        import torch

        with self._lock, torch.inference_mode():
            features, size = self._embedding(image)
            scale = np.array([size[1] / image.shape[1], size[0] / image.shape[0]], np.float32)
            device = features.device
            dots = torch.as_tensor(points[:, :2] * scale, device=device)[None]
            signs = torch.as_tensor(points[:, 2] > 0.5, dtype=torch.float32, device=device)[None]
            sparse, dense = self.model.prompt_encoder(
                points=(dots, signs) if len(points) else None,
                boxes=None if box is None else torch.as_tensor(box * np.tile(scale, 2), device=device)[None],
                masks=None,
            )
            answers, scores = self.model.mask_decoder(
                image_embeddings=features,
                image_pe=self.model.prompt_encoder.get_dense_pe(),
                sparse_prompt_embeddings=sparse,
                dense_prompt_embeddings=dense,
                multimask_output=box is None and len(points) == 1,
            )
            best = int(scores[0].argmax())
            logits = self.model.postprocess_masks(answers[:, best : best + 1], size, image.shape[:2])[0, 0]
            found: np.ndarray = (logits > self.model.mask_threshold).cpu().numpy()
            return found, float(scores[0, best])

    def seen(self, image: np.ndarray) -> tuple[Any, tuple[int, int]]:
        """What the encoder sees of a picture, uint8 (H, W, 3), and the picture's height and width on its square; kept as for a click."""
        import torch

        with self._lock, torch.inference_mode():
            return self._embedding(image)

    def close(self) -> None:
        """Forget the pictures."""
        with self._lock:
            self._seen.clear()
            self._bytes = 0

    def _embedding(self, image: np.ndarray) -> tuple[Any, tuple[int, int]]:
        """What the encoder sees (1, C, h, w), and the picture's height and width on its square; computed once for each picture."""
        import torch

        key = _print_of(image)
        if key in self._seen:
            self._seen.move_to_end(key)
            return self._seen[key]
        side = self.model.image_encoder.img_size
        small = _fitted(image, side)
        pixels = torch.as_tensor(small, device=self.model.device).permute(2, 0, 1)[None].float()
        features = self.model.image_encoder(self.model.preprocess(pixels))
        self.encoded += 1
        self._seen[key] = features, (small.shape[0], small.shape[1])
        self._bytes += features.nbytes
        while self._bytes > self.kept and len(self._seen) > 1:
            self._bytes -= self._seen.popitem(last=False)[1][0].nbytes
        return self._seen[key]


def _print_of(image: np.ndarray) -> str:
    """The picture's fingerprint: of its size and pixels."""
    digest = hashlib.blake2b(repr(image.shape).encode(), digest_size=16)
    digest.update(np.ascontiguousarray(image).data)
    return digest.hexdigest()


def _fitted(image: np.ndarray, side: int) -> np.ndarray:
    """The picture with its longer side as long as the encoder's square, as Meta's own transform makes it."""
    from PIL import Image as Pictures

    height, width = image.shape[:2]
    scale = side / max(height, width)
    size = max(1, int(width * scale + 0.5)), max(1, int(height * scale + 0.5))
    return np.array(Pictures.fromarray(image).resize(size, Pictures.Resampling.BILINEAR))


def load_sam(path: Path, device: str = "auto") -> Clicks:
    """Load a .pth or .safetensors file, or a transformers folder. Runs nothing that lies in the file.

    Raises BadInput that names the file when it is cut short, holds more than weights, or is of another architecture.
    """
    where = pick_device(device)
    weights = weights_in(path)
    try:
        model = _built(weights)
        model.load_state_dict(weights)
    except (
        KeyError,
        ValueError,
        IndexError,
        AssertionError,
        RuntimeError,
        ZeroDivisionError,
        TypeError,
        AttributeError,
    ) as error:
        if memory.is_short(error):
            raise
        what = str(error).strip().splitlines() or ["no details"]
        raise wrong(path, " ".join(line.strip() for line in what[:2])) from error
    return Clicks(model.eval().requires_grad_(False).to(where))


def _built(weights: Mapping[str, Any]) -> Any:
    """The network as large as its weights say; KeyError names what a checkpoint of SAM would have."""
    from segment_anything.modeling import MaskDecoder, PromptEncoder, Sam, TwoWayTransformer

    encoder, side, patch = _encoder(weights)
    dim = weights["prompt_encoder.no_mask_embed.weight"].shape[1]
    grid = side // patch
    at, head = "mask_decoder.transformer.layers", "mask_decoder.iou_prediction_head.layers"
    return Sam(
        image_encoder=encoder,
        prompt_encoder=PromptEncoder(
            embed_dim=dim,
            image_embedding_size=(grid, grid),
            input_image_size=(side, side),
            mask_in_chans=weights["prompt_encoder.mask_downscaling.3.weight"].shape[0],
        ),
        mask_decoder=MaskDecoder(
            num_multimask_outputs=weights["mask_decoder.mask_tokens.weight"].shape[0] - 1,
            transformer=TwoWayTransformer(
                depth=_count(weights, at),
                embedding_dim=dim,
                mlp_dim=weights[f"{at}.0.mlp.lin1.weight"].shape[0],
                num_heads=HEADS,
                attention_downsample_rate=dim // weights[f"{at}.0.cross_attn_token_to_image.q_proj.weight"].shape[0],
            ),
            transformer_dim=dim,
            iou_head_depth=_count(weights, head),
            iou_head_hidden_dim=weights[f"{head}.0.weight"].shape[0],
        ),
        pixel_mean=MEAN,
        pixel_std=SPREAD,
    )


def _encoder(weights: Mapping[str, Any]) -> tuple[Any, int, int]:
    """The encoder, the side of its square and of a patch, in pixels. Blocks whose relative positions span the grid attend globally."""
    import torch
    from segment_anything.modeling import ImageEncoderViT

    width, _, patch, _ = weights["image_encoder.patch_embed.proj.weight"].shape
    grid = weights["image_encoder.pos_embed"].shape[1]
    depth = _count(weights, "image_encoder.blocks")
    spans = [(weights[f"image_encoder.blocks.{n}.attn.rel_pos_h"].shape[0] + 1) // 2 for n in range(depth)]
    windows = {span for span in spans if span != grid}
    if len(windows) > 1:
        raise ValueError(f"its windows have {len(windows)} different sizes")
    hidden = weights["image_encoder.blocks.0.mlp.lin1.weight"].shape[0]
    encoder = ImageEncoderViT(
        depth=depth,
        embed_dim=width,
        img_size=grid * patch,
        mlp_ratio=hidden / width,
        norm_layer=partial(torch.nn.LayerNorm, eps=1e-6),
        num_heads=width // weights["image_encoder.blocks.0.attn.rel_pos_h"].shape[1],
        patch_size=patch,
        qkv_bias=True,
        use_rel_pos=True,
        global_attn_indexes=[n for n, span in enumerate(spans) if span == grid],
        window_size=windows.pop() if windows else grid,
        out_chans=weights["image_encoder.neck.0.weight"].shape[0],
    )
    return encoder, grid * patch, patch


def _count(weights: Mapping[str, Any], place: str) -> int:
    """How many numbered parts there are at a place."""
    return len({key[len(place) + 1 :].partition(".")[0] for key in weights if key.startswith(f"{place}.")})
