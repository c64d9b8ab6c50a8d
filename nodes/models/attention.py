"""The attention of a UNet of diffusers, read and changed while it paints: cross-attention says which place looks at which word, self-attention which
places belong together (Hertz et al. 2022, Prompt-to-Prompt; Tang et al. 2022, DAAM).

Processors are put in place for one picture and taken off again, so that all other pictures of the same model stay as they are, bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

LARGEST = 32 * 32
"""Places beyond which self-attention is left alone: the layout is decided on coarse grids, and a finer map would take gigabytes."""


@dataclass(frozen=True)
class Swap:
    """How the second picture follows the first. take, share: tensors of ``alignment.align``. weights: (L,), by what each place of the target's text is
    multiplied. cross, own: shares of the steps, from the first, in which maps of words and of places are taken over."""

    take: Any
    share: Any
    weights: Any
    cross: float
    own: float


@dataclass
class Book:
    """What the processors of one run share. size: (rows, columns) of the latent picture. pictures: how many are painted at once, without the halves for
    guidance. sums: by number of places the maps of words, summed, (pictures, places, L). done: the share of the steps that are over."""

    size: tuple[int, int]
    pictures: int
    swap: Swap | None = None
    done: float = 0.0
    sums: dict[int, Any] = field(default_factory=dict)
    counts: dict[int, int] = field(default_factory=dict)

    def begin(self) -> None:
        """Forget what an attempt before this one has written."""
        self.done = 0.0
        self.sums.clear()
        self.counts.clear()

    def wants(self, cross: bool, places: int) -> bool:
        """Whether a layer's map has to be laid open in this step."""
        if cross:
            return True
        return self.swap is not None and self.done < self.swap.own and places <= LARGEST

    def seen(self, maps: Any, cross: bool) -> Any:
        """The maps (batch, heads, places, L or places) as they are to be; with guidance the second half is what is made by the words."""
        told = maps[-self.pictures :]
        if self.swap is not None:
            if not cross:
                told[1] = told[0]
            elif self.done < self.swap.cross:
                told[1] = self._followed(told[0], told[1], self.swap)
        if cross:
            places = maps.shape[2]
            total = told.detach().float().mean(1)
            self.sums[places] = self.sums[places] + total if places in self.sums else total
            self.counts[places] = self.counts.get(places, 0) + 1
        return maps

    def _followed(self, first: Any, second: Any, swap: Swap) -> Any:
        share = swap.share.to(first)
        taken = (first @ swap.take.to(first)) * share + second * (1 - share)
        return taken * swap.weights.to(first)

    def grid(self, places: int) -> tuple[int, int] | None:
        """Rows and columns of a map of so many places: the latent picture halved some times; None where it is of no such size."""
        rows, columns = self.size
        while rows * columns > places and rows * columns > 1:
            rows, columns = -(-rows // 2), -(-columns // 2)
        return (rows, columns) if rows * columns == places else None

    def maps(self, least: int = 0, most: int = 1 << 30) -> Any:
        """The mean map of each place of the text, over layers, heads and steps, on the latent grid: float32 (pictures, L, rows, columns). least, most:
        of the rows of the maps that count. None where there is no such map."""
        import torch

        total, count = None, 0
        for places, held in self.sums.items():
            grid = self.grid(places)
            if grid is None or not least <= grid[0] <= most:
                continue
            laid = held.permute(0, 2, 1).reshape(held.shape[0], held.shape[2], *grid)
            scaled = torch.nn.functional.interpolate(laid, self.size, mode="bicubic", align_corners=False).clamp_(min=0)
            total = scaled if total is None else total + scaled
            count += self.counts[places]
        return None if total is None else total / count


class _Open:
    """An attention processor that lays the map open to the book; where nobody wants it, the layer's own goes on."""

    def __init__(self, plain: Any, book: Book, cross: bool) -> None:
        self.plain, self.book, self.cross = plain, book, cross

    def __call__(
        self, attn: Any, hidden_states: Any, encoder_hidden_states: Any = None, attention_mask: Any = None, *rest: Any, **more: Any
    ) -> Any:  # fmt: skip
        import torch

        if not self.book.wants(self.cross, hidden_states.shape[1]):
            return self.plain(attn, hidden_states, encoder_hidden_states, attention_mask, *rest, **more)
        batch, places, _ = hidden_states.shape
        words = hidden_states if encoder_hidden_states is None else encoder_hidden_states
        mask = attn.prepare_attention_mask(attention_mask, words.shape[1], batch)
        query, key, value = (
            attn.head_to_batch_dim(part) for part in (attn.to_q(hidden_states), attn.to_k(words), attn.to_v(words))
        )
        maps = attn.get_attention_scores(query, key, mask)
        laid = self.book.seen(maps.reshape(batch, -1, places, maps.shape[2]), self.cross)
        hidden = attn.batch_to_head_dim(torch.bmm(laid.reshape(maps.shape), value))
        return attn.to_out[1](attn.to_out[0](hidden)) / attn.rescale_output_factor


@contextmanager
def opened(unet: Any, book: Book) -> Iterator[None]:
    """While inside, the attention of the UNet's transformer blocks is written into the book, and changed by it."""
    kept = dict(unet.attn_processors)
    ends = ("attn1.processor", "attn2.processor")
    unet.set_attn_processor(
        {
            name: _Open(plain, book, name.endswith(ends[1])) if name.endswith(ends) else plain
            for name, plain in kept.items()
        }
    )
    try:
        yield
    finally:
        unet.set_attn_processor(kept)
