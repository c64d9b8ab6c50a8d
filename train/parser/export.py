"""Write the trained network as GGUF with its vocabulary and chat template, quantized to Q8_0.

The template is what makes the small model one chat model among others: it shows the network the last message only, so instructions and examples written for
large models pass it by.
"""

from __future__ import annotations

import os
from pathlib import Path

import gguf
import numpy as np

from train.parser.model import Llama
from train.parser.vocabulary import BOS, BYTES, EOS, SPECIAL, UNKNOWN, Vocabulary

TEMPLATE = "{{ bos_token }}{{ messages[-1]['content'] }}<|answer|>"


def token_types(pieces: list[str]) -> list[int]:
    """llama.cpp's kind of each piece: unknown, control, byte or normal."""
    kinds = [gguf.TokenType.NORMAL] * len(pieces)
    kinds[: len(SPECIAL)] = [gguf.TokenType.CONTROL] * len(SPECIAL)
    kinds[UNKNOWN] = gguf.TokenType.UNKNOWN
    kinds[BYTES : BYTES + 256] = [gguf.TokenType.BYTE] * 256
    return [int(kind) for kind in kinds]


def write_gguf(model: Llama, vocabulary: Vocabulary, path: Path) -> None:
    """Write `path` whole or not at all."""
    shape, part = model.shape, path.with_suffix(".part")
    writer = gguf.GGUFWriter(part, "llama")
    writer.add_name("Graft starter parser")
    writer.add_license("mit")
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.hidden)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.heads)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(shape.width // shape.heads)
    writer.add_rope_freq_base(shape.base)
    writer.add_vocab_size(len(vocabulary.pieces))
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    writer.add_tokenizer_model("llama")
    writer.add_token_list(vocabulary.pieces)
    writer.add_token_scores(vocabulary.scores)
    writer.add_token_types(token_types(vocabulary.pieces))
    writer.add_bos_token_id(BOS)
    writer.add_eos_token_id(EOS)
    writer.add_unk_token_id(UNKNOWN)
    writer.add_add_bos_token(True)
    writer.add_add_space_prefix(False)
    writer.add_chat_template(TEMPLATE)
    for name, tensor in model.state_dict().items():
        values = tensor.float().numpy().astype(np.float32)
        if values.ndim == 1:
            writer.add_tensor(name, values)
        else:
            writer.add_tensor(
                name,
                gguf.quants.quantize(values, gguf.GGMLQuantizationType.Q8_0),
                raw_dtype=gguf.GGMLQuantizationType.Q8_0,
            )
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    os.replace(part, path)
