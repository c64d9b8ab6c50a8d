"""The starter parser and any other chat model: GGUF files good and bad, through llama.cpp."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graph import BadInput, Cancelled, GraftError
from nodes import language
from nodes.language import grammar, parse_edit
from nodes.models.language import Chat, load_chat, without_system
from tests.nodes.grammar_truth import accepts
from tests.toys import OneModel, toy_run

ROOT = Path(__file__).resolve().parents[2]
STARTER = ROOT / "models" / "starter" / "parser" / "parser-q8_0.gguf"
FREE_FORM = [json.loads(line) for line in (ROOT / "tests" / "parser_freeform.jsonl").read_text().splitlines()]
FREE_FORM_FLOOR = 0.95


@pytest.fixture(scope="module")
def starter() -> Any:
    chat = load_chat(STARTER, "cpu")
    yield chat
    chat.close()


# --- the starter model, through llama.cpp


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        pytest.param("Replace the car with a bicycle", ("replace", "car", "a bicycle", "", "a bicycle"), id="replace"),
        pytest.param(
            "replace the quokka with a samovar",
            ("replace", "quokka", "a samovar", "", "a samovar"),
            id="rare words",
        ),
        pytest.param(
            "Swap the brundlefip for a zintrop, please",
            ("replace", "brundlefip", "a zintrop", "", "a zintrop"),
            id="invented words",
        ),
        pytest.param("Turn the house into a castle.", ("replace", "house", "a castle", "", "a castle"), id="turn into"),
        pytest.param("instead of the dog put a cat", ("replace", "dog", "a cat", "", "a cat"), id="instead of"),
        pytest.param(
            "replace the red car with a small blue boat",
            ("replace", "red car", "a small blue boat", "", "a small blue boat"),
            id="adjectives",
        ),
        pytest.param(
            "Could you please replace the chair with a sofa?", ("replace", "chair", "a sofa", "", "a sofa"), id="polite"
        ),
        pytest.param("make the car red", ("recolor", "car", "", "red", "a red car"), id="recolor"),
        pytest.param(
            "Change the color of the blue house to yellow",
            ("recolor", "blue house", "", "yellow", "a yellow house"),
            id="color of",
        ),
        pytest.param(
            "paint the gorbleth dark green",
            ("recolor", "gorbleth", "", "dark green", "a dark green gorbleth"),
            id="paint",
        ),
        pytest.param("Remove the tree", ("remove", "tree", "", "", ""), id="remove"),
        pytest.param("get rid of all the people", ("remove", "people", "", "", ""), id="get rid of"),
        pytest.param("I want the lamp gone", ("remove", "lamp", "", "", ""), id="gone"),
        pytest.param("delete the ball on the left", ("remove", "ball on the left", "", "", ""), id="which one"),
        pytest.param("put the dog on a beach", ("background", "dog", "", "", "a beach"), id="background"),
        pytest.param(
            "Change the background to a forest", ("background", "foreground", "", "", "a forest"), id="background alone"
        ),
    ],
)
def test_starter_reads(starter: Chat, tmp_path: Path, sentence: str, expected: tuple[str, ...]) -> None:
    edit = parse_edit(sentence, run=toy_run(tmp_path, models=OneModel("chat", starter)))
    assert (edit.action, edit.target, edit.replacement, edit.color, edit.prompt) == expected


@pytest.mark.parametrize(
    "sentence", ["hello there", "what is in this picture?", "asdkj qwoeiu zxmcn", "make the picture brighter"]
)
def test_starter_finds_no_edit_where_there_is_none(starter: Chat, tmp_path: Path, sentence: str) -> None:
    with pytest.raises(BadInput, match="nothing to replace"):
        parse_edit(sentence, run=toy_run(tmp_path, models=OneModel("chat", starter)))


def test_starter_reads_a_long_sentence_to_its_end(starter: Chat, tmp_path: Path) -> None:
    sentence = "remove the car and also " + "the very old tree " * 54
    assert 900 < len(sentence) <= language.LONGEST
    try:
        edit = parse_edit(sentence, run=toy_run(tmp_path, models=OneModel("chat", starter)))
    except GraftError:  # no answer is an answer too, as long as it is not a crash
        return
    assert edit.target.split(" on ")[0] in sentence


def test_starter_reaches_its_floor_on_what_people_say(starter: Chat) -> None:
    wrong = []
    for row in FREE_FORM:
        expected = {key: value for key, value in row.items() if key != "sentence"}
        sentence = row["sentence"]
        said = json.loads(starter.answer(language.conversation(sentence), grammar(sentence), 400))
        if {key: value for key, value in said.items() if value} != expected:
            wrong.append(sentence)
    assert len(FREE_FORM) >= 150
    assert 1 - len(wrong) / len(FREE_FORM) >= FREE_FORM_FLOOR, f"{len(wrong)} wrong"


# --- any chat model: GGUF files in the true format, made here

TEMPLATE = "{{ bos_token }}{% for m in messages %}<|{{ m['role'] }}|>{{ m['content'] }}{% endfor %}<|assistant|>"
STRICT = (
    "{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}" + TEMPLATE
)


def tiny_gguf(path: Path, template: str = TEMPLATE, context: int = 4096, heads: int = 2, tensors: bool = True) -> Path:
    """A Llama of random numbers (width 32, 1 layer) whose vocabulary is the 256 bytes."""
    import gguf

    writer = gguf.GGUFWriter(path, "llama")
    pieces = ["<unk>", "<s>", "</s>", *(f"<0x{value:02X}>" for value in range(256)), "▁"]
    for add, value in (
        (writer.add_context_length, context), (writer.add_embedding_length, 32), (writer.add_block_count, 1), (writer.add_feed_forward_length, 64),
        (writer.add_head_count, heads), (writer.add_layer_norm_rms_eps, 1e-5), (writer.add_tokenizer_model, "llama"), (writer.add_token_list, pieces),
        (writer.add_token_scores, [0.0] * len(pieces)), (writer.add_token_types, [2, 3, 3, *[6] * 256, 1]), (writer.add_bos_token_id, 1),
        (writer.add_eos_token_id, 2), (writer.add_chat_template, template),
    ):  # fmt: skip
        add(value)
    rng = np.random.default_rng(0)
    sizes = dict.fromkeys(("attn_q", "attn_k", "attn_v", "attn_output"), (32, 32)) | {
        "ffn_gate": (64, 32),
        "ffn_up": (64, 32),
        "ffn_down": (32, 64),
    }
    sizes |= {"attn_norm": (32,), "ffn_norm": (32,)}
    shapes = {f"blk.0.{name}.weight": size for name, size in sizes.items()} | {
        "token_embd.weight": (len(pieces), 32),
        "output_norm.weight": (32,),
    }
    for name, size in shapes.items() if tensors else ():
        writer.add_tensor(name, rng.normal(size=size).astype(np.float32) * 0.2 + (len(size) == 1))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


@pytest.mark.parametrize(
    "template", [pytest.param(TEMPLATE, id="system role"), pytest.param(STRICT, id="no system role")]
)
def test_any_chat_model_is_bound_to_the_sentence(tmp_path: Path, template: str) -> None:
    chat = load_chat(tiny_gguf(tmp_path / "tiny.gguf", template), "cpu")
    sentence = "Replace the 'red car' with a bicycle"
    pieces: list[int] = []
    answer = chat.answer(language.conversation(sentence), grammar(sentence), 300, on_token=lambda: pieces.append(1))
    assert answer == chat.answer(language.conversation(sentence), grammar(sentence), 300)
    assert accepts(sentence, answer)
    assert pieces
    chat.close()
    chat.close()
    with pytest.raises(GraftError, match="put away"):
        chat.answer(language.conversation(sentence), grammar(sentence), 300)


def test_system_text_opens_the_first_message_where_there_is_no_system_role() -> None:
    folded = without_system(
        [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "Hi"},
        ]
    )
    assert [(message["role"], message["content"]) for message in folded] == [
        ("user", "Be brief.\n\nHi"),
        ("assistant", "Hi"),
    ]


def test_cancelling_leaves_the_model_usable(tmp_path: Path) -> None:
    chat = load_chat(tiny_gguf(tmp_path / "tiny.gguf"), "cpu")

    def stop() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        chat.answer(language.conversation("remove the car"), grammar("remove the car"), 300, on_token=stop)
    assert accepts(
        "remove the car", chat.answer(language.conversation("remove the car"), grammar("remove the car"), 300)
    )
    chat.close()


@pytest.mark.parametrize(
    ("template", "context", "max_tokens", "bound", "words"),
    [
        pytest.param(TEMPLATE, 256, 300, 'root ::= "a"', "can't be asked", id="context too small"),
        pytest.param("{{ raise_exception('no') }}", 4096, 300, 'root ::= "a"', "refuses", id="template refuses"),
        pytest.param("{{ nothing.at.all }}", 4096, 300, 'root ::= "a"', "refuses", id="template fails"),
        pytest.param(TEMPLATE, 4096, 5, 'root ::= "abcdefghijk"', "did not come to an end", id="too few pieces"),
        pytest.param(TEMPLATE, 4096, 300, "root ::= (", "grammar", id="broken grammar"),
    ],
)
def test_chat_refuses(tmp_path: Path, template: str, context: int, max_tokens: int, bound: str, words: str) -> None:
    chat = load_chat(tiny_gguf(tmp_path / "tiny.gguf", template, context), "cpu")
    with pytest.raises(GraftError, match=words) as caught:
        chat.answer(language.conversation("remove the car"), bound, max_tokens)
    assert caught.value.cure
    chat.close()


def _cut(path: Path, keep: float) -> None:
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * keep)])


def _patch(path: Path, old: bytes, new: bytes) -> None:
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new, 1))


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        pytest.param(lambda path: path.write_bytes(b""), "GGUF", id="empty file"),
        pytest.param(lambda path: path.write_bytes(b"PK\x03\x04" + bytes(500)), "begin with", id="another format"),
        pytest.param(lambda path: path.write_bytes(b"GGUF" + struct.pack("<IQQ", 9, 1, 1)), "version 9", id="version"),
        pytest.param(
            lambda path: path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 2**60, 1)), "claims", id="count of tensors"
        ),
        pytest.param(
            lambda path: path.write_bytes(b"GGUF" + struct.pack("<IQQQ", 3, 1, 1, 2**62)),
            "middle",
            id="length of a text",
        ),
        pytest.param(lambda path: _cut(path, 0.02), "middle of its header", id="header cut off"),
        pytest.param(lambda path: _cut(path, 0.5), "cut off|can't be loaded", id="half a download"),
        pytest.param(lambda path: _cut(path, 0.99), "cut off|can't be loaded", id="last piece missing"),
        pytest.param(
            lambda path: _patch(path, b"llama.block_count", b"llama.blockXcount"), "block count", id="no layers"
        ),
        pytest.param(lambda path: tiny_gguf(path, heads=0), "head count", id="no heads"),
        pytest.param(lambda path: tiny_gguf(path, heads=3), "3 heads", id="odd heads"),
        pytest.param(lambda path: tiny_gguf(path, tensors=False), "0 tensors", id="no weights"),
        pytest.param(lambda path: tiny_gguf(path, template="{% for"), "can't be loaded", id="broken template"),
        pytest.param(
            lambda path: _patch(path, b"blk.0.attn_q", b"blk.0.attn_z"), "can't be loaded", id="tensor missing"
        ),
        pytest.param(
            lambda path: _patch(path, b"ggml.token_type", b"ggml.tokenXtype"),
            "token type",
            id="kinds of pieces missing",
        ),
        pytest.param(lambda path: path.unlink(), "can't be read", id="no file"),
    ],
)
def test_bad_files_are_told_from_good_ones(tmp_path: Path, spoil: Any, words: str) -> None:
    path = tiny_gguf(tmp_path / "tiny.gguf")
    spoil(path)
    with pytest.raises(BadInput, match=words) as caught:
        load_chat(path, "cpu")
    assert caught.value.socket == "model"
    assert caught.value.cure
