"""Chat models through llama.cpp: openings that are read once, reasoning that is cut off, answers of a form, and files that are no chat models."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pytest

from graph import BadInput, Cancelled, GraftError, MissingWeights, Settings
from nodes.models import Shelf, forms, openings
from nodes.models.language import Chat, follows_instructions, load_chat
from nodes.models.prompting import Template, split
from tests.models.test_language import tiny_gguf
from tests.weights_chat import ANSWER, END, TEMPLATE, THINKING, mamba_gguf, prompts, talking_gguf

THINKER = {
    ANSWER: ["<think>", '{"colour":"'], "<think>": ["it is red"], "it is red": ["</think>"], "</think>": ["\n", '{"colour":"'],
    "\n": ["red"], "red": [END, '"}'], '{"colour":"': ["red"], '"}': [END],
}  # fmt: skip
COLOUR = forms.EXAMPLE


@pytest.fixture
def chat(tmp_path: Path) -> Iterator[Chat]:
    """A model that answers any of eight prompts."""
    texts = [f"a {colour} car" for colour in ["red", "blue", "green", "pink", "grey", "white", "black", "gold"]]
    made = load_chat(talking_gguf(tmp_path / "chat" / "talker.gguf", prompts(*texts)), "cpu")
    yield made
    made.close()


def say(opening: str, last: str) -> list[dict[str, str]]:
    return [{"role": "system", "content": opening}, {"role": "user", "content": last}]


# --- openings


LONG, OTHER = "Read with care. " * 30, "Quite another thing. " * 30
ANY = 'root ::= "a"'


def counted(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many pieces llama.cpp evaluates in each of its calls from now on."""
    evaluated: list[int] = []
    real = chat._llama.eval

    def evaluate(tokens: Any) -> None:
        evaluated.append(len(tokens))
        real(tokens)

    monkeypatch.setattr(chat._llama, "eval", evaluate)
    return evaluated


