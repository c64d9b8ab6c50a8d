"""ControlNets, depth, pose and ADE20K's classes out of true files: broken ones are named and run nothing, and the shelf finds them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from graph import BadInput, MissingWeights, Settings
from nodes.models import Shelf, control, finding, inventory
from nodes.models.control import load_control
from nodes.models.depth_map import load_depth_map
from nodes.models.pose import load_pose
from nodes.models.segment import load_segment
from tests import weights_control as small
from tests.weights_look import copy, noise

from .test_look_files import Program, less


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    home = tmp_path_factory.mktemp("control")
    return {
        "net": small.control_folder(home / "net"), "depth anything": small.depth_anything(home / "da"), "dpt": small.dpt(home / "dpt"),
        "glpn": small.glpn(home / "glpn"), "vitpose": small.vitpose(home / "vitpose"),
    }  # fmt: skip


LOADERS: dict[str, tuple[str, Callable[..., Any]]] = {
    "net": ("control", load_control), "depth anything": ("depth_map", load_depth_map), "dpt": ("depth_map", load_depth_map),
    "glpn": ("depth_map", load_depth_map), "vitpose": ("pose", load_pose),
}  # fmt: skip


def same(net: Any, other: Any) -> bool:
    import torch

    held = other.state_dict()
    return set(held) == set(net.state_dict()) and all(
        torch.equal(value, held[key]) for key, value in net.state_dict().items()
    )


def test_all_files_of_one_controlnet_give_the_same_net(weights: dict[str, Path], tmp_path: Path) -> None:
    net = small.control_net()
    files = {
        "folder": weights["net"], "cldm names": small.control_file(tmp_path / "a.safetensors", net),
        "without prefix": small.control_file(tmp_path / "b.safetensors", net, ""), "pickled": small.control_file(tmp_path / "c.pth", net),
    }  # fmt: skip
    plain = tmp_path / "d.safetensors"
    plain.write_bytes((weights["net"] / "diffusion_pytorch_model.safetensors").read_bytes())
    net.save_config(tmp_path / "d")
    for name, path in (files | {"diffusers names": plain}).items():
        loaded = load_control(path, "cpu")
        assert same(net, loaded.net), name
        assert not loaded.net.training
        assert dict(loaded.net.config)["block_out_channels"] == list(small.CHANNELS)


def test_without_a_configuration_the_shapes_tell_it(tmp_path: Path) -> None:
    figures = {
        "norm_num_groups": 32, "block_out_channels": (32, 32, 64, 64), "cross_attention_dim": 768, "attention_head_dim": 8,
        "conditioning_embedding_out_channels": (16, 32, 96, 256),
    }  # fmt: skip
    net = small.control_net(**figures)
    loaded = load_control(small.control_file(tmp_path / "sd1.safetensors", net, config=False), "cpu")
    assert same(net, loaded.net)
    assert loaded.family == "Stable Diffusion 1.x"
    assert loaded.net.config.attention_head_dim == 8


def test_a_net_without_attention_needs_its_configuration(tmp_path: Path) -> None:
    net = small.control_net(down_block_types=["DownBlock2D"] * 4, mid_block_type="UNetMidBlock2D")
    file = small.control_file(tmp_path / "small.safetensors", net)
    assert same(net, load_control(file, "cpu").net)
    (tmp_path / "small" / "config.json").unlink()
    with pytest.raises(BadInput, match=r"config\.json into a folder"):
        load_control(file, "cpu")


PUBLISHED: dict[str, dict[str, Any]] = {
    "Stable Diffusion 1.x": {"cross_attention_dim": 768, "attention_head_dim": 8},
    "Stable Diffusion 2.x": {
        "cross_attention_dim": 1024, "attention_head_dim": [5, 10, 20, 20], "use_linear_projection": True,
    },
    "Stable Diffusion XL": {
        "cross_attention_dim": 2048, "attention_head_dim": [5, 10, 20], "use_linear_projection": True, "block_out_channels": [320, 640, 1280],
        "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"], "transformer_layers_per_block": [1, 2, 10],
        "addition_embed_type": "text_time", "addition_time_embed_dim": 256, "projection_class_embeddings_input_dim": 2816,
    },
}  # fmt: skip


@pytest.mark.parametrize("names", ["cldm", "diffusers"])
@pytest.mark.parametrize("family", list(PUBLISHED))
def test_the_shapes_of_published_files_give_the_published_configuration(family: str, names: str) -> None:
    import torch
    from diffusers import ControlNetModel

    with torch.device("meta"):
        net = ControlNetModel(**PUBLISHED[family])
    held = (
        net.state_dict()
        if names == "diffusers"
        else {f"control_model.{key}": value for key, value in small.as_ldm(net).items()}
    )
    config, tensors = control.from_file(Path("x.safetensors"), held, None)
    assert set(tensors) == set(net.state_dict())
    for key, value in PUBLISHED[family].items():
        assert _plain(config[key]) == value, key
    with torch.device("meta"):
        made = ControlNetModel.from_config(dict(config))
    assert {key: value.shape for key, value in made.state_dict().items()} == {
        key: value.shape for key, value in net.state_dict().items()
    }
    assert control.family(made.config) == family


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


STRANGE = {
    "a LoRA": "lora_unet_down.weight", "a T2I-Adapter": "adapter.body.0.weight", "a Control-LoRA": "lora_controlnet",
    "a checkpoint of Stable Diffusion": "model.diffusion_model.input_blocks.0.0.weight", "a VAE": "decoder.conv_in.weight",
    "a ControlNet-Union": "task_embedding", "ControlNet for transformers": "transformer_blocks.0.attn.weight",
    "its first weight is 'x'": "x",
}  # fmt: skip


@pytest.mark.parametrize("what", list(STRANGE))
def test_another_file_says_what_it_is(what: str, tmp_path: Path) -> None:
    import torch
    from safetensors.torch import save_file

    save_file({STRANGE[what]: torch.zeros(2)}, tmp_path / "odd.safetensors")
    with pytest.raises(BadInput, match=what) as caught:
        load_control(tmp_path / "odd.safetensors", "cpu")
    assert "odd.safetensors" in str(caught.value)
    assert "lllyasviel" in caught.value.cure


def test_a_pickle_with_code_is_refused_and_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.chdir(tmp_path)
    torch.save({"x": Program()}, tmp_path / "bad.pth")
    with pytest.raises(BadInput, match="could run a program"):
        load_control(tmp_path / "bad.pth", "cpu")
    assert not Path("ran").exists()
    (tmp_path / "text.pth").write_text("no weights at all")
    with pytest.raises(BadInput, match="cut short or no file"):
        load_control(tmp_path / "text.pth", "cpu")


def cut(folder: Path) -> None:
    file = next(folder.glob("*.safetensors"))
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def lesser(folder: Path) -> None:
    file = next(folder.glob("*.safetensors"))
    file.rename(folder / "model.safetensors")
    less(folder)


BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "half of the weights": (cut, "can't be loaded"),
    "a tensor is missing": (lesser, "missing"),
    "no weights": (lambda folder: next(folder.glob("*.safetensors")).unlink(), "can't be loaded"),
    "no JSON": (lambda folder: (folder / "config.json").write_text("{"), "can't be loaded"),
    "another class": (lambda folder: (folder / "config.json").write_text('{"model_type": "bert"}'), "bert"),
}


@pytest.mark.parametrize("name", list(LOADERS))
@pytest.mark.parametrize("how", list(BROKEN))
def test_broken_folders_are_named(how: str, name: str, weights: dict[str, Path], tmp_path: Path) -> None:
    folder = copy(weights[name], tmp_path)
    BROKEN[how][0](folder)
    with pytest.raises(BadInput, match=BROKEN[how][1]) as caught:
        LOADERS[name][1](folder, "cpu")
    assert str(folder) in str(caught.value)
    assert caught.value.cure


def test_a_cut_single_file_is_named(tmp_path: Path) -> None:
    file = small.control_file(tmp_path / "a.safetensors", small.control_net())
    file.write_bytes(file.read_bytes()[:5000])
    with pytest.raises(BadInput, match=r"a\.safetensors.*cut short"):
        load_control(file, "cpu")


def test_another_family_says_what_it_is_and_what_was_wanted(weights: dict[str, Path]) -> None:
    for name, (kind, load) in LOADERS.items():
        for other, (of, _) in LOADERS.items():
            if of != kind:
                config = json.loads((weights[other] / "config.json").read_text())
                given = config.get("_class_name") or config["architectures"][0]
                with pytest.raises(BadInput, match=given) as caught:
                    load(weights[other], "cpu")
                assert "such as" in str(caught.value), name


def test_a_partner_of_another_family_is_refused_by_name() -> None:
    loaded = SimpleNamespace(**{name: dict(PUBLISHED[name]) for name in PUBLISHED})
    configs = {
        name: SimpleNamespace(
            **({"block_out_channels": [320, 640, 1280, 1280], "layers_per_block": 2} | vars(loaded)[name])
        )
        for name in PUBLISHED
    }
    for name, config in configs.items():
        net = control.ControlNet(SimpleNamespace(config=config), "cpu")
        for other, unet in configs.items():
            if other == name:
                net.check_partner(SimpleNamespace(config=unet))
                continue
            with pytest.raises(BadInput) as caught:
                net.check_partner(SimpleNamespace(config=unet))
            assert name in str(caught.value)
            assert other in str(caught.value)
    shallow = SimpleNamespace(
        config=SimpleNamespace(**(vars(configs["Stable Diffusion 1.x"]) | {"layers_per_block": 1}))
    )
    with pytest.raises(BadInput, match="in 1 layers"):
        control.ControlNet(SimpleNamespace(config=configs["Stable Diffusion 1.x"]), "cpu").check_partner(shallow)


def test_what_a_folder_says_of_itself_is_told(tmp_path: Path) -> None:
    loaded = load_control(small.control_folder(tmp_path / "net", own={"limits": "drawn edges only"}), "cpu")
    assert loaded.notes == ("drawn edges only",)
    loaded.close()
    assert loaded.net is None


@pytest.mark.parametrize("size", [(40, 60), (1, 1), (300, 20)], ids=str)
@pytest.mark.parametrize("name", ["depth anything", "dpt", "glpn"])
def test_depth_models_answer_from_0_to_1(name: str, size: tuple[int, int], weights: dict[str, Path]) -> None:
    model = load_depth_map(weights[name], "cpu")
    near = model.nearness(noise(*size))
    assert near.dtype == np.float32
    assert near.min() == 0
    assert near.max() in (0, 1)
    assert model.metres == (name == "glpn")
    if size == (40, 60):
        assert (near == model.nearness(noise(*size))).all()
        assert near.std() > 0.01


def test_depth_is_what_transformers_answers_and_metres_are_turned_round(
    weights: dict[str, Path], tmp_path: Path
) -> None:
    import torch
    from PIL import Image as Pictures
    from transformers import AutoModelForDepthEstimation, DPTImageProcessor

    def plainly(folder: Path) -> np.ndarray:
        pixels = DPTImageProcessor.from_pretrained(folder)(Pictures.fromarray(noise(40, 60)), return_tensors="pt")
        with torch.inference_mode():
            return AutoModelForDepthEstimation.from_pretrained(folder)(**pixels).predicted_depth[0].numpy()

    far = small.depth_anything(tmp_path / "metres", metres=True)
    for folder, turn in (
        (weights["depth anything"], lambda found: found),
        (far, lambda found: 1 / np.maximum(found, 0.05)),
    ):
        expected = turn(plainly(folder))
        expected = (expected - expected.min()) / (expected.max() - expected.min())
        assert np.allclose(load_depth_map(folder, "cpu").nearness(noise(40, 60)), expected, atol=1e-5)


def test_dpt_on_dinov2_is_known_to_answer_in_metres() -> None:
    from transformers import Dinov2Config, DPTConfig

    from nodes.models.depth_map import in_metres

    assert in_metres(DPTConfig(backbone_config=Dinov2Config(out_indices=[1, 2, 3, 4])))
    assert not in_metres(DPTConfig())


@pytest.mark.parametrize("experts", [1, 6])
def test_joints_are_those_of_transformers_in_the_whole_picture(experts: int, tmp_path: Path) -> None:
    import torch
    from transformers import VitPoseForPoseEstimation, VitPoseImageProcessor

    folder = small.vitpose(tmp_path / "pose", experts=experts)
    image = noise(400, 500)
    found = load_pose(folder, "cpu").joints(image, (200.0, 120.0, 260.0, 240.0))
    processor, boxes = VitPoseImageProcessor.from_pretrained(folder), [[[200.0, 120.0, 60.0, 120.0]]]
    inputs = processor(image, boxes=boxes, return_tensors="pt", input_data_format="channels_last")
    more = {"dataset_index": torch.tensor([0])} if experts > 1 else {}
    with torch.inference_mode():
        outputs = VitPoseForPoseEstimation.from_pretrained(folder).eval()(**inputs, **more)
    expected = processor.post_process_pose_estimation(outputs, boxes=boxes)[0][0]
    assert found.shape == (17, 3)
    assert np.allclose(found[:, :2], expected["keypoints"].numpy(), atol=0.05)
    assert np.allclose(found[:, 2], expected["scores"].numpy(), atol=1e-4)


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (90, 3)], ids=str)
def test_joints_are_found_in_pictures_of_any_size(size: tuple[int, int], weights: dict[str, Path]) -> None:
    found = load_pose(weights["vitpose"], "cpu").joints(noise(*size), (0.0, 0.0, float(size[1]), float(size[0])))
    assert np.isfinite(found).all()


def test_joints_of_animals_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="knows 20 joints"):
        load_pose(small.vitpose(tmp_path / "animals", joints=20), "cpu")


def test_classes_are_those_of_transformers_own_post_processing(tmp_path: Path) -> None:
    import torch
    from PIL import Image as Pictures

    image = noise(50, 70)
    loaded = load_segment(small.ade_segmenter(tmp_path / "ade"), "cpu")
    inputs = loaded.pipe.image_processor(images=Pictures.fromarray(image), return_tensors="pt")
    with torch.inference_mode():
        outputs = loaded.pipe.model(**inputs)
    expected = loaded.pipe.image_processor.post_process_semantic_segmentation(outputs, [(50, 70)])[0].numpy()
    assert (loaded.classes(image) == expected).all()
    assert len(np.unique(expected)) > 3


@pytest.mark.parametrize("kind", ["control", "depth_map", "pose"])
def test_without_weights_it_says_what_to_get(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setitem(finding.KINDS, kind, replace(finding.KINDS[kind], starter=""))
    shelf = Shelf(Settings(root=tmp_path, models=tmp_path / "models", offline=True, device="cpu"))
    with pytest.raises(MissingWeights) as caught:
        shelf.get(kind)
    for part in ("https://huggingface.co/", "B", str(shelf.models / kind), "downloads it"):
        assert part in str(caught.value)


def test_the_shelf_finds_each_by_name_and_the_hubs_cache_is_told_apart(
    weights: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    shelf = Shelf(Settings(root=tmp_path, models=tmp_path / "models", offline=True, device="cpu"))
    for name, (kind, load) in LOADERS.items():
        (shelf.models / kind).mkdir(parents=True, exist_ok=True)
        (shelf.models / kind / name).symlink_to(weights[name])
        assert type(shelf.get(kind, name)) is type(load(weights[name], "cpu"))
        home = tmp_path / "cache" / f"models--me--{name.replace(' ', '-')}"
        (home / "refs").mkdir(parents=True)
        (home / "refs" / "main").write_text("abc")
        (home / "snapshots").mkdir()
        (home / "snapshots" / "abc").symlink_to(weights[name])
    small.control_file(shelf.models / "control" / "edges.pth", small.control_net())
    assert shelf.names("control") == ["auto", "starter", "edges.pth", "net", "me/net"]
    assert same(shelf.get("control", "edges.pth").net, small.control_net())
    assert inventory.held("control") == ["me/net"]
    assert inventory.held("depth_map") == ["me/depth-anything", "me/dpt", "me/glpn"]
    assert inventory.held("pose") == ["me/vitpose"]


def test_comfyuis_folder_of_controlnets_is_searched(tmp_path: Path) -> None:
    comfy = tmp_path / "comfy" / "models" / "controlnet"
    small.control_file(comfy / "sd15" / "edges.pth", small.control_net())
    settings = Settings(root=tmp_path, models=tmp_path / "models", offline=True, device="cpu")
    settings.models.mkdir()
    (settings.models / "extra_model_paths.yaml").write_text(
        f"comfyui:\n  base_path: {tmp_path / 'comfy'}\n  controlnet: models/controlnet\n"
    )
    assert "sd15/edges.pth" in Shelf(settings).names("control")
    assert same(Shelf(settings).get("control", "sd15/edges.pth").net, small.control_net())
