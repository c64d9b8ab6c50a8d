"""Sentences: what a chat model reads and writes. Importing this package fills the registry with the family `language`.

`parse_edit` reads what is to be done to a picture; `rewrite`, `vary` and `queries` write prompts and searches; `irrelevant_tags` says which tags do not
belong to a search; `ask` and `ask_json` are for everything else. Only `parse_edit` works with the starter model, which can do nothing else.
"""

from nodes.language.asking import Answer, Filled, ask, ask_json
from nodes.language.edit import FIELDS, LONGEST, SHOTS, Edit, conversation, grammar, parse_edit, prompt_for
from nodes.language.tags import Irrelevant, irrelevant_tags
from nodes.language.writing import Query, Rewritten, Variation, queries, rewrite, vary

__all__ = [
    "FIELDS",
    "LONGEST",
    "SHOTS",
    "Answer",
    "Edit",
    "Filled",
    "Irrelevant",
    "Query",
    "Rewritten",
    "Variation",
    "ask",
    "ask_json",
    "conversation",
    "grammar",
    "irrelevant_tags",
    "parse_edit",
    "prompt_for",
    "queries",
    "rewrite",
    "vary",
]
