"""Sentences become edits: the grammar, the node with a scripted model and with the starter model, GGUF files good and bad."""

from __future__ import annotations

import json
import struct
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graph import BadInput, Cancelled, GraftError
from nodes import language
from nodes.language import grammar, parse_edit, prompt_for
from nodes.models.language import Chat, load_chat, without_system
from tests.toys import toy_run

ROOT = Path(__file__).resolve().parents[2]
STARTER = ROOT / "models" / "starter" / "parser" / "parser-q8_0.gguf"
FREE_FORM = [json.loads(line) for line in (ROOT / "tests" / "parser_freeform.jsonl").read_text().splitlines()]
FREE_FORM_FLOOR = 0.95


class Scripted:
    """A chat model that gives the answer it was made with, and keeps what it was asked."""

    name = "scripted"

    def __init__(self, answer: Any) -> None:
        self.text = answer if isinstance(answer, str) else json.dumps(answer)
        self.asked: list[list[dict[str, str]]] = []

    def answer(self, messages: list[dict[str, str]], grammar: str, max_tokens: int, on_token: Any = None) -> str:
        self.asked.append(messages)
        if on_token:
            on_token()
        return self.text


class OneModel:
    """A shelf with one model."""

    def __init__(self, model: Any) -> None:
        self.model = model

    def get(self, kind: str, name: str = "auto", say: Any = None) -> Any:
        assert kind == "chat"
        return self.model


@pytest.fixture(scope="module")
def starter() -> Any:
    chat = load_chat(STARTER, "cpu")
    yield chat
    chat.close()


def answer_of(action: str, **fields: str) -> dict[str, str]:
    return {"action": action, **{name: fields.get(name, "") for name in language.FIELDS[action]}}


# --- what a painter is told


@pytest.mark.parametrize(
    ("said", "target", "prompt"),
    [
        pytest.param(answer_of("replace", replacement="a bicycle"), "car", "a bicycle", id="replace"),
        pytest.param(
            answer_of("replace", replacement="a bicycle", color="red"), "car", "a red bicycle", id="replace in a color"
        ),
        pytest.param(
            answer_of("replace", replacement="a bicycle", color="orange"), "car", "an orange bicycle", id="a becomes an"
        ),
        pytest.param(
            answer_of("replace", replacement="the moon", color="blue"), "car", "the blue moon", id="the stays"
        ),
        pytest.param(answer_of("replace", replacement="bike", color="blue"), "car", "blue bike", id="no article"),
        pytest.param(
            answer_of("replace", replacement="a cup", style="Van Gogh"), "car", "a cup, Van Gogh style", id="style"
        ),
        pytest.param(answer_of("recolor", color="blue"), "red car", "a blue car", id="old color leaves"),
        pytest.param(
            answer_of("recolor", color="red"), "shiny dark blue shoes", "red shiny shoes", id="many have no article"
        ),
        pytest.param(answer_of("recolor", color="wooden"), "table", "a wooden table", id="material"),
        pytest.param(answer_of("recolor", color="pink"), "hair", "pink hair", id="no countable thing"),
        pytest.param(answer_of("recolor", color="green"), "orange", "a green orange", id="a thing called like a color"),
        pytest.param(
            answer_of("recolor", color="black"),
            "man in the red hat",
            "a black man in the red hat",
            id="color of a detail stays",
        ),
        pytest.param(answer_of("remove"), "car", "", id="remove"),
        pytest.param(
            answer_of("background", place="a beach", style="anime"), "dog", "a beach, anime style", id="background"
        ),
    ],
)
def test_prompt(said: dict[str, str], target: str, prompt: str) -> None:
    assert prompt_for(said, target) == prompt


# --- the grammar


