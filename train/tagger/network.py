"""The network: convolutions down to cells of 8 × 8 pixels, which say what covers them and whether a thing has its middle there; small heads put
the cells' answers together to tags."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from train.scenes import COLOURS, KINDS
from train.tagger.tags import OF_KIND, TAGS

WIDTHS = (48, 72, 112)
PAIR_COUNT, KIND_COUNT = len(KINDS) * len(COLOURS), len(KINDS)
NAMED = KIND_COUNT + PAIR_COUNT
GLOBAL = len(TAGS) - NAMED - len(OF_KIND)
"""Tags that are about the whole picture; they come first, then the counts of each kind, kinds, and colours with kinds."""
HIDDEN, WHOLE, COUNTING = 32, 64, 16


class Conv(nn.Sequential):
    """Convolution and batch norm; the ReLU comes where it is used."""

    def __init__(self, before: int, after: int, size: int = 3, stride: int = 1) -> None:
        super().__init__(nn.Conv2d(before, after, size, stride, size // 2, bias=False), nn.BatchNorm2d(after))


def peaks_of(middles: Tensor) -> Tensor:
    """What is nowhere lower than its eight neighbours; the rest is 0."""
    return middles * (middles >= F.max_pool2d(middles, 3, 1, 1))


class Network(nn.Module):
    """float (N, 3, 128, 128), blue first, 0..255, to logits of the tags (N, T); also the cells' answers."""

    def __init__(self) -> None:
        super().__init__()
        b, c, d = WIDTHS
        self.stem, self.down1, self.down2 = Conv(3, b, 7, 4), Conv(b, c, 3, 2), Conv(c, d, 3, 2)
        self.one1, self.one2, self.two1, self.two2 = Conv(b, b), Conv(b, b), Conv(c, c), Conv(c, c)
        self.wide = Conv(d, d)
        self.cell = Conv(c + d, d, 1)
        self.maps = nn.Conv2d(d, NAMED + KIND_COUNT, 1)
        pooled = 2 * (b + c + d)
        self.scale = nn.BatchNorm1d(pooled)
        self.whole1, self.whole2 = nn.Linear(pooled + 3 * KIND_COUNT, WHOLE), nn.Linear(WHOLE, GLOBAL)
        self.straight = nn.Linear(pooled, GLOBAL)
        self.named1, self.named2 = nn.Linear(NAMED + KIND_COUNT + pooled, HIDDEN), nn.Linear(HIDDEN, NAMED)
        self.count1, self.count2 = nn.Linear(5, COUNTING), nn.Linear(COUNTING, len(OF_KIND) // KIND_COUNT)
        with torch.no_grad():
            self.maps.bias[-KIND_COUNT:].fill_(-4.0)
            for head in (self.whole2, self.count2):
                head.bias.fill_(-1.0)

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (N, T), and (N, 208, 16, 16): of each kind and colour, of each kind, and of each kind's middle."""
        first = self.stem(pictures / 127.5 - 1).relu()
        x = (first + self.one2(self.one1(first).relu())).relu()
        x = self.down1(x).relu()
        fine = (x + self.two2(self.two1(x).relu())).relu()
        coarse = self.down2(fine).relu()
        coarse = (coarse + self.wide(coarse)).relu()
        far = F.interpolate(coarse, scale_factor=2, mode="nearest")
        maps = self.maps(self.cell(torch.cat([fine, far], 1)).relu())
        pooled = [part.mean((2, 3)) for part in (first, fine, coarse)]
        pooled += [part.amax((2, 3)) for part in (first, fine, coarse)]
        return self.tags(maps, self.scale(torch.cat(pooled, 1))), maps

    def tags(self, maps: Tensor, pooled: Tensor) -> Tensor:
        """Logits (N, T) from the cells' answers and the pooled features."""
        best, middles = maps.amax((2, 3)), maps[:, NAMED:].sigmoid()
        peaks = peaks_of(middles)
        covered = maps[:, PAIR_COUNT:NAMED].sigmoid().mean((2, 3))
        known = [peaks.sum((2, 3)), middles.sum((2, 3)), covered]
        whole = self.whole2(self.whole1(torch.cat([pooled, *known], 1)).relu()) + self.straight(pooled)
        of_kind = torch.stack([*known, best[:, PAIR_COUNT:NAMED] / 4, best[:, NAMED:] / 4], 2)
        counts = self.count2(self.count1(of_kind).relu()).flatten(1)
        named = self.named2(self.named1(torch.cat([best / 4, pooled], 1)).relu())
        shown = torch.cat([best[:, PAIR_COUNT:NAMED], best[:, :PAIR_COUNT]], 1)
        return torch.cat([whole, counts, named + shown], 1)
