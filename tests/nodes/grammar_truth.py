"""What the grammar of a sentence allows, found out the slow and plain way."""

from __future__ import annotations

from nodes.language import grammar


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