def accepts(sentence: str, answer: str) -> bool:
    """Whether the grammar of the sentence derives the answer, by trying every way through its rules."""
    rules = dict(line.split(" ::= ", 1) for line in grammar(sentence).strip().splitlines())

    def ends(rule: str, start: int) -> set[int]:
        return sequence(tokens(rule), start)

    def tokens(rule: str) -> list[str]:
        found, at = [], 0
        while at < len(rule):
            if rule[at] == '"':
                end = at + 1
                while rule[end] != '"':
                    end += 2 if rule[end] == "\\" else 1
            else:
                end = at
                while end + 1 < len(rule) and rule[at].isalnum() and rule[end + 1].isalnum():
                    end += 1
            if rule[at] != " ":
                found.append(rule[at : end + 1])
            at = end + 1
        return found

    def sequence(parts: list[str], start: int) -> set[int]:
        """Places in the answer that the parts can end at, begun at `start`."""
        depth, branches = 0, [[]]
        for part in parts:
            depth += (part == "(") - (part == ")")
            if part == "|" and depth == 0:
                branches.append([])
            else:
                branches[-1].append(part)
        return set().union(*(chain(branch, {start}) for branch in branches))

    def chain(parts: list[str], starts: set[int]) -> set[int]:
        at = 0
        while at < len(parts):
            end = at
            if parts[at] == "(":
                depth = 1
                while depth:
                    end += 1
                    depth += (parts[end] == "(") - (parts[end] == ")")
                reached = set().union(*(sequence(parts[at + 1 : end], start) for start in starts)) if starts else set()
            elif parts[at].startswith('"'):
                text = parts[at][1:-1].replace('\\"', '"').replace("\\\\", "\\")
                reached = {start + len(text) for start in starts if answer.startswith(text, start)}
            else:
                reached = set().union(*(ends(rules[parts[at]], start) for start in starts)) if starts else set()
            at = end + 1
            if at < len(parts) and parts[at] == "?":
                reached, at = reached | starts, at + 1
            starts = reached
        return starts

    return len(answer) in ends(rules["root"], 0)


COMPACT = {"separators": (",", ":"), "ensure_ascii": False}


@pytest.mark.parametrize(
    ("sentence", "answer", "fits"),
    [
        pytest.param(
            "Replace the car with a bicycle",
            answer_of("replace", target="car", replacement="a bicycle"),
            True,
            id="copied",
        ),
        pytest.param(
            "Replace the car with a bicycle",
            answer_of("replace", target="truck", replacement="a bicycle"),
            False,
            id="invented",
        ),
        pytest.param(
            "Replace the car with a bicycle",
            answer_of("replace", target="ca", replacement="a bicycle"),
            False,
            id="half a word",
        ),
        pytest.param(
            "Replace the car with a bicycle",
            answer_of("replace", target="car a", replacement="bicycle"),
            False,
            id="words left out",
        ),
        pytest.param(
            "Replace the car with a bicycle",
            answer_of("replace", target="", replacement="a bicycle"),
            False,
            id="empty target",
        ),
        pytest.param("Replace the car with a bicycle", answer_of("other"), True, id="other"),
        pytest.param("Replace the car with a bicycle", {"action": "explode"}, False, id="no such action"),
        pytest.param(
            "make the car's door red, please",
            answer_of("recolor", target="car's door", color="red"),
            True,
            id="possessive",
        ),
        pytest.param(
            "change the car's color to red", answer_of("recolor", target="car", color="red"), True, id="without its 's"
        ),
        pytest.param(
            'remove the "no entry" sign', answer_of("remove", target='no entry" sign'), True, id="quotes are escaped"
        ),
        pytest.param(
            "swap the c:\\dir for a t-shirt",
            answer_of("replace", target="c:\\dir", replacement="a t-shirt"),
            True,
            id="backslash",
        ),
        pytest.param("entferne den Käse", answer_of("remove", target="Käse"), True, id="other letters"),
        pytest.param(
            "change the background to a beach", answer_of("background", place="a beach"), True, id="no target"
        ),
    ],
)
def test_grammar_allows_runs_of_words_only(sentence: str, answer: dict[str, str], fits: bool) -> None:
    assert accepts(sentence, json.dumps(answer, **COMPACT)) is fits


# --- the node


@pytest.mark.parametrize(
    ("sentence", "said", "target", "place", "told"),
    [
        pytest.param("remove the car", answer_of("remove", target="the car"), "car", "", 0, id="determiner is dropped"),
        pytest.param(
            "remove all of the cars", answer_of("remove", target="all of the cars"), "cars", "", 0, id="long determiner"
        ),
        pytest.param(
            "remove the cup on the table",
            answer_of("remove", target="cup", where="on the table"),
            "cup on the table",
            "on the table",
            0,
            id="where",
        ),
        pytest.param(
            "remove the cup around me",
            answer_of("remove", target="cup", where="around me"),
            "cup",
            "around me",
            1,
            id="where that can't be searched",
        ),
        pytest.param(
            "put the dog on a beach",
            answer_of("background", target="dog", place="a beach"),
            "dog",
            "a beach",
            0,
            id="background",
        ),
    ],
)
def test_node_finishes_the_answer(
    tmp_path: Path, sentence: str, said: dict[str, str], target: str, place: str, told: int
) -> None:
    run = toy_run(tmp_path, models=OneModel(Scripted(said)))
    edit = parse_edit(sentence, run=run)
    assert (edit.target, edit.place, len(run.said)) == (target, place, told)


