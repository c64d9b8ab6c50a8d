"""What fills the open slots of a phrasing: noun phrases, places, colours, styles, each with the field of the answer that it belongs to."""

from __future__ import annotations

import re
from random import Random

from train.parser import words
from train.parser.nouns import Nouns, invented, plural

# What stands before and after a trailing wish for a colour or a style.
COLOR_TAILS = (
    (" and make it ", ""), (", a ", " one"), (" in ", ""), (" and paint it ", ""), (", make it ", ""), (", preferably ", ""),
    (" and color it ", ""), (" that is ", ""), (". Make it ", ""), (", ideally in ", ""), (" and let it be ", ""),
)  # fmt: skip
STYLE_TAILS = (
    (" in ", " style"), (", in ", " style"), (", ", " style"), (" in the style of ", ""), (", in the style of ", ""), (", as a ", ""),
    (", ", ""), (" in a ", " style"), (", painted like ", ""), (", make it ", ""), (", render it as ", ""), (", ", " look"),
)  # fmt: skip
# After these words a new thing without an article could as well be a colour.
COLOR_LIKE = re.compile(
    r"(be|is|was|were|are|been|becomes?|became|it|:|->|=>|→|=|in|appears?|looks?|will be|would be)\s*$"
)
AS_ADJECTIVE = re.compile(r" (background|backdrop|setting|scene|landscape|environment)")
ARTICLE = re.compile(r"(an?|the|my|some|another|one|this|two|three|five|several) ")

Piece = tuple[str, str]  # text, and the field it belongs to ("" for none)


def maybe(rng: Random, share: float) -> bool:
    return rng.random() < share


def _a(text: str) -> str:
    return ("an " if text[:1].lower() in "aeiou" else "a ") + text


def _adjectives(rng: Random, share: float = 0.38) -> str:
    pool = rng.choice((words.ADJECTIVES, words.ADJECTIVES, words.COLORS))
    if not maybe(rng, share):
        return ""
    return rng.choice(pool) + " " + (rng.choice(words.ADJECTIVES) + " " if maybe(rng, 0.15) else "")