def test_a_second_instruction_reads_only_what_is_new(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    evaluated = counted(chat, monkeypatch)
    first = chat.reply(say(LONG, "the first"), ANY, most=8)
    assert first.evaluated == first.prompt > len(LONG) * 0.9
    assert sum(evaluated) - first.written == first.evaluated
    evaluated.clear()
    second = chat.reply(say(LONG, "number two"), ANY, most=8)
    assert second.evaluated <= len("number two") + 5
    assert sum(evaluated) - second.written == second.evaluated


def test_an_opening_is_kept_while_the_model_talks_of_other_things(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = [chat.reply(say(LONG, "x"), ANY, most=8), chat.reply(say(OTHER, "x"), ANY, most=8)]
    evaluated = counted(chat, monkeypatch)
    for opening in (LONG, OTHER, LONG):
        again = chat.reply(say(opening, "something else"), ANY, most=8)
        assert again.evaluated <= len("something else") + 5 < alone[0].evaluated / 10
    assert sum(evaluated) < 3 * 40


@pytest.mark.parametrize(
    "make", [pytest.param(tiny_gguf, id="attention"), pytest.param(mamba_gguf, id="running state")]
)
def test_the_answer_does_not_depend_on_what_was_kept(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    """With random weights, which look at all that was said; a running state can't be shortened, only put back."""
    fresh, used = (load_chat(make(tmp_path / f"{name}.gguf"), "cpu") for name in ("fresh", "used"))
    letters = "root ::= [a-z]{24}"
    for last in ("one", "another", "a third"):
        for opening in (LONG, OTHER):
            fresh._llama.reset()
            fresh._openings.clear()
            expected = fresh.reply(say(opening, last), letters, most=40)
            found = used.reply(say(opening, last), letters, most=40)
            assert found.text == expected.text
            assert (found.evaluated < expected.evaluated / 5) == (last != "one")
    fresh.close()
    used.close()


def test_openings_stay_within_their_memory(chat: Chat) -> None:
    chat.reply(say(LONG, "x"), ANY, most=8)
    one = len(chat._openings._kept[0].data)
    chat._openings = openings.Openings(most_bytes=3 * one)
    for number in range(6):
        chat.reply(say(f"{number}. {LONG}", "x"), ANY, most=8)
    assert 1 <= len(chat._openings._kept) <= 3
    chat._openings = openings.Openings(most_bytes=one // 2)
    chat.reply(say(LONG + OTHER, "x"), ANY, most=8)
    assert chat._openings._kept == []


def test_reading_can_be_stopped_and_goes_on_where_it_was(chat: Chat) -> None:
    calls = 0

    def stop(done: int, total: int) -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise Cancelled

    talk = say("x" * 1500, "y")
    with pytest.raises(Cancelled):
        chat.reply(talk, ANY, most=8, on_piece=stop)
    again = chat.reply(talk, ANY, most=8)
    assert (again.text, again.evaluated) == ("a", again.prompt - 512)


def test_the_seed_chooses_and_chooses_again(chat: Chat) -> None:
    grammar = 'root ::= "{\\"prompt\\":\\"" [a-z ]+ "\\"}"'
    said = [
        chat.reply(say("x", "y"), grammar, most=50, seed=seed, temperature=0.8).text
        for seed in (*range(12), *range(12))
    ]
    assert said[:12] == said[12:]
    assert len(set(said)) > 3


# --- reasoning


@pytest.mark.parametrize(
    ("text", "prompt", "parts"),
    [
        pytest.param("red", "", ("red", "", True), id="none"),
        pytest.param("<think>\nwhy\n</think>\n\nred", "", ("red", "why", True), id="think"),
        pytest.param("why</think>red", "…<think>\n", ("red", "why", True), id="opened by the prompt"),
        pytest.param("why</think>red", "", ("red", "why", True), id="never opened"),
        pytest.param("[THINK]why[/THINK]red", "", ("red", "why", True), id="brackets"),
        pytest.param("<think>why, and wh", "", ("", "why, and wh", False), id="no end"),
        pytest.param("why, and wh", "…<think>", ("", "why, and wh", False), id="opened by the prompt, no end"),
        pytest.param("write <think>x</think>", "", ("write <think>x</think>", "", True), id="spoken of"),
    ],
)
def test_reasoning_is_cut_off(text: str, prompt: str, parts: tuple[str, str, bool]) -> None:
    assert split(text, prompt) == parts


def test_a_thinking_model_gives_its_reasoning_apart(tmp_path: Path) -> None:
    chat = load_chat(talking_gguf(tmp_path / "thinker.gguf", THINKER, THINKING), "cpu")
    reply = chat.reply(say("x", "y"), most=50, think=True)
    assert (reply.text, reply.thoughts) == ("red", "it is red")
    bound = forms.grammar_of(forms.read_schema(COLOUR))
    reply = chat.reply(say("x", "y"), bound, most=50, think=True)
    assert (reply.text, reply.thoughts) == ('{"colour":"red"}', "it is red")
    reply = chat.reply(say("x", "y"), bound, most=50)
    assert (reply.text, reply.thoughts) == ('{"colour":"red"}', "")
    with pytest.raises(GraftError, match="did not come to an end in 2 pieces"):
        chat.reply(say("x", "y"), bound, most=2, think=True)
    chat.close()


def test_reasoning_that_the_template_begins_is_ended_where_none_is_wanted() -> None:
    template = Template("{{ messages[0]['content'] }}<think>\n{# </think> #}", "<s>", "</s>")
    assert template.prompt([{"role": "user", "content": "Hi"}]).endswith("<think>\n\n</think>\n\n")
    assert template.prompt([{"role": "user", "content": "Hi"}], think=True).rstrip().endswith("<think>")


def test_a_template_can_not_reach_out_of_its_sandbox() -> None:
    template = Template("{{ messages.__class__.__mro__[1].__subclasses__() }}", "<s>", "</s>")
    with pytest.raises(ValueError, match=r"refuses .*unsafe"):
        template.prompt([{"role": "user", "content": "Hi"}])


# --- answers of a form


class Thing(NamedTuple):
    name: str
    kind: Literal["car", "dog"]
    count: int
    old: bool | None
    parts: list[str]


def test_a_named_tuple_becomes_a_schema_and_comes_back() -> None:
    schema = forms.schema_of(Thing)
    assert schema["required"] == list(Thing._fields)
    assert schema["properties"]["kind"] == {"enum": ["car", "dog"]}
    answer = '{"name": "Rex", "kind": "dog", "count": 1, "old": null, "parts": ["tail"]}'
    assert forms.read_as(Thing, answer, "m") == Thing("Rex", "dog", 1, None, ["tail"])


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        pytest.param("Sure!", "not JSON", id="talk"),
        pytest.param('{"name": "Rex"}', "kind is lacking", id="field missing"),
        pytest.param('{"name": 3, "kind": "dog", "count": 1, "old": null, "parts": []}', "not of the kind string", id="wrong kind"),
        pytest.param('{"name": "", "kind": "cat", "count": 1, "old": null, "parts": []}', "none of the choices", id="wrong choice"),
        pytest.param('{"name": "", "kind": "dog", "count": true, "old": null, "parts": []}', "kind integer", id="true is no number"),
        pytest.param('{"name": "", "kind": "dog", "count": 1, "old": 2, "parts": []}', "old is 2", id="none of several"),
        pytest.param('{"name": "", "kind": "dog", "count": 1, "old": null, "parts": [1]}', r"parts\[0\]", id="inside a list"),
    ],
)  # fmt: skip
def test_an_answer_that_does_not_fit_is_refused(answer: str, words: str) -> None:
    with pytest.raises(GraftError, match=words):
        forms.read_as(Thing, answer, "m")


@pytest.mark.parametrize(
    "schema",
    [
        pytest.param('{"type": "object", "properties": {"n": {"enum": ["x", "y"]}}, "required": ["n"], "additionalProperties": false}', id="enum"),
        pytest.param('{"type": "array", "items": {"type": "boolean"}, "minItems": 2, "maxItems": 3}', id="list"),
        pytest.param('{"type": "object", "properties": {"b": {"type": "string", "maxLength": 3}, "a": {"type": "null"}}, "required": ["b", "a"]}', id="order"),
        pytest.param('{"$defs": {"k": {"enum": [1, 2]}}, "type": "array", "items": {"$ref": "#/$defs/k"}, "maxItems": 2}', id="reference"),
    ],
)  # fmt: skip
def test_any_model_keeps_to_a_schema(tmp_path: Path, schema: str) -> None:
    """A model that knows nothing at all, at a high temperature."""
    chat = load_chat(tiny_gguf(tmp_path / "tiny.gguf"), "cpu")
    wanted = forms.read_schema(schema)
    for seed in range(5):
        reply = chat.reply(say("x", "y"), forms.grammar_of(wanted), most=800, seed=seed, temperature=1.5)
        forms.read_as(wanted, reply.text, chat.name)
    chat.close()


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        pytest.param("{", "not JSON", id="no JSON"),
        pytest.param("[]", "not a JSON schema", id="a list"),
        pytest.param('{"type": "colour"}', "no grammar", id="unknown type"),
        pytest.param('{"$ref": "https://example.org/x.json"}', "no grammar", id="another address"),
    ],
)
def test_a_schema_that_is_none_is_refused(schema: str, words: str) -> None:
    with pytest.raises(BadInput, match=words) as caught:
        forms.grammar_of(forms.read_schema(schema))
    assert caught.value.socket == "schema"


