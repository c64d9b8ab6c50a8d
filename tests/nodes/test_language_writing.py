"""Prompts, searches, questions and tags through a chat model: with small GGUF models that llama.cpp really runs, and scripted ones for what goes wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

import graph
from graph import BadInput, Cancelled, GraftError, Progress, Said, Settings
from nodes import language
from nodes.models import Shelf
from nodes.models.language import Chat, Reply, load_chat
from tests.toys import OneModel, ToyRun, toy_run
from tests.weights_chat import ANSWER, END, THINKING, prompts, talking_gguf

COLOURS = ["red", "blue", "green", "pink", "grey", "white", "black", "gold"]
CARS = prompts(*(f"a {colour} car" for colour in COLOURS))


class Scripted:
    """A chat model that gives one answer after the other, the last one for ever, and keeps what it was asked."""

    name, listens, context = "scripted", True, 2000

    def __init__(self, *answers: Any) -> None:
        self.answers = [answer if isinstance(answer, str) else json.dumps(answer) for answer in answers]
        self.asked: list[list[dict[str, str]]] = []
        self.options: list[dict[str, Any]] = []

    def reply(self, messages: list[dict[str, str]], grammar: str | None = None, **options: Any) -> Reply:
        self.asked.append(messages)
        self.options.append({"grammar": grammar, **options})
        options["on_piece"](1, options["most"])
        text = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return Reply(text, "", 1, 1, 1)

    def pieces(self, text: str) -> int:
        return len(text.split())


def workshop(folder: Path, chat: Any) -> ToyRun:
    return toy_run(folder, models=OneModel("chat", chat))


def model(folder: Path, follows: Mapping[str, Sequence[str]], template: str | None = None) -> Chat:
    path = folder / "model.gguf"
    talking_gguf(path, follows) if template is None else talking_gguf(path, follows, template)
    return load_chat(path, "cpu")


# --- prompts


def test_a_prompt_is_rewritten_the_same_for_the_same_seed(tmp_path: Path) -> None:
    chat = model(tmp_path, CARS)
    run = workshop(tmp_path, chat)
    made = [language.rewrite("a car", seed=seed, run=run).prompt for seed in (*range(8), *range(8))]
    assert made[:8] == made[8:]
    assert len(set(made)) > 2
    assert set(made) <= {f"a {colour} car" for colour in COLOURS}
    chat.close()


def test_what_must_stay_is_asked_for_again(tmp_path: Path) -> None:
    chat = Scripted({"prompt": "a bus"}, {"prompt": "a RED car\n at night"})
    assert (
        language.rewrite("a red car", keep="car, red", seed=5, run=workshop(tmp_path, chat)).prompt
        == "a RED car at night"
    )
    assert [options["seed"] for options in chat.options] == [5, 6]


@pytest.mark.parametrize(
    ("answer", "options", "words"),
    [
        pytest.param({"prompt": "a bus"}, {"keep": "car"}, "without car", id="topic lost"),
        pytest.param({"prompt": " ?! "}, {}, "no word", id="no words"),
        pytest.param("Sure, here it is", {}, "not JSON", id="talk"),
    ],
)
def test_nonsense_is_told(tmp_path: Path, answer: Any, options: dict[str, Any], words: str) -> None:
    with pytest.raises(GraftError, match=words) as caught:
        language.rewrite("a car", **options, run=workshop(tmp_path, Scripted(answer)))
    assert "scripted" in str(caught.value)
    assert caught.value.cure


def test_the_instruction_can_be_changed(tmp_path: Path) -> None:
    chat = Scripted({"prompt": "a car"})
    language.rewrite("a red car", instruction="Say less.", run=workshop(tmp_path, chat))
    assert chat.asked[0][0]["role"] == "system"
    assert chat.asked[0][0]["content"].startswith("Say less.")
    assert chat.asked[0][-1] == {"role": "user", "content": "a red car"}


def test_variations_differ_and_the_instruction_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chat = model(tmp_path, CARS)
    replies: list[Reply] = []
    real = chat.reply
    monkeypatch.setattr(chat, "reply", lambda *given, **named: replies.append(real(*given, **named)) or replies[-1])
    run = workshop(tmp_path, chat)
    made = list(language.vary("a car", 4, run=run))
    assert [one.index for one in made] == [0, 1, 2, 3]
    assert len({one.prompt for one in made}) == 4
    assert replies[0].evaluated == replies[0].prompt
    assert all(reply.evaluated < 80 < reply.prompt / 3 for reply in replies[1:])
    again = list(language.vary("a car", 4, run=run))
    assert again == made
    chat.close()


def test_a_model_that_says_one_thing_only_can_not_vary(tmp_path: Path) -> None:
    chat = Scripted({"prompt": "A car!"})
    run = workshop(tmp_path, chat)
    made = language.vary("a bus", 2, run=run)
    assert next(made).prompt == "A car!"
    with pytest.raises(GraftError, match="was there before"):
        next(made)
    assert len(chat.asked) == 1 + language.writing.TRIES
    assert "- A car!" in chat.asked[-1][-1]["content"]


# --- searches


def test_a_search_in_other_words_and_languages(tmp_path: Path) -> None:
    follows = {
        ANSWER: ['{"synonyms":["'], '{"synonyms":["': ["couch"], "couch": ['"],"German":"'], '"],"German":"': ["Sofa"], "Sofa": ['"}'], '"}': [END],
    }  # fmt: skip
    chat = model(tmp_path, follows)
    run = workshop(tmp_path, chat)
    found = list(language.queries("sofa", 1, "German", run=run))
    assert found == [("sofa", ""), ("couch", "")]  # the German word is the same but for its capital
    assert any("1 of 3 queries" in event.text for event in run.events if isinstance(event, Said))
    chat.close()


def test_a_search_keeps_its_order_and_tells_its_languages(tmp_path: Path) -> None:
    chat = Scripted({"synonyms": ["lesser panda", "firefox"], "Ukrainian": "червона панда"})
    found = list(language.queries("red panda", 2, "Ukrainian, Ukrainian", run=workshop(tmp_path, chat)))
    assert found == [("red panda", ""), ("lesser panda", ""), ("firefox", ""), ("червона панда", "Ukrainian")]


def test_nothing_is_asked_where_nothing_is_wanted(tmp_path: Path) -> None:
    chat = Scripted("never")
    assert list(language.queries("red panda", 0, "", run=workshop(tmp_path, chat))) == [("red panda", "")]
    assert chat.asked == []


def test_the_form_of_a_search_is_kept_by_any_model(tmp_path: Path) -> None:
    from tests.models.test_language import tiny_gguf

    chat = load_chat(tiny_gguf(tmp_path / "tiny.gguf"), "cpu")
    bound = language.writing._table(2, ['Old "Norse"']).replace("char+", "char{1,9}")
    said = json.loads(chat.reply([{"role": "user", "content": "x"}], bound, most=200, seed=1, temperature=1.5).text)
    assert list(said) == ["synonyms", 'Old "Norse"']
    assert len(said["synonyms"]) == 2
    chat.close()


# --- tags


TAGS = ["red", "red panda", 'red "x"', "re\\d", "blue", "b", "панда", "пан", ":)"]
LISTS = ["red panda, tree", "bear, bamboo", "", "logo, text , text", "red panda, branch"]


def test_only_tags_of_the_lists_can_be_named(tmp_path: Path) -> None:
    """A model that would like to say something else."""
    chat = model(tmp_path, {ANSWER: ["["], "[": ['"'], '"': ["elephant", "logo"], "logo": ['"'], "elephant": ['"']})
    for seed in range(4):
        run = workshop(tmp_path, chat)
        made = language.irrelevant_tags(LISTS, "red panda", 3, temperature=1.0, seed=seed, run=run)
        assert set(made.names) <= {"red panda", "tree", "bear", "bamboo", "logo", "text", "branch"}
        assert len(made.names) == len(set(made.names)) <= 3
        assert made.tags == ", ".join(made.names)
        assert made.batches == 1
    chat.close()


@pytest.mark.parametrize("tag", TAGS)
def test_each_tag_can_be_named_and_no_other(tmp_path: Path, tag: str) -> None:
    """By a model that wants to say this tag, and one that wants to say a little more or less."""
    for wish in (tag, f"{tag}s", tag[:-1] or "x"):
        written = json.dumps(wish, ensure_ascii=False)[1:-1]
        chat = model(tmp_path, {ANSWER: ['["'], '["': [written], written: ['"]'], '"]': [END]})
        answer = chat.reply([{"role": "user", "content": "x"}], language.tags.choice(TAGS, 1), most=200)
        named = json.loads(answer.text)
        assert named == [wish] if wish in TAGS else set(named) < set(TAGS)
        chat.close()


def test_each_batch_refines_what_was_named(tmp_path: Path) -> None:
    chat = Scripted(["bear"], ["logo", "bear", "logo"])
    run = workshop(tmp_path, chat)
    made = language.irrelevant_tags(LISTS, "red panda", 5, per_batch=2, run=run)
    assert made == ("logo, bear", ["logo", "bear"], 2)
    first, second = (talk[-1]["content"] for talk in chat.asked)
    assert "named so far: none" in first
    assert first.endswith("red panda, tree\nbear, bamboo")
    assert "named so far: bear" in second
    assert second.endswith("logo, text\nred panda, branch")
    assert chat.options[1]["grammar"] == language.tags.choice(["bear", "logo", "text", "red panda", "branch"], 5)
    assert chat.asked[0][:-1] == chat.asked[1][:-1]  # the opening is one that is read once
    progress = [(event.done, event.total) for event in run.events if isinstance(event, Progress)]
    assert progress == [(0, 2), (1, 2), (2, 2)]


def test_batches_fit_into_the_context(tmp_path: Path) -> None:
    chat = model(tmp_path, {ANSWER: ["["], "[": ["]"], "]": [END]})
    lists = [", ".join(f"tag{number}x{part}" for part in range(20)) for number in range(60)]
    run = workshop(tmp_path, chat)
    made = language.irrelevant_tags(lists, "red panda", 3, run=run)
    assert made.names == []
    assert made.batches > 3
    assert any("found none" in event.text for event in run.events if isinstance(event, Said))
    with pytest.raises(BadInput, match="tags of picture 2 take"):
        language.irrelevant_tags(["a", ", ".join(f"tag{part}" for part in range(800))], "red panda", 3, run=run)
    chat.close()


def test_no_tags_at_all_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no picture has a tag"):
        language.irrelevant_tags(["", " , "], "red panda", run=workshop(tmp_path, Scripted([])))


# --- questions


def test_a_question_about_a_picture(tmp_path: Path) -> None:
    follows = {ANSWER: ["<think>"], "<think>": ["hm"], "hm": ["</think>"], "</think>": ["red"], "red": [END]}
    chat = model(tmp_path, follows, THINKING)
    run = workshop(tmp_path, chat)
    assert language.ask("Which colour?", "red car, tree", think=True, run=run) == ("red", "hm")
    notes = [event.note for event in run.events if isinstance(event, Progress)]
    assert any("tokens a second, at most" in note and "s left" in note for note in notes)
    with pytest.raises(GraftError, match="did not come to an end in 2 pieces"):
        language.ask("Which colour?", longest=2, think=True, run=run)
    chat.close()


def test_the_context_goes_before_the_question(tmp_path: Path) -> None:
    chat = Scripted("red")
    language.ask("Which colour?", "red car, tree", instruction="", run=workshop(tmp_path, chat))
    assert chat.asked == [[{"role": "user", "content": "What is known of the picture: red car, tree\nWhich colour?"}]]


def test_values_come_out_by_their_schema(tmp_path: Path) -> None:
    follows = {ANSWER: ['{"colour":"'], '{"colour":"': ["red"], "red": ['"}'], '"}': [END]}
    chat = model(tmp_path, follows)
    made = language.ask_json("Which colour?", run=workshop(tmp_path, chat))
    assert made.answer == {"colour": "red"}
    assert json.loads(made.text) == made.answer
    chat.close()


def test_what_is_empty_is_said(tmp_path: Path) -> None:
    run = workshop(tmp_path, Scripted(""))
    for node, socket in ((language.rewrite, "prompt"), (language.ask, "question")):
        with pytest.raises(BadInput) as caught:
            node(" ", run=run)
        assert caught.value.socket == socket
    with pytest.raises(BadInput, match="empty"):
        list(language.queries("", run=run))
    with pytest.raises(GraftError, match="which is nothing"):
        language.ask("Why?", run=run)


def test_a_stop_between_two_tokens_stops(tmp_path: Path) -> None:
    chat = model(tmp_path, {ANSWER: ["on"], "on": ["on"]})
    seen: list[int] = []
    run = workshop(tmp_path, chat)

    def tell(event: Any) -> None:
        if isinstance(event, Progress):
            seen.append(event.done)
            if event.done == 7:
                run.stop.set()

    object.__setattr__(run, "tell", tell)
    with pytest.raises(Cancelled):
        language.ask("Why?", longest=400, run=run)
    assert seen[-1] == 7
    chat.close()


def test_a_graph_asks_for_many_and_gathers_them(tmp_path: Path) -> None:
    """With a folder of models, as a person's."""
    talking_gguf(tmp_path / "models" / "chat" / "talker.gguf", CARS)
    flow = {
        "vary": {"type": "language.vary", "inputs": {"prompt": "a car", "count": 3}},
        "all": {"type": "stream.texts", "inputs": {"items": {"node": "vary", "output": "prompt"}}},
    }
    shelf = Shelf(Settings(root=tmp_path, models=tmp_path / "models", offline=True, device="cpu"))
    runner = graph.Runner(graph.registry, shelf)
    result = runner.run(
        runner.plan(graph.build({"format": 1, "nodes": flow}, folder=tmp_path)), tmp_path, lambda event: None
    )
    made = result.values["all"]["texts"]
    assert len(set(made)) == 3
    assert set(made) <= {f"a {colour} car" for colour in COLOURS}
    shelf.close()
