"""The editor's words: the painter's and those by which edits are asked for; its text model starts from the painter's."""

from __future__ import annotations

import re
from pathlib import Path

import torch
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from train.editor.phrases import PLAIN
from train.painter import words as painter
from train.painter.words import WIDTH, known_words, write_tokenizer

LENGTH = 32  # tokens of a sentence, with start and end
SHIPPED = Path(__file__).parent.parent.parent / "models" / "starter" / "painter"
MORE = (
    "please could you can would like want i me my that this be is should must with for into out off gone away "
    "switch exchange transform convert substitute dye repaint recolour colour look become place picture photo "
    "instead rather than where there now just give get take let has needs drop hide clear see do not any"
)


def make_tokenizer(folder: Path) -> CLIPTokenizer:
    """Write the tokenizer's files and load it."""
    asked = re.findall(r"[a-z]+", re.sub(r"\{\w\}", "", " ".join(line for lines in PLAIN.values() for line in lines)))
    return write_tokenizer(folder, sorted({*known_words(), *asked, *MORE.split()}), LENGTH)


@torch.no_grad()
def make_text_encoder(tokenizer: CLIPTokenizer) -> CLIPTextModel:
    """A text model for the tokenizer: the painter's weights, with its words under their new numbers; new words and
    places begin at random.
    """
    torch.manual_seed(0)
    model = CLIPTextModel(
        CLIPTextConfig(
            vocab_size=len(tokenizer),
            hidden_size=WIDTH,
            intermediate_size=2 * WIDTH,
            num_hidden_layers=2,
            num_attention_heads=4,
            max_position_embeddings=LENGTH,
            projection_dim=WIDTH,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )
    old = CLIPTextModel.from_pretrained(SHIPPED / "text_encoder", dtype=torch.float32).state_dict()
    old_words = CLIPTokenizer.from_pretrained(SHIPPED / "tokenizer").get_vocab()
    state = model.state_dict()
    for name, weight in state.items():
        if name.endswith("token_embedding.weight"):
            for token, number in tokenizer.get_vocab().items():
                if token in old_words:
                    weight[number] = old[name][old_words[token]]
        elif name.endswith("position_embedding.weight"):
            weight[: painter.LENGTH] = old[name]
        elif name in old and old[name].shape == weight.shape:
            weight.copy_(old[name])
    model.load_state_dict(state)
    return model
