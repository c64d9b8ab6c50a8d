"""The starter parser's network: Llama (Touvron et al., 2023) made small, so that llama.cpp runs it as it runs any other.

Rotary positions are interleaved (pairs of neighbouring channels), as llama.cpp's "llama" architecture expects: no permutation at export.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class Shape:
    """Sizes of the network; widths are multiples of 32 for Q8_0."""

    vocabulary: int = 1280
    width: int = 128
    layers: int = 6
    heads: int = 4
    hidden: int = 384
    context: int = 2048
    base: float = 10000.0


def rotate(x: Tensor, turns: Tensor) -> Tensor:
    """Rotary embedding (Su et al., 2021) on neighbouring pairs; x is (B, heads, T, head width), turns the cosines and sines (2, T, head width / 2)."""
    even, odd = x[..., 0::2], x[..., 1::2]
    cosine, sine = turns
    return torch.stack((even * cosine - odd * sine, even * sine + odd * cosine), -1).flatten(-2).to(x.dtype)


def attend(q: Tensor, k: Tensor, v: Tensor, hidden: Tensor) -> Tensor:
    """Plain attention, (B, heads, T, head width); for short sequences on a CPU its backward pass is several times faster than the fused kernel's."""
    scores = (q @ k.transpose(-1, -2)).mul_(q.shape[-1] ** -0.5).masked_fill_(hidden, float("-inf"))
    return scores.softmax(-1).to(v.dtype) @ v


class Block(nn.Module):
    """Attention and gated feed-forward, each behind an RMS norm."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads = shape.heads
        self.attn_norm = nn.RMSNorm(shape.width, eps=1e-5)
        self.ffn_norm = nn.RMSNorm(shape.width, eps=1e-5)
        self.attn_q, self.attn_k, self.attn_v, self.attn_output = (
            nn.Linear(shape.width, shape.width, bias=False) for _ in range(4)
        )
        self.ffn_gate, self.ffn_up = (nn.Linear(shape.width, shape.hidden, bias=False) for _ in range(2))
        self.ffn_down = nn.Linear(shape.hidden, shape.width, bias=False)

    def forward(self, x: Tensor, turns: Tensor, hidden: Tensor, keep: Tensor | None = None) -> Tensor:
        """x (B, T, width) to the same, or to (kept, width): the feed-forward part of the last block is needed only where scores are."""
        batch, length, width = x.shape
        h = self.attn_norm(x)
        q, k, v = (
            part(h).view(batch, length, self.heads, -1).transpose(1, 2)
            for part in (self.attn_q, self.attn_k, self.attn_v)
        )
        h = attend(rotate(q, turns), rotate(k, turns), v, hidden)
        x = x + self.attn_output(h.transpose(1, 2).reshape(batch, length, width))
        if keep is not None:
            x = x[keep]
        h = self.ffn_norm(x)
        return x + self.ffn_down(F.silu(self.ffn_gate(h)) * self.ffn_up(h))


class Llama(nn.Module):
    """Next-piece scores; the embedding serves as output matrix too."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.token_embd = nn.Embedding(shape.vocabulary, shape.width)
        self.blk = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.output_norm = nn.RMSNorm(shape.width, eps=1e-5)
        half = shape.width // shape.heads // 2
        angles = torch.outer(torch.arange(512).float(), shape.base ** (-torch.arange(half).float() / half))
        self.register_buffer("turns", torch.stack((angles.cos(), angles.sin())), persistent=False)
        nn.init.normal_(self.token_embd.weight, std=0.06)
        for name, weight in self.named_parameters():
            if weight.ndim == 2 and "embd" not in name:
                nn.init.normal_(
                    weight,
                    std=weight.shape[1] ** -0.5 * (0.2 if name.endswith(("output.weight", "down.weight")) else 1.0),
                )

    def forward(self, ids: Tensor, keep: Tensor | None = None) -> Tensor:
        """Scores (B, T, vocabulary) of ids (B, T), or (kept, vocabulary) where the bool mask `keep` (B, T) holds."""
        length = ids.shape[1]
        x = self.token_embd(ids)
        hidden = torch.ones(length, length, dtype=torch.bool).triu(1)
        for block in self.blk[:-1]:
            x = block(x, self.turns[:, :length], hidden)
        x = self.output_norm(self.blk[-1](x, self.turns[:, :length], hidden, keep))
        return F.linear(x, self.token_embd.weight)
