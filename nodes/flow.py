"""Why: a sentence may ask to replace, to recolour, to remove or to change the background, and each takes another way through the
graph. These nodes take one way and leave the others unmade: their inputs are lazy."""

from __future__ import annotations

from typing import Annotated, Any

from graph import BadInput, Lazy, node

ACTIONS = ("replace", "recolor", "remove", "background")


def _branch(action: str) -> set[str]:
    """The lazy input that carries the result for ``action``."""
    if action not in ACTIONS:
        raise BadInput("action", f"there is no way for the action '{action:.40}'", f"use one of {', '.join(ACTIONS)}")
    return {action}


@node(output="result", tags=("switch", "route", "if", "choose"), needs=lambda action: _branch(action))
def by_action(
    action: str,
    replace: Annotated[Any, Lazy()] = None,
    recolor: Annotated[Any, Lazy()] = None,
    remove: Annotated[Any, Lazy()] = None,
    background: Annotated[Any, Lazy()] = None,
) -> Any:
    """Take the way that the action asks for; only that way is made.

    action: what language.parse_edit found: replace, recolor, remove or background.
    replace: the result where a thing is replaced by another.
    recolor: the result where a thing gets another colour.
    remove: the result where a thing is taken away.
    background: the result where everything but the thing is painted anew.
    """
    chosen = {"replace": replace, "recolor": recolor, "remove": remove, "background": background}[action]
    if chosen is None:
        raise BadInput(
            action, f"the sentence asks for '{action}', but nothing is linked there", f"link a result to '{action}'"
        )
    return chosen


@node(output="result", tags=("if", "choose", "condition"), needs=lambda condition: {"yes" if condition else "no"})
def switch(condition: bool, yes: Annotated[Any, Lazy()] = None, no: Annotated[Any, Lazy()] = None) -> Any:
    """Take one of two ways; only that way is made.

    condition: which way.
    yes: the result where the condition is true.
    no: the result where it is false.
    """
    chosen = yes if condition else no
    if chosen is None:
        side = "yes" if condition else "no"
        raise BadInput(
            side,
            f"the condition is {str(condition).lower()}, but nothing is linked to '{side}'",
            f"link a result to '{side}'",
        )
    return chosen
