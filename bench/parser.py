"""How well the starter parser reads: exact answers on sentences with nouns, and phrasings, that training never saw, and on what people say.

`python -m bench.parser` prints one line a set, with the rule-based baseline beside it. The model is asked as `language.parse_edit` asks it: through
llama-cpp-python, its chat template and the copy grammar. Every field must be right for a sentence to count.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from random import Random

from nodes.language import conversation, grammar
from nodes.models.language import Chat, load_chat
from train.parser import nouns, rules
from train.parser.sentences import FIELDS, example

ROOT = Path(__file__).resolve().parent.parent
STARTER = ROOT / "models" / "starter" / "parser" / "parser-q8_0.gguf"
Row = dict[str, str]


def held_out(count: int, test_phrasing: bool) -> list[Row]:
    """Sentences over the nouns that training never saw, with phrasings that it did or did not see."""
    rng, words = Random(f"bench {test_phrasing}"), nouns.load(test=True)
    drawn = [example(rng, words, test_phrasing) for _ in range(count)]
    return [row(item.sentence, item.action, item.fields) for item in drawn]


def row(sentence: str, action: str, fields: Mapping[str, str]) -> Row:
    return {"sentence": sentence, "action": action} | {name: fields[name] for name in FIELDS[action] if fields.get(name)}


def free_form() -> list[Row]:
    return [json.loads(line) for line in (ROOT / "tests" / "parser_freeform.jsonl").read_text().splitlines()]


def by_model(chat: Chat, sentence: str) -> Row:
    """The model's answer without its empty fields."""
    said = json.loads(chat.answer(conversation(sentence), grammar(sentence), 256 + len(sentence)))
    return {key: value for key, value in said.items() if value}


def measure(name: str, rows: Iterable[Row], chat: Chat, show: bool) -> None:
    """Print the shares of exact answers, and of right actions and targets."""
    rows = list(rows)
    exact = action = target = baseline = 0
    start = time.perf_counter()
    answers = [by_model(chat, wanted["sentence"]) for wanted in rows]
    spent = time.perf_counter() - start
    for wanted, said in zip(rows, answers, strict=True):
        fields = {key: value for key, value in wanted.items() if key != "sentence"}
        exact += said == fields
        action += said["action"] == fields["action"]
        target += said["action"] == fields["action"] and said.get("target") == fields.get("target")
        baseline += rules.parse(wanted["sentence"]) == fields
        if show and said != fields:
            print(json.dumps({"sentence": wanted["sentence"], "wanted": fields, "said": said}, ensure_ascii=False))
    total = len(rows)
    print(
        f"{name}: exact {exact / total:.1%} of {total}, action {action / total:.1%}, action and target {target / total:.1%}, "
        f"rules exact {baseline / total:.1%}, {spent / total * 1000:.0f} ms a sentence",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=STARTER)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--show", action="store_true", help="print every wrong answer of the held-out sets (never of the free-form list)")
    options = parser.parse_args()
    chat = load_chat(options.model, "cpu")
    measure("unseen nouns", held_out(options.count, test_phrasing=False), chat, options.show)
    measure("unseen nouns and phrasings", held_out(options.count, test_phrasing=True), chat, options.show)
    measure("free-form", free_form(), chat, show=False)
    chat.close()


if __name__ == "__main__":
    main()
