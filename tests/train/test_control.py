"""The ControlNet's recipe: edges, their agreement, and a net that begins without any say."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from train.control.edges import agreement, find_edges, hint, sharp
from train.scenes import draw_scene


def line(row: int) -> np.ndarray:
    edges = np.zeros((96, 96), bool)
    edges[row, 10:80] = True
    return edges


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        pytest.param(line(20), 1.0, id="same"),
        pytest.param(line(21), 1.0, id="one pixel off"),
        pytest.param(line(23), 0.0, id="three pixels off"),
        pytest.param(line(20) | line(60), 0.5, id="as much again elsewhere"),
        pytest.param(np.zeros((96, 96), bool), 0.0, id="nothing found"),
    ],
)
def test_agreement_is_intersection_over_union(found: np.ndarray, expected: float) -> None:
    assert agreement(line(20), found) == pytest.approx(expected)
    assert agreement(found, line(20)) == pytest.approx(expected)


def test_two_pictures_without_edges_agree() -> None:
    nothing = np.zeros((96, 96), bool)
    assert agreement(nothing, nothing) == 1.0


@pytest.mark.parametrize("resolution", [96, 144, 192])
def test_edges_are_those_of_the_studios_detector(resolution: int) -> None:
    from nodes.control.edges import canny

    image = draw_scene(3, 96).image
    theirs = np.asarray(canny(image, resolution=resolution))[..., 0] > 127
    assert (sharp(find_edges(image, resolution), resolution) == theirs).all()
    assert 0.005 < theirs.mean() < 0.4


def test_hints_come_in_several_forms_of_the_same_edges() -> None:
    image = draw_scene(3, 96).image
    made = [hint(Random(seed), image) for seed in range(24)]
    assert len({one.tobytes() for one in made}) > 3
    assert {one.shape for one in made} == {(96, 96)}
    assert sum(one.max() == 255 for one in made) > 8  # white lines
    assert any(0 < one.max() < 255 for one in made)  # gray ones


def test_an_untrained_net_adds_nothing_and_fits_the_painter() -> None:
    import torch
    from diffusers import UNet2DConditionModel

    from nodes.models.control import ControlNet
    from train.control.train import make_net, start_from_painter
    from train.painter.unet import SHIPPED

    unet = UNet2DConditionModel.from_pretrained(SHIPPED / "unet", torch_dtype=torch.float32)
    net = make_net()
    assert start_from_painter(net, unet) > sum(p.numel() for p in net.parameters()) / 2
    ControlNet(net, "cpu").check_partner(unet)
    edges = torch.rand(1, 3, 96, 96)
    with torch.no_grad():
        down, middle = net(
            torch.randn(1, 4, 24, 24), torch.tensor([500]), torch.randn(1, 24, 128), edges, return_dict=False
        )
    assert not any(part.any() for part in (*down, middle))
    assert sum(p.numel() for p in net.parameters()) * 2 < 6e6  # bytes in half precision


def test_the_shipped_net_makes_the_painter_follow_edges() -> None:
    from nodes.models.control import load_control
    from nodes.models.diffusion import Guide, Job, load_diffusion
    from train.control.evaluate import make_case
    from train.control.export import TARGET
    from train.painter.unet import SHIPPED

    painter, net = load_diffusion(SHIPPED, "cpu"), load_control(TARGET, "cpu")
    net.check_partner(painter.parts["unet"])
    assert (painter.size, painter.multiple) == (96, 8)
    followed, ignored = [], []
    for index in range(3):
        case = make_case(index)
        picture = np.repeat(case.asked[..., None], 3, 2).astype(np.uint8) * 255
        for weight, answers in ((1.0, followed), (0.0, ignored)):
            guides = (Guide(net, picture, weight),)
            made = painter.make(Job(case.words, seed=index, width=96, height=96, guides=guides))
            answers.append(agreement(case.asked, sharp(find_edges(made))))
    assert np.mean(followed) > np.mean(ignored) + 0.25
