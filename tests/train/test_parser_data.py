"""The parser's data and export: nothing leaks into training, answers only copy, and llama.cpp reads the network and the vocabulary as PyTorch does."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path
from random import Random

import pytest

from nodes import language
from train.parser import notation, nouns, rules, sentences
from train.parser.sentences import FIELDS, example
from train.parser.vocabulary import ANSWER, BOS, BYTES, EOS, SCAFFOLD, Vocabulary

FREE_FORM = Path(__file__).resolve().parents[1] / "parser_freeform.jsonl"
TRAIN, TEST = nouns.load(test=False, folder=None), nouns.load(test=True, folder=None)


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    rng = Random(0)
    return Vocabulary.learn((example(rng, TRAIN).sentence for _ in range(200)), 520)


def test_a_noun_of_the_test_never_comes_up_in_training() -> None:
    rng = Random(1)
    trained = {word for _ in range(3000) for word in TRAIN.draw(rng).split()}
    tested = {TEST.draw(rng).split()[-1] for _ in range(3000)}
    assert not trained & tested
    assert len(tested) > 300


def test_phrasings_of_the_test_never_come_up_in_training() -> None:
    rng = Random(2)
    assert not any(sentences.for_test(example(rng, TRAIN).phrasing) for _ in range(1000))
    assert all(sentences.for_test(example(rng, TEST, test_phrasing=True).phrasing) for _ in range(200))


def test_free_form_sentences_never_come_up_in_training() -> None:
    free = {json.loads(line)["sentence"].lower() for line in FREE_FORM.read_text().splitlines()}
    rng = Random(3)
    assert not any(example(rng, TRAIN).sentence.lower() in free for _ in range(1000))


def test_there_are_many_phrasings() -> None:
    lines = [line for table in sentences.LINES.values() for line in table]
    assert len(lines) > 250
    assert sum(map(notation.count, lines)) > 100_000


def test_what_is_taught_is_what_the_node_asks_for() -> None:
    """The table stands twice, since recipes do not import the product; the order of actions and fields is part of the grammar."""
    assert json.dumps(FIELDS) == json.dumps(language.FIELDS)


@pytest.mark.parametrize("action", FIELDS)
def test_answers_are_runs_of_words_of_the_sentence(action: str) -> None:
    rng = Random(f"runs {action}")
    for _ in range(400):
        item = example(rng, TRAIN, action=action)
        said = json.loads(item.answer())
        assert tuple(said) == ("action", *FIELDS[action])
        for value in filter(None, list(said.values())[1:]):
            assert re.search(rf"(?<!\w){re.escape(value)}(?!\w)", item.sentence), (item.sentence, value)
        assert not re.search(r"[{}|()]", item.sentence), item.sentence


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param("remove {T}", {"remove {T}"}, id="plain"),
        pytest.param("(remove|delete) {T}", {"remove {T}", "delete {T}"}, id="choice"),
        pytest.param("swap( out|) {T}", {"swap out {T}", "swap {T}"}, id="left out"),
        pytest.param("(a|b (c|d))", {"a", "b c", "b d"}, id="nested"),
    ],
)
def test_phrasing_notation(line: str, expected: set[str]) -> None:
    rng = Random(0)
    assert {notation.choose(line, rng) for _ in range(60)} == expected
    assert notation.count(line) == len(expected)


def test_pieces_give_the_text_back_and_cut_words_alike_everywhere(vocabulary: Vocabulary) -> None:
    text = "Replace the quokka, please: naïve Käse -> «42» 雪"
    data = b""
    for token in vocabulary.encode(text):
        piece = vocabulary.pieces[token]
        data += bytes([token - BYTES]) if BYTES <= token < BYTES + 256 else piece.replace("▁", " ").encode()
    assert data.decode() == text
    inside, alone = vocabulary.encode("the samovar."), vocabulary.encode("samovar")
    assert inside[-len(alone) - 1 : -1] == alone


def test_pieces_are_short_enough_for_the_detokenizer(vocabulary: Vocabulary) -> None:
    assert max(len(piece.encode()) for piece in vocabulary.pieces) <= 32
    assert set(SCAFFOLD) <= set(vocabulary.pieces)
    assert len(set(vocabulary.pieces)) == len(vocabulary.pieces) == 520


def test_batches_go_on_where_they_were(vocabulary: Vocabulary, monkeypatch: pytest.MonkeyPatch) -> None:
    from train.parser import train

    monkeypatch.setattr(train, "BATCH", 4)
    whole = itertools.islice(train.batches(vocabulary, TRAIN, 0), 14, 18)
    resumed = itertools.islice(train.batches(vocabulary, TRAIN, 14), 4)
    for (ids, answer), (ids_again, answer_again) in zip(whole, resumed, strict=True):
        assert ids.equal(ids_again)
        assert answer.equal(answer_again)
        assert (ids[:, 0] == BOS).all()
        assert (ids[answer] == EOS).sum() == len(ids)


def test_llama_cpp_reads_the_export_as_pytorch_does(vocabulary: Vocabulary, tmp_path: Path) -> None:
    import torch

    from nodes.models.language import load_chat
    from train.parser.export import write_gguf
    from train.parser.model import Llama, Shape

    torch.manual_seed(0)
    model = Llama(Shape(vocabulary=len(vocabulary.pieces), width=64, layers=2, heads=2, hidden=96)).eval()
    write_gguf(model, vocabulary, tmp_path / "parser.gguf")
    chat = load_chat(tmp_path / "parser.gguf", "cpu")
    llama = chat._llama
    rng = Random(4)
    for _ in range(40):
        sentence = example(rng, TEST).sentence
        assert llama.tokenize(sentence.encode(), add_bos=False, special=True) == vocabulary.encode(sentence)
    ids = [BOS, *vocabulary.encode("Replace the quokka with a samovar"), ANSWER]
    llama.reset()
    llama.eval(ids)
    theirs = torch.tensor(llama._ctx.get_logits_ith(-1)[: len(vocabulary.pieces)])
    with torch.no_grad():
        ours = model(torch.tensor([ids]))[0, -1]
    chat.close()
    assert torch.corrcoef(torch.stack((ours, theirs)))[0, 1] > 0.999  # Q8_0 rounds weights to 8 bits


@pytest.mark.parametrize(
    ("sentence", "answer"),
    [
        pytest.param("Please replace the car with a bicycle.", {"action": "replace", "target": "car", "replacement": "a bicycle"}, id="replace"),
        pytest.param("make the car red", {"action": "recolor", "target": "car", "color": "red"}, id="recolor"),
        pytest.param("Get rid of the lamp!", {"action": "remove", "target": "lamp"}, id="remove"),
        pytest.param("put the dog on a beach", {"action": "background", "target": "dog", "place": "a beach"}, id="background"),
        pytest.param("hello", {"action": "other"}, id="other"),
    ],
)  # fmt: skip
def test_rules_read_plain_sentences(sentence: str, answer: dict[str, str]) -> None:
    assert rules.parse(sentence) == answer