# --- what can't be used


def test_a_long_prompt_is_told_with_its_length(tmp_path: Path) -> None:
    chat = load_chat(talking_gguf(tmp_path / "small.gguf", prompts("a car"), context=256), "cpu")
    with pytest.raises(GraftError, match=r"takes 5[0-9][0-9] pieces of text, and its context holds 256"):
        chat.reply(say("x" * 500, "y"), most=8)
    assert chat.reply(say("x", "y"), 'root ::= "a"', most=8).text == "a"
    chat.close()


def test_the_starter_model_reads_edits_alone_and_says_what_to_get(tmp_path: Path) -> None:
    shelf = Shelf(Settings(models=tmp_path / "models", out=tmp_path, device="cpu"))
    chat = shelf.get("chat", "starter")
    with pytest.raises(MissingWeights, match="only reads edits") as caught:
        follows_instructions(chat)
    assert caught.value.weights is not None
    assert caught.value.weights[1] in caught.value.cure
    assert "GB" in str(caught.value)
    shelf.close()


def test_any_model_in_the_folder_is_found_by_auto(tmp_path: Path) -> None:
    talking_gguf(tmp_path / "models" / "chat" / "talker.gguf", prompts("a car"))
    shelf = Shelf(Settings(models=tmp_path / "models", out=tmp_path, device="cpu"))
    chat = follows_instructions(shelf.get("chat", "auto"))
    assert chat.reply(say("x", "y"), most=20).text == '{"prompt":"a car"}'
    shelf.close()


@pytest.mark.parametrize(
    ("own", "words"),
    [
        pytest.param({"general.architecture": "flux"}, "'flux' model, which paints pictures; a chat model is wanted", id="painter"),
        pytest.param({"general.architecture": "bert"}, "turns texts into vectors", id="vectors"),
        pytest.param({"general.architecture": "nolla"}, "can't be loaded|count is None", id="unknown"),
    ],
)  # fmt: skip
def test_another_architecture_is_named(tmp_path: Path, own: dict[str, str], words: str) -> None:
    path = talking_gguf(tmp_path / "other.gguf", prompts("a car"))
    data = path.read_bytes()
    old, new = b"llama", own["general.architecture"].encode()
    at = data.index(old, data.index(b"general.architecture"))
    length = at - 8
    path.write_bytes(data[:length] + len(new).to_bytes(8, "little") + new + data[at + len(old) :])
    with pytest.raises(BadInput, match=words):
        load_chat(path, "cpu")


def test_a_model_without_a_template_is_no_chat_model(tmp_path: Path) -> None:
    path = talking_gguf(tmp_path / "base.gguf", prompts("a car"), TEMPLATE)
    path.write_bytes(path.read_bytes().replace(b"tokenizer.chat_template", b"tokenizer.chat_tXmplate", 1))
    with pytest.raises(BadInput, match="without a chat template"):
        load_chat(path, "cpu")


def test_a_missing_part_is_named(tmp_path: Path) -> None:
    path = tmp_path / "big-00001-of-00002.gguf"
    talking_gguf(tmp_path / "whole.gguf", prompts("a car"))
    data = (tmp_path / "whole.gguf").read_bytes()
    count = int.from_bytes(data[16:24], "little") + 1
    key = b"split.count"
    pair = len(key).to_bytes(8, "little") + key + (2).to_bytes(4, "little") + (2).to_bytes(2, "little")
    path.write_bytes(data[:16] + count.to_bytes(8, "little") + pair + data[24:])
    with pytest.raises(BadInput, match=r"part 1 of 2, and big-00002-of-00002.gguf is not beside it"):
        load_chat(path, "cpu")
