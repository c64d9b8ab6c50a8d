"""Free questions to a chat model: about words, or about a picture through its tags or its caption."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

from graph import Model, Run, Seed, Slider, Text, node
from nodes.language.common import model_of, nonsense, pace, talk, words
from nodes.models import forms

BRIEF = "You answer questions about pictures. You do not see the picture itself, only the tags or the caption of it. Answer briefly and in plain words."


class Answer(NamedTuple):
    """text: the answer. thoughts: the model's reasoning, cut off from it; empty where it gave none."""

    text: str
    thoughts: str


class Filled(NamedTuple):
    """answer: the values, by the schema; stream.cell takes one of an object. text: the same as JSON. thoughts: the model's reasoning, if any."""

    answer: Any
    text: str
    thoughts: str


@node(family="language", heavy=True, tags=("question", "llm", "chat", "prompt", "gpt", "think", "reasoning"))
def ask(
    question: Annotated[str, Text(multiline=True)],
    context: Annotated[str, Text(multiline=True)] = "",
    instruction: Annotated[str, Text(multiline=True)] = BRIEF,
    temperature: Annotated[float, Slider(0.0, 2.0)] = 0.0,
    seed: Annotated[int, Seed()] = 0,
    longest: Annotated[int, Slider(8, 4000)] = 500,
    think: bool = False,
    model: Annotated[str, Model("chat")] = "auto",
    *,
    run: Run,
) -> Answer:
    """Ask a large language model anything, with the tags or the caption of a picture as what it knows.

    question: what is asked or to be done.
    context: what is known of the picture: its tags or its caption, linked from a tagger or captioner; empty for none.
    instruction: how it is to answer (the system prompt).
    temperature: of the sampling; 0 takes the likeliest word each time.
    seed: of the sampling; without effect at temperature 0.
    longest: tokens that the model may write, its reasoning included.
    think: let a model that can reason do so first; what it reasoned comes out as `thoughts`.
    model: any chat model in GGUF format that follows instructions; "auto" takes the first on the shelf.
    """
    chat = model_of(run, model)
    reply = chat.reply(
        talk(instruction, (), _asked(question, context)),
        most=longest,
        seed=seed % 2**32,
        temperature=temperature,
        think=think,
        on_piece=pace(run),
    )
    if not reply.text:
        raise nonsense(chat.name, reply.text, "which is nothing")
    return Answer(reply.text, reply.thoughts)


@node(
    family="language",
    title="Ask for JSON",
    heavy=True,
    tags=("question", "llm", "chat", "schema", "structured", "json", "extract", "grammar"),
)
def ask_json(
    question: Annotated[str, Text(multiline=True)],
    schema: Annotated[str, Text(multiline=True)] = forms.EXAMPLE,
    context: Annotated[str, Text(multiline=True)] = "",
    instruction: Annotated[str, Text(multiline=True)] = BRIEF,
    temperature: Annotated[float, Slider(0.0, 2.0)] = 0.0,
    seed: Annotated[int, Seed()] = 0,
    longest: Annotated[int, Slider(8, 4000)] = 500,
    think: bool = False,
    model: Annotated[str, Model("chat")] = "auto",
    *,
    run: Run,
) -> Filled:
    """Ask a large language model for values of a given form; a grammar made of a JSON schema lets it write nothing else.

    question: what is asked.
    schema: a JSON schema: types, properties, required, enum, items, minItems, maxItems, minLength, maxLength, pattern, minimum, maximum, anyOf.
    context: what is known of the picture: its tags or its caption; empty for none.
    instruction: how it is to answer (the system prompt).
    temperature: of the sampling; 0 takes the likeliest word each time.
    seed: of the sampling; without effect at temperature 0.
    longest: tokens that the model may write, its reasoning included.
    think: let a model that can reason do so first; the grammar binds what comes after it.
    model: any chat model in GGUF format that follows instructions; "auto" takes the first on the shelf.
    """
    wanted = forms.read_schema(schema)
    bound, chat = forms.grammar_of(wanted), model_of(run, model)
    reply = chat.reply(
        talk(f"{instruction.strip()}\nAnswer as JSON by this schema: {schema}", (), _asked(question, context)),
        bound,
        most=longest,
        seed=seed % 2**32,
        temperature=temperature,
        think=think,
        on_piece=pace(run),
    )
    return Filled(forms.read_as(wanted, reply.text, chat.name), reply.text, reply.thoughts)


def _asked(question: str, context: str) -> str:
    known = f"What is known of the picture: {context.strip()}\n" if context.strip() else ""
    return known + words(question, "question")
