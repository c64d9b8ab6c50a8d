"""How well the starter parser reads: exact answers on sentences with nouns, and phrasings, that training never saw, and on what people say.

`python -m bench.parser` prints one line a set, with the rule-based baseline beside it. The model is asked as `language.parse_edit` asks it: through
llama-cpp-python, its chat template and the copy grammar. Every field must be right for a sentence to count.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from random import Random

from nodes.language import conversation, grammar
from nodes.models.language import Chat, load_chat
from train.parser import nouns, rules
from train.parser.notation import choose
from train.parser.sentences import FIELDS, example
from train.parser.words import ADJECTIVES, COLORS

ROOT = Path(__file__).resolve().parent.parent
STARTER = ROOT / "models" / "starter" / "parser" / "parser-q8_0.gguf"
Row = dict[str, str]


def held_out(count: int, test_phrasing: bool) -> list[Row]:
    """Sentences over the nouns that training never saw, with phrasings that it did or did not see."""
    rng, words = Random(f"bench {test_phrasing}"), nouns.load(test=True)
    drawn = [example(rng, words, test_phrasing) for _ in range(count)]
    return [row(item.sentence, item.action, item.fields) for item in drawn]


PLAIN = """
replace: (Replace|Swap|Exchange|Substitute) the {T} (with|for) {N}
replace: (please |could you |can you please |)(turn|change|transform|convert) the {T} into {N}
replace: I'd like {N} instead of the {T}
replace: (put|place) {N} where the {T} is
recolor: (make|paint|color) the {T} {C}
recolor: change the color of the {T} to {C}
recolor: the {T} should be {C}
remove: (please |could you |)(remove|delete|erase|get rid of|take out) the {T}
remove: I want the {T} (gone|removed)
background: (put|place|show) the {T} (on|in|at) {P}
background: (change|replace) the background (to|with) {P}
"""


def plain(count: int) -> list[Row]:
    """The main job in its plainest words, over unseen nouns: at most one adjective, nothing around it."""
    rng, words = Random("bench plain"), nouns.load(test=True)
    rows = []
    for _ in range(count):
        action, line = rng.choice(PLAIN.strip().splitlines()).split(": ", 1)
        target = " ".join([*rng.sample(ADJECTIVES, rng.random() < 0.4), words.draw(rng)])
        thing = " ".join([*rng.sample(ADJECTIVES, rng.random() < 0.4), words.draw(rng)])
        thing = ("an " if thing[0] in "aeiou" else "a ") + thing
        fields = {"target": target, "replacement": thing, "place": thing, "color": rng.choice(COLORS)}
        phrasing = choose(line, rng)
        slots = {"T": "target", "N": "replacement", "P": "place", "C": "color"}
        kept = {slots[slot]: fields[slots[slot]] for slot in re.findall(r"{(\w)}", phrasing)}
        sentence = re.sub(r"{(\w)}", lambda found: fields[slots[found[1]]], phrasing)  # noqa: B023
        rows.append(row(sentence, action, kept))
    return rows


def row(sentence: str, action: str, fields: Mapping[str, str]) -> Row:
    return {"sentence": sentence, "action": action} | {
        name: fields[name] for name in FIELDS[action] if fields.get(name)
    }


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
    parser.add_argument(
        "--show",
        action="store_true",
        help="print every wrong answer of the held-out sets (never of the free-form list)",
    )
    options = parser.parse_args()
    chat = load_chat(options.model, "cpu")
    measure("plain sentences, unseen nouns", plain(options.count), chat, options.show)
    measure("unseen nouns", held_out(options.count, test_phrasing=False), chat, options.show)
    measure("unseen nouns and phrasings", held_out(options.count, test_phrasing=True), chat, options.show)
    measure("free-form", free_form(), chat, show=False)
    chat.close()


if __name__ == "__main__":
    main()
