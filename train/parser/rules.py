"""The baseline that a trained parser has to beat: two dozen regular expressions, tried in order.

It reads the phrasings that come to mind first, and shows how far one gets without a model.
"""

from __future__ import annotations

import re

POLITE = re.compile(
    r"^(?:(?:hey|hi|hello|please|pls|ok|okay|now|just|kindly|maybe|so|can|could|would|will) ?,? |(?:you|we|i) (?:please )?"
    r"|(?:like|want|need) (?:you )?to |let's |go ahead and )+",
    re.IGNORECASE,
)
TAIL = re.compile(
    r"(?:,? (?:please|pls|thanks|thank you|for me|now|if possible|instead|asap|too))*[ .!?]*$|(?: in| from) (?:the|this) (?:picture|photo|image|shot)[ .!?]*$",
    re.I,
)
DETERMINER = r"(?:(?:all of |both of |all |both |each |every )?(?:the |this |that |these |those |my |his |her |our |their |your )?)"
T, N = rf"{DETERMINER}(?P<target>.+?)", r"(?P<replacement>.+?)"
WHERE = r"(?: (?P<where>(?:on|in|at|under|behind|near|next to|beside|above|below|in front of) .+?))?"
PREPOSITION = r"(?:in front of|on top of|next to|into|onto|inside|against|in|on|at|to)"
BACKGROUND = r"(?:the )?(?:background|backdrop|scenery|setting)"
STYLE = re.compile(r"^(?P<rest>.*?),? in (?:the style of (?P<artist>.+)|(?:a )?(?P<style>.+) style)$", re.I)

RULES: list[tuple[str, str]] = [
    ("background", rf"(?:change|replace|swap|turn|make|set) {BACKGROUND}(?: (?:of|behind|around) {T})? ?(?:to|with|into|for|by)? (?P<place>.+)"),
    ("background", r"use (?P<place>.+) as (?:the|a) background"),
    ("background", rf"{BACKGROUND} should be (?P<place>.+)"),
    ("background", rf"(?:put|place|move|set|show|drop|imagine) {T} {PREPOSITION} (?P<place>.+)"),
    ("background", rf"(?:want|like) (?:to see )?(?:the|my|this) (?P<target>.+?) (?:to be )?{PREPOSITION} (?P<place>.+)"),
    ("recolor", rf"(?:change|switch|set|turn) the colou?r of {T}{WHERE} (?:from \w+ )?(?:to|into) (?P<color>.+)"),
    ("recolor", rf"(?:paint|dye|tint|recolou?r|colou?r|repaint) {T}{WHERE} (?:in |to )?(?P<color>(?:light |dark |bright )?\w+)"),
    ("remove", rf"(?:remove|delete|erase|get rid of|take out|take away|edit out|wipe out|hide|eliminate) {T}{WHERE}"),
    ("remove", rf"(?:take|get|wipe) {T}{WHERE} (?:out|away|off)"),
    ("remove", rf"make {T}{WHERE} (?:disappear|vanish|go away)"),
    ("remove", rf"(?:want|like|need) {T}{WHERE} (?:gone|removed|deleted|erased)"),
    ("remove", rf"{T} (?:has to|must|should) (?:go|disappear)"),
    ("remove", rf"(?:don't|do not) (?:want|need) {T}{WHERE}"),
    ("replace", rf"(?:replace|swap|swap out|exchange|substitute|switch) {T}{WHERE} (?:with|for|by) {N}"),
    ("replace", rf"(?:change|turn|transform|convert|morph) {T}{WHERE} (?:into|to) {N}"),
    ("replace", rf"make {T}{WHERE} (?:look like |into |be )?(?P<replacement>(?:an?|the|some) .+)"),
    ("replace", rf"(?:put|use|add|draw|have|want|like) {N} (?:instead of|in place of|where|rather than) {T}(?: is| was)?"),
    ("replace", rf"(?:instead of|in place of) {T},? (?:put|use|add|draw|want|show) {N}"),
    ("replace", rf"(?:want|like|need) {T}{WHERE} (?:to be |(?:replaced|swapped|changed|turned) (?:with|by|into|for|to) )(?P<replacement>(?:an?|the|some) .+)"),
    ("replace", rf"{T} (?:should be|should become|->|=>) (?P<replacement>an? .+)"),
    ("recolor", rf"(?:make|turn) {T}{WHERE} (?P<color>(?:light |dark |bright )?\w+)"),
    ("recolor", rf"(?:want|like|need) {T}{WHERE} (?:to be |in )?(?P<color>(?:light |dark |bright )?\w+)"),
    ("recolor", rf"{T} (?:should be|must be|->|in) (?P<color>(?:light |dark )?\w+)"),
]  # fmt: skip


def parse(sentence: str) -> dict[str, str]:
    """The action and its fields that are not empty."""
    text = TAIL.sub("", POLITE.sub("", " ".join(sentence.split())))
    style = ""
    if found := STYLE.match(text):
        text, style = found["rest"], found["artist"] or found["style"]
    for action, rule in RULES:
        match = re.fullmatch(rule, text, re.I)
        if match:
            fields = {key: value for key, value in match.groupdict().items() if value}
            return {
                "action": action,
                **fields,
                **({"style": style} if style and action in ("replace", "background") else {}),
            }
    return {"action": "other"}