def test_model_is_shown_instructions_examples_and_the_sentence(tmp_path: Path) -> None:
    model = Scripted(answer_of("remove", target="lamp"))
    parse_edit("  remove\nthe   lamp ", run=toy_run(tmp_path, models=OneModel(model)))
    (messages,) = model.asked
    assert messages[0]["role"] == "system"
    assert [message["role"] for message in messages[1:]] == ["user", "assistant"] * len(language.SHOTS) + ["user"]
    assert messages[-1]["content"] == "remove the lamp"
    for asked, shown in zip(messages[1:-1:2], messages[2::2], strict=True):
        assert accepts(asked["content"], shown["content"]), "an example breaks the grammar that it teaches"


@pytest.mark.parametrize(
    ("sentence", "said", "error", "words"),
    [
        pytest.param("", None, BadInput, "it is empty", id="empty"),
        pytest.param(" \n\t ", None, BadInput, "it is empty", id="blank"),
        pytest.param("?!… --", None, BadInput, "nothing to replace", id="no word"),
        pytest.param("x" * 1001, None, BadInput, "1,001 characters", id="too long"),
        pytest.param("hello there", {"action": "other"}, BadInput, "nothing to replace", id="other"),
        pytest.param(
            "remove the car", answer_of("remove", target="truck"), BadInput, "truck", id="not in the sentence"
        ),
        pytest.param("remove the car", answer_of("remove"), BadInput, "no target", id="empty target"),
        pytest.param("change the background", answer_of("background"), BadInput, "no place", id="no place"),
        pytest.param("remove the car", '{"action":"remove","tar', GraftError, "can be read", id="broken off"),
        pytest.param("remove the car", {"action": "explode"}, GraftError, "can be read", id="unknown action"),
        pytest.param("remove the car", ["remove"], GraftError, "can be read", id="not an object"),
    ],
)
def test_node_refuses(tmp_path: Path, sentence: str, said: Any, error: type[GraftError], words: str) -> None:
    with pytest.raises(error, match=words) as caught:
        parse_edit(sentence, run=toy_run(tmp_path, models=OneModel(Scripted(said))))
    assert caught.value.cure


def test_a_hundred_thousand_characters_are_refused_at_once(tmp_path: Path) -> None:
    start = time.perf_counter()
    with pytest.raises(BadInput, match="100,000 characters"):
        parse_edit("replace the car with " + "a" * 99_979, run=toy_run(tmp_path))
    assert time.perf_counter() - start < 0.1


def test_cancelling_stops_the_model(tmp_path: Path) -> None:
    run = toy_run(tmp_path, models=OneModel(Scripted(answer_of("remove", target="car"))))
    run.stop.set()
    with pytest.raises(Cancelled):
        parse_edit("remove the car", run=run)


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
    edit = parse_edit(sentence, run=toy_run(tmp_path, models=OneModel(starter)))
    assert (edit.action, edit.target, edit.replacement, edit.color, edit.prompt) == expected


@pytest.mark.parametrize(
    "sentence", ["hello there", "what is in this picture?", "asdkj qwoeiu zxmcn", "make the picture brighter"]
)
def test_starter_finds_no_edit_where_there_is_none(starter: Chat, tmp_path: Path, sentence: str) -> None:
    with pytest.raises(BadInput, match="nothing to replace"):
        parse_edit(sentence, run=toy_run(tmp_path, models=OneModel(starter)))


def test_starter_reads_a_long_sentence_to_its_end(starter: Chat, tmp_path: Path) -> None:
    sentence = "remove the car and also " + "the very old tree " * 54
    assert 900 < len(sentence) <= language.LONGEST
    try:
        edit = parse_edit(sentence, run=toy_run(tmp_path, models=OneModel(starter)))
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