class Slots:
    """Fills the slots of phrasings with the nouns of one side of the split."""

    def __init__(self, rng: Random, nouns: Nouns) -> None:
        self.rng, self.nouns = rng, nouns

    def noun(self) -> str:
        return self.nouns.draw(self.rng)

    def simple(self) -> str:
        """A noun phrase without determiner: adjectives and a noun, one or many."""
        noun = self.noun()
        if maybe(self.rng, 0.08):
            # A compound nobody has heard of: what follows tells where a name ends, not knowing the name.
            noun = f"{self.noun()} {noun}"
        return _adjectives(self.rng) + (plural(noun) if maybe(self.rng, 0.22) else noun)

    def other(self) -> str:
        """A noun phrase with its determiner, part of a place or description."""
        rng = self.rng
        head = _adjectives(rng, 0.2) + self.noun()
        return rng.choice(
            (f"the {head}", f"the {head}", f"the {head}", f"my {head}", _a(head), f"her {head}", f"that {head}")
        )

    def described(self, withs: bool) -> str:
        """A head with words that tell it from its like: "guy in the red jacket", where no "with" follows also "woman with the umbrella"."""
        rng = self.rng
        head = rng.choice(words.PEOPLE) if maybe(rng, 0.6) else self.simple()
        clothes = _adjectives(rng, 0.6) + rng.choice(words.CLOTHES)
        tails = [f"in the {clothes}", f"in {_a(clothes)}", f"wearing {_a(clothes)}", f"wearing the {clothes}"]
        tails += [
            f"holding {self.other()}",
            f"riding {self.other()}",
            f"carrying {self.other()}",
            f"that looks {rng.choice(words.ADJECTIVES)}",
        ]
        tails += [f"with {self.other()}", f"with {self.other()}", f"with {self.simple()}"] * withs
        return f"{head} {rng.choice(tails)}"

    def head(self, withs: bool = True) -> str:
        """What is to be found in the picture, without its determiner."""
        rng, dice = self.rng, self.rng.random()
        if dice < 0.74:
            return self.simple()
        if dice < 0.79:
            return f"{rng.choice(words.OWNERS)}'s {self.simple()}"
        if dice < 0.84:
            return f"{_adjectives(rng, 0.2)}{rng.choice(words.CONTAINERS)} of {rng.choice((self.noun, lambda: plural(self.noun())))()}"
        if dice < 0.90:
            return self.described(withs)
        if dice < 0.94:
            return f"{self.simple()} and {rng.choice(('the ', 'the ', '', 'my '))}{self.simple()}"
        if dice < 0.97:
            return f"{rng.choice(('two', 'three', 'four', 'five', '2', '3', 'six', 'few'))} {_adjectives(rng, 0.2)}{plural(self.noun())}"
        return self.noun().title()

    def determiner(self) -> str:
        rng, dice = self.rng, self.rng.random()
        if dice < 0.66:
            return "the "
        if dice < 0.91:
            return rng.choice(
                (
                    "this ",
                    "this ",
                    "that ",
                    "that ",
                    "my ",
                    "my ",
                    "his ",
                    "her ",
                    "your ",
                    "our ",
                    "their ",
                    "its ",
                    "those ",
                    "these ",
                )
            )
        if dice < 0.97:
            return rng.choice(
                (
                    "all the ",
                    "all ",
                    "every ",
                    "each ",
                    "all of the ",
                    "both ",
                    "any ",
                    "all of these ",
                    "both of the ",
                    "every single ",
                    "all those ",
                )
            )
        return rng.choice(("", "", "", "one of the ", "a ", "some "))

    def place_of_target(self) -> str:
        """Which one: "on the left", "under the old table"."""
        rng = self.rng
        if maybe(rng, 0.4):
            return rng.choice(words.WHERE_FIXED)
        preposition = rng.choice(words.WHERE_PREPOSITIONS)
        return f"{preposition} {self.other()}" + (f" and {self.other()}" if preposition == "between" else "")

    def located(self, pieces: list[Piece], share: float) -> list[Piece]:
        if not maybe(self.rng, share):
            return pieces
        return [
            *pieces,
            (self.rng.choice((" ", " ", " ", " that is ", ", the one ", " that's ", " which is ", ", ")), ""),
            (self.place_of_target(), "where"),
        ]

    def target(self, form: str, where: float, withs: bool) -> list[Piece]:
        if form == "t":
            return self.located([(self.head(withs), "target")], where * 0.7)
        if form == "A":
            head = self.head(withs)
            return self.located([(_a(head)[: -len(head)], ""), (head, "target")], max(where, 0.4) if where else 0)
        if maybe(self.rng, 0.012):
            return [(self.rng.choice(("me", "him", "her", "them", "us")), "target")]
        return self.located([(self.determiner(), ""), (self.head(withs), "target")], where)

    def thing(self, bare: bool = False) -> str:
        """What shall stand there: an article, adjectives, a noun, perhaps a description."""
        rng, dice = self.rng, self.rng.random()
        one = _adjectives(rng, 0.42) + (self.noun() if maybe(rng, 0.92) else f"{self.noun()} {self.noun()}")
        many = _adjectives(rng, 0.4) + plural(self.noun())
        if dice < 0.06:
            one = f"{_adjectives(rng, 0.2)}{rng.choice(words.CONTAINERS)} of {plural(self.noun())}"
        tail = ""
        if maybe(rng, 0.16):
            tail = " " + self.description()
        if bare:
            return one + tail
        dice = rng.random()
        if dice < 0.74:
            return _a(one) + tail
        if dice < 0.80:
            return f"{rng.choice(('some', 'two', 'three', 'five', 'a few', 'a lot of', 'several'))} {many}{tail}"
        if dice < 0.86:
            return f"{rng.choice(('the', 'another', 'my', 'a different', 'one', 'this', 'a new'))} {one}{tail}"
        return (many if dice < 0.96 else one if dice < 0.97 else "the " + one.title()) + tail

    def description(self) -> str:
        """What follows a new thing and belongs to it: "with a basket", "made of gold"."""
        rng, other = self.rng, self.article()
        joined = rng.choice(("with", "with", "holding", "in", "on", "wearing", "and", "and", "like"))
        many = f"{rng.choice(('with', 'full of', 'covered in'))} {plural(self.noun())}"
        apart = f"made of {rng.choice(words.MATERIALS)}", f"from {rng.choice(words.BARE_PLACES)}"
        return rng.choice((f"{joined} {other}", f"{joined} {other}", f"{joined} {other}", many, rng.choice(apart)))

    def article(self) -> str:
        return _a(_adjectives(self.rng, 0.3) + self.noun())

    def color(self) -> str:
        rng, dice = self.rng, self.rng.random()
        if dice < 0.55:
            return rng.choice(words.COLORS)
        if dice < 0.74:
            return f"{rng.choice(words.SHADES)} {rng.choice(words.COLORS)}"
        if dice < 0.92:
            return rng.choice(words.LOOKS)
        if dice < 0.96:
            both = rng.choice(("and", "with", "or"))
            return f"{rng.choice(words.COLORS)} {both} {rng.choice(words.COLORS)}" + rng.choice(
                ("", "", " stripes", " dots")
            )
        return rng.choice(words.ADJECTIVES)

    def place(self, plain: bool = False) -> str:
        rng, dice = self.rng, self.rng.random()
        if dice < 0.14 and not plain:
            return rng.choice(words.BARE_PLACES)
        noun = rng.choice(words.PLACES) if dice < 0.66 else self.noun()
        noun = (rng.choice(words.PLACE_ADJECTIVES) + " " if maybe(rng, 0.45) else "") + noun
        tail = " " + rng.choice(words.PLACE_TAILS) if maybe(rng, 0.2) and not plain else ""
        dice = rng.random()
        article = (
            _a(noun)
            if dice < 0.72
            else f"the {noun}"
            if dice < 0.86
            else f"my {noun}"
            if dice < 0.89
            else noun
            if dice < 0.95
            else plural(noun)
        )
        return article + tail

    def gibberish(self) -> str:
        letters = "".join(self.rng.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(self.rng.randint(2, 9)))
        return self.rng.choice((letters, invented(self.rng, self.nouns.test), self.noun()))

    def fill(self, slot: str, action: str, before: str, after: str) -> list[Piece]:
        """The pieces of one slot between two parts of the phrasing; what follows a target at once begins with an article, else nobody could part them."""
        where = {"replace": 0.14, "recolor": 0.14, "remove": 0.22}.get(action, 0.0)
        if slot in "TtA":
            apart = after.startswith(("'s", "?", " color", " colour"))
            return self.target(slot, 0.0 if apart else where, action not in ("replace", "background"))
        if slot in "Nn":
            thing = self.thing(slot == "n")
            if not ARTICLE.match(thing) and (before == " " or (COLOR_LIKE.search(before) and not thing.endswith("s"))):
                thing = self.article()
            return [(thing, "replacement")]
        if slot == "C":
            return [(self.color(), "color")]
        if slot == "P":
            place = self.place(AS_ADJECTIVE.match(after) is not None)
            return [(_a(place) if before == " " and not ARTICLE.match(place) else place, "place")]
        text = {
            "O": lambda: self.rng.choice(words.COLORS), "W": lambda: self.rng.choice(words.PLACE_PREPOSITIONS), "X": self.other, "x": self.simple,
            "Y": lambda: self.rng.choice(words.STYLES), "G": lambda: self.rng.choice(words.ADJECTIVES), "g": self.gibberish,
        }[slot]()  # fmt: skip
        return [(text, "")]

    def tail(self, action: str) -> list[Piece]:
        """A trailing wish for a style or a colour."""
        rng = self.rng
        style = rng.choice(words.STYLES) if maybe(rng, 0.75) else rng.choice(words.ARTISTS)
        if action == "replace" and maybe(rng, 0.04):
            before, after = rng.choice(COLOR_TAILS)
            return [
                (before, ""),
                (rng.choice(words.COLORS) if maybe(rng, 0.8) else self.color(), "color"),
                (after, ""),
            ]
        if action in ("replace", "background") and maybe(rng, 0.06):
            before, after = rng.choice(STYLE_TAILS)
            return [(before, ""), (style, "style"), (after, "")]
        return []
