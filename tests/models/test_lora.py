"""LoRAs and learned words: every way of writing them does the same, they do what the formula says, and leave nothing behind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graph import BadInput
from nodes.models.diffusion import Diffusion, Job, load_diffusion
from nodes.models.embedding import load_embedding
from nodes.models.lora import load_lora
from tests import weights, weights_diffusion

ASKED: dict[str, Any] = {"seed": 3, "steps": 2, "guidance": 5.0}
RANK, ALPHA = 2, 1.0


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Diffusion:
    return load_diffusion(weights_diffusion.folder(tmp_path_factory.mktemp("weights") / "plain"), "cpu")


@pytest.fixture(scope="module")
def matrices(model: Diffusion) -> Any:
    return weights_diffusion.lora_matrices(model.parts, RANK)


def save(path: Path, tensors: dict[str, Any]) -> Path:
    from safetensors.torch import save_file

    save_file({key: value.contiguous() for key, value in tensors.items()}, path)
    return path


def bits(model: Diffusion) -> dict[str, bytes]:
    """All weights of a model, byte by byte."""
    return {
        f"{part}.{key}": value.numpy().tobytes()
        for part in ("unet", "text_encoder", "vae")
        for key, value in model.parts[part].state_dict().items()
    }


def test_a_lora_does_what_the_formula_says_and_leaves_no_trace(model: Diffusion, matrices: Any, tmp_path: Path) -> None:
    import torch

    lora = load_lora(save(tmp_path / "l.safetensors", weights_diffusion.kohya(matrices, ALPHA)))
    plain, before = model.make(Job("a car", **ASKED)), bits(model)
    made = model.make(Job("a car", loras=((lora, 0.7),), **ASKED))
    assert not np.array_equal(made, plain)
    assert bits(model) == before
    assert np.array_equal(plain, model.make(Job("a car", **ASKED)))
    assert np.array_equal(plain, model.make(Job("a car", loras=((lora, 0.0),), **ASKED)))
    kept = {}
    for (part, layer), (down, up) in matrices.items():  # the same by hand: W + weight · alpha / rank · up · down
        modules = dict(model.parts[part].named_modules())
        module = modules.get(layer, modules.get(f"text_model.{layer}"))
        kept[module] = module.weight.data
        product = (up.flatten(1) @ down.flatten(1)).reshape(module.weight.shape)
        module.weight.data = module.weight.data + 0.7 * ALPHA / RANK * product
    model._words.forget()
    by_hand = model.make(Job("a car", **ASKED))
    for module, old in kept.items():
        module.weight.data = old
    model._words.forget()
    assert np.abs(by_hand.astype(int) - made).max() <= 1
    assert bits(model) == before
    assert torch.is_inference_mode_enabled() is False


@pytest.mark.parametrize("writing", ["kohya, original names", "peft", "peft, whole UNet"])
def test_all_names_mean_the_same(model: Diffusion, matrices: Any, tmp_path: Path, writing: str) -> None:
    alpha = float(RANK)  # peft's files have none: it is the rank
    unet = {place: pair for place, pair in matrices.items() if place[0] == "unet"}
    wanted = unet if "whole" in writing else matrices
    written = {
        "kohya, original names": weights_diffusion.kohya(wanted, alpha, original=True),
        "peft": weights_diffusion.peft(wanted),
        "peft, whole UNet": {
            key.replace("unet.", "base_model.model.", 1): value for key, value in weights_diffusion.peft(unet).items()
        },
    }[writing]
    plain = load_lora(save(tmp_path / "a.safetensors", weights_diffusion.kohya(wanted, alpha)))
    other = load_lora(save(tmp_path / "b.safetensors", written))
    made = [model.make(Job("a car", loras=((lora, 1.0),), **ASKED)) for lora in (plain, other)]
    assert np.array_equal(*made)


def test_the_first_names_of_diffusers(model: Diffusion, matrices: Any, tmp_path: Path) -> None:
    few = {place: pair for place, pair in matrices.items() if "attn" in place[1]}
    assert len(few) == 3
    old = load_lora(save(tmp_path / "a.safetensors", weights_diffusion.old_diffusers(few)))
    new = load_lora(save(tmp_path / "b.safetensors", weights_diffusion.peft(few)))
    made = [model.make(Job("a car", loras=((lora, 1.0),), **ASKED)) for lora in (old, new)]
    assert np.array_equal(*made)


def test_several_at_once_and_the_words_are_encoded_anew_for_each(
    model: Diffusion, matrices: Any, tmp_path: Path
) -> None:
    names = [matrices, {place: pair for place, pair in matrices.items() if place[0] == "unet"}]
    both, unet = (
        load_lora(save(tmp_path / f"{n}.safetensors", weights_diffusion.peft(each))) for n, each in enumerate(names)
    )
    assert (both.changes_words, unet.changes_words) == (True, False)
    plain = model.make(Job("a car", **ASKED))
    encoded = model.encoded
    one = model.make(Job("a car", loras=((unet, 0.5),), **ASKED))
    assert model.encoded == encoded
    two = model.make(Job("a car", loras=((unet, 0.5), (both, 0.5)), **ASKED))
    assert model.encoded == encoded + 2
    assert len({each.tobytes() for each in (plain, one, two)}) == 3
    assert np.array_equal(plain, model.make(Job("a car", **ASKED)))


def test_a_convolution_with_a_middle_matrix(model: Diffusion, tmp_path: Path) -> None:
    import torch

    module = model.parts["unet"].mid_block.resnets[0].conv1
    torch.manual_seed(2)
    down, mid, up = torch.randn(2, 16, 1, 1), torch.randn(2, 2, 3, 3), torch.randn(16, 2, 1, 1)
    key = "lora_unet_mid_block_resnets_0_conv1"
    tensors = {f"{key}.lora_down.weight": down, f"{key}.lora_mid.weight": mid, f"{key}.lora_up.weight": up}
    lora = load_lora(save(tmp_path / "m.safetensors", tensors))
    x = torch.randn(1, 16, 8, 8)
    whole = torch.einsum("ij,jkyx,kl->ilyx", up[:, :, 0, 0], mid, down[:, :, 0, 0])
    wanted = module(x) + 0.5 * torch.nn.functional.conv2d(x, whole, padding=1)
    with lora.applied(model.parts, 0.5):
        assert torch.allclose(module(x), wanted, atol=1e-4)


def test_what_was_made_for_another_model_is_refused(model: Diffusion, matrices: Any, tmp_path: Path) -> None:
    import torch

    tensors = weights_diffusion.kohya(matrices, ALPHA)
    key = next(key for key in tensors if "attn1_to_q.lora_down" in key)
    wide = load_lora(save(tmp_path / "wide.safetensors", tensors | {key: torch.zeros(RANK, 320)}))
    with pytest.raises(BadInput, match=r"'wide' was made for another model: .* from 320 to 16 numbers, this model's"):
        model.make(Job("a car", loras=((wide, 1.0),), **ASKED))
    far = {
        "lora_unet_double_blocks_0_qkv.lora_down.weight": torch.zeros(2, 4),
        "lora_unet_double_blocks_0_qkv.lora_up.weight": torch.zeros(4, 2),
    }
    with pytest.raises(BadInput, match="changes none of this model's layers"):
        model.make(Job("a car", loras=((load_lora(save(tmp_path / "far.safetensors", far)), 1.0),), **ASKED))
    said: list[str] = []
    some = load_lora(save(tmp_path / "some.safetensors", tensors | far))
    model.make(Job("a car", loras=((some, 1.0),), **ASKED), say=said.append)
    assert any("1 layers that this model does not have" in text for text in said)
    assert np.array_equal(model.make(Job("a car", **ASKED)), model.make(Job("a car", **ASKED)))


@pytest.mark.parametrize(
    ("names", "message"),
    [
        pytest.param(["x.weight"], "holds no LoRA", id="something else"),
        pytest.param(["lora_unet_a.lora_down.weight"], "a half of 'unet: a' is missing", id="half of one"),
        pytest.param(["lora_unet_a.hada_w1_a"], "of a kind that is not understood", id="a LoHa"),
    ],
)
def test_files_that_are_no_lora(tmp_path: Path, names: list[str], message: str) -> None:
    import torch

    with pytest.raises(BadInput, match=message) as caught:
        load_lora(save(tmp_path / "x.safetensors", {name: torch.zeros(2, 2) for name in names}))
    assert caught.value.cure


def test_a_lora_for_sd_xl_changes_both_encoders(tmp_path: Path) -> None:
    weights_diffusion.xl_pipeline(tmp_path / "parts").save_pretrained(tmp_path / "xl")
    xl = load_diffusion(tmp_path / "xl", "cpu")
    layers = [("text_encoder", "encoder.layers.0.mlp.fc1"), ("text_encoder_2", "encoder.layers.0.self_attn.v_proj")]
    made = [xl.make(Job("a car", **ASKED))]
    for part in layers:
        matrices = weights_diffusion.lora_matrices(xl.parts, RANK, [part])
        lora = load_lora(save(tmp_path / "l.safetensors", weights_diffusion.kohya(matrices, ALPHA)))
        made.append(xl.make(Job("a car", loras=((lora, 1.0),), **ASKED)))
    assert len({each.tobytes() for each in made}) == 3


def learned(form: str, path: Path, vectors: Any) -> Path:
    """A file of textual inversion in one of its forms."""
    import torch

    if form == "diffusers":
        return save(path.with_suffix(".safetensors"), {"<blob>": vectors})
    if form == "AUTOMATIC1111 .safetensors":
        return save(path.with_suffix(".safetensors"), {"emb_params": vectors})
    content = {"string_to_token": {"*": 265}, "string_to_param": {"*": vectors}, "name": "blob", "step": 9}
    target = path.with_suffix(".bin" if form == "diffusers .bin" else ".pt")
    torch.save({"<blob>": vectors} if form == "diffusers .bin" else content, target)
    return target


@pytest.mark.parametrize("form", ["diffusers", "diffusers .bin", "AUTOMATIC1111 .safetensors", "AUTOMATIC1111 .pt"])
def test_a_learned_word(model: Diffusion, tmp_path: Path, form: str) -> None:
    import torch

    table = model.parts["text_encoder"].get_input_embeddings().weight
    ids = model.parts["tokenizer"]("car bike", add_special_tokens=False).input_ids
    vectors = table[ids].detach().clone()
    word = load_embedding(learned(form, tmp_path / "blob-7", vectors))
    plain, before = model.make(Job("a red car bike", **ASKED)), bits(model)
    # The vectors are those of "car bike": so the word means just that.
    assert np.array_equal(plain, model.make(Job("a red blob-7", embeddings=(word,), **ASKED)))
    assert not np.array_equal(plain, model.make(Job("a red blob-7", **ASKED)))
    assert bits(model) == before
    other = load_embedding(learned(form, tmp_path / "blob-8", torch.randn(3, weights.WORDS)))
    made = model.make(Job("a red BLOB-8", embeddings=(word, other), **ASKED))
    assert not np.array_equal(made, plain)
    assert np.array_equal(plain, model.make(Job("a red car bike", embeddings=(word, other), **ASKED)))


def test_a_learned_word_of_sd_xl_and_of_another_model(model: Diffusion, tmp_path: Path) -> None:
    import torch

    weights_diffusion.xl_pipeline(tmp_path / "parts").save_pretrained(tmp_path / "xl")
    xl = load_diffusion(tmp_path / "xl", "cpu")
    tensors = {"clip_l": torch.randn(2, weights.WORDS), "clip_g": torch.randn(2, weights_diffusion.WIDE)}
    word = load_embedding(save(tmp_path / "blob.safetensors", tensors))
    assert not np.array_equal(xl.make(Job("a blob", embeddings=(word,), **ASKED)), xl.make(Job("a blob", **ASKED)))
    with pytest.raises(BadInput, match="vectors have 16 and 24 numbers, this model's words 16"):
        model.make(Job("a blob", embeddings=(word,), **ASKED))


class Evil:
    def __reduce__(self) -> Any:
        return (Path.touch, (Path("graft-was-here"),))


def test_files_that_are_no_learned_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.chdir(tmp_path)
    torch.save({"string_to_param": {"*": Evil()}}, tmp_path / "evil.pt")
    with pytest.raises(BadInput, match="could run a program"):
        load_embedding(tmp_path / "evil.pt")
    assert not (tmp_path / "graft-was-here").exists()
    with pytest.raises(BadInput, match="holds no learned word"):
        load_embedding(save(tmp_path / "x.safetensors", {"a": torch.zeros(2, 2, 2)}))
    whole = learned("AUTOMATIC1111 .pt", tmp_path / "w", torch.zeros(1, 4)).read_bytes()
    (tmp_path / "cut.pt").write_bytes(whole[:200])
    with pytest.raises(BadInput, match="cut short"):
        load_embedding(tmp_path / "cut.pt")
