"""A chat model of which one knows what it will say: a GGUF file in the true format (llama) whose weights are a table of which piece follows which.

The embedding of a piece is one hot, attention and feed-forward are zero, and the output layer is the table. So what it writes depends on the last piece
alone; several pieces that may follow are equally likely, and the sampler's seed chooses. All else (template, tokenizer, keys and values, grammar) is as real
as in a large one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

ANSWER, END = "<|answer|>", "</s>"
TEMPLATE = "{{ bos_token }}{% for m in messages %}[{{ m['role'] }}]{{ m['content'] }}\n{% endfor %}" + ANSWER
THINKING = TEMPLATE.replace(ANSWER, "{% if not enable_thinking %}<think></think>{% endif %}" + ANSWER)


def talking_gguf(
    path: Path,
    follows: Mapping[str, Sequence[str]],
    template: str = TEMPLATE,
    context: int = 4096,
    own: Mapping[str, str] | None = None,
) -> Path:
    """Write the file. follows: a piece of text → the pieces that may come after it; longer than one byte they become pieces of the vocabulary.

    own: more texts in the header, by their keys.
    """
    import gguf

    words = list(
        dict.fromkeys(
            text for pair in follows.items() for text in (pair[0], *pair[1]) if len(text.encode()) > 1 and text != END
        )
    )
    pieces = ["<unk>", "<s>", END, *(f"<0x{value:02X}>" for value in range(256)), "▁", *words]
    width = -(-len(pieces) // 32) * 32
    number = {text: index for index, text in enumerate(pieces)} | {chr(value): 3 + value for value in range(128)}
    output = np.zeros((len(pieces), width), np.float16)
    for text, after in follows.items():
        output[[number[piece] for piece in after], number[text]] = 1
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = gguf.GGUFWriter(path, "llama")
    for add, value in (
        (writer.add_context_length, context), (writer.add_embedding_length, width), (writer.add_block_count, 1),
        (writer.add_feed_forward_length, 32), (writer.add_head_count, 2), (writer.add_key_length, 16), (writer.add_value_length, 16),
        (writer.add_rope_dimension_count, 16), (writer.add_layer_norm_rms_eps, 1e-5),
        (writer.add_tokenizer_model, "llama"), (writer.add_token_list, pieces), (writer.add_token_scores, [0.0] * len(pieces)),
        (writer.add_token_types, [2, 3, 3, *[6] * 256, 1, *[4] * len(words)]), (writer.add_bos_token_id, 1), (writer.add_eos_token_id, 2),
        (writer.add_add_space_prefix, False), (writer.add_chat_template, template),
    ):  # fmt: skip
        add(value)
    for key, text in (own or {}).items():
        writer.add_string(key, text)
    narrow = (32, width)
    shapes = dict.fromkeys(("attn_q", "attn_k", "attn_v", "ffn_gate", "ffn_up"), narrow) | dict.fromkeys(
        ("attn_output", "ffn_down"), narrow[::-1]
    )
    for name, shape in shapes.items():
        writer.add_tensor(f"blk.0.{name}.weight", np.zeros(shape, np.float16))
    for name in ("blk.0.attn_norm.weight", "blk.0.ffn_norm.weight", "output_norm.weight"):
        writer.add_tensor(name, np.ones(width, np.float32))
    writer.add_tensor("token_embd.weight", np.eye(len(pieces), width, dtype=np.float16))
    writer.add_tensor("output.weight", output)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def prompts(*texts: str) -> dict[str, list[str]]:
    """A table for one who answers {"prompt": "…"} with any of the texts."""
    return {ANSWER: ['{"prompt":"'], '{"prompt":"': list(texts), **{text: ['"}'] for text in texts}, '"}': [END]}


def mamba_gguf(path: Path, template: str = TEMPLATE) -> Path:
    """A Mamba of random numbers (width 32, inner width 64, 1 layer) whose vocabulary is the 256 bytes: a chat model without attention."""
    import gguf

    writer = gguf.GGUFWriter(path, "mamba")
    pieces = ["<unk>", "<s>", END, *(f"<0x{value:02X}>" for value in range(256)), "▁"]
    for add, value in (
        (writer.add_context_length, 4096), (writer.add_embedding_length, 32), (writer.add_block_count, 1), (writer.add_feed_forward_length, 0),
        (writer.add_head_count, 0), (writer.add_ssm_conv_kernel, 4), (writer.add_ssm_inner_size, 64), (writer.add_ssm_state_size, 8),
        (writer.add_ssm_time_step_rank, 2), (writer.add_layer_norm_rms_eps, 1e-5), (writer.add_tokenizer_model, "llama"),
        (writer.add_token_list, pieces), (writer.add_token_scores, [0.0] * len(pieces)), (writer.add_token_types, [2, 3, 3, *[6] * 256, 1]),
        (writer.add_bos_token_id, 1), (writer.add_eos_token_id, 2), (writer.add_chat_template, template),
    ):  # fmt: skip
        add(value)
    shapes = {
        "ssm_in.weight": (128, 32), "ssm_conv1d.weight": (64, 4), "ssm_conv1d.bias": (64,), "ssm_x.weight": (18, 64), "ssm_dt.weight": (64, 2),
        "ssm_dt.bias": (64,), "ssm_a": (64, 8), "ssm_d": (64,), "ssm_out.weight": (32, 64), "attn_norm.weight": (32,),
    }  # fmt: skip
    rng = np.random.default_rng(0)
    for name, shape in {f"blk.0.{key}": size for key, size in shapes.items()}.items():
        values = rng.normal(size=shape).astype(np.float32) * 0.3
        writer.add_tensor(name, -np.abs(values) if name.endswith("ssm_a") else values + name.endswith("norm.weight"))
    writer.add_tensor("token_embd.weight", rng.normal(size=(len(pieces), 32)).astype(np.float32))
    writer.add_tensor("output_norm.weight", np.ones(32, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path
