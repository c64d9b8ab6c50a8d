"""Why: a node is a typed function, and nothing about it is written twice. Sockets, defaults, ranges, tooltips, the palette entry
and the schema come from the signature and the docstring, read once, when the module is imported."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import operator
import re
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from . import records
from .records import Change, Name, RecordKind
from .sockets import Drop, File, Lazy, Model, OnPicture, SocketType, hint_problem, is_array, socket_type, split_optional
from .workshop import Run

Function = TypeVar("Function", bound=Callable[..., Any])
REQUIRED: Any = inspect.Parameter.empty


@dataclass(frozen=True)
class InputSpec:
    """One input socket. ``default`` is REQUIRED where there is none; ``optional`` says that None is allowed; ``collects`` that the
    node sees all items of a stream, one after the other, as an iterable of ``type``; ``gaps`` that it sees a Drop with the reason in the place of
    each item that did not come through, so that one that fails does not end the run."""

    name: str
    type: SocketType
    default: Any = REQUIRED
    optional: bool = False
    lazy: bool = False
    hint: Any = None
    help: str = ""
    collects: bool = False
    gaps: bool = False

    @property
    def required(self) -> bool:
        return self.default is REQUIRED

    def problem(self, value: Any) -> str | None:
        """What is wrong with a value for this input, or with what a file holds for it; None when nothing is."""
        if value is None:
            return None if self.optional else f"expected {self.type.name}, got nothing"
        wrong = self.type.problem(value)
        return wrong if wrong is not None else hint_problem(self.hint, value)

    def read(self, value: Any) -> Any:
        """What the function is called with, of what a file holds and ``problem`` finds nothing wrong with; a value is itself."""
        return value if value is None or self.type.read is None else self.type.read(value)

    def handed(self, value: Any) -> Any:
        """A value as the function gets it: where that collects, as a stream of one."""
        return iter([value]) if self.collects and not (value is None and self.optional) else value

    def names(self, value: Any) -> Iterator[Name]:
        """The files and weights that a literal names: where in it ("" or "entry 2: weights: "), which hint, and the name."""
        if isinstance(self.hint, File | Model) and isinstance(value, str):
            yield "", self.hint, value
        elif self.type.of is not None:
            yield from self.type.of.names(value)

    def renamed(self, value: Any, change: Change) -> Any:
        """The literal with every file and weights that it names called as ``change`` says."""
        if isinstance(self.hint, File | Model) and isinstance(value, str):
            return change(self.hint, value)
        return value if self.type.of is None else self.type.of.renamed(value, change)

    @property
    def names_things(self) -> bool:
        """Whether a value may name files or weights."""
        return isinstance(self.hint, File | Model) or (self.type.of is not None and self.type.of.names_things)


@dataclass(frozen=True)
class OutputSpec:
    name: str
    type: SocketType
    hint: Any = None


@dataclass(frozen=True)
class NodeSpec:
    """All that is known of a node type. ``needs`` says, from the values of the inputs that are not lazy, which lazy ones to make.
    ``source``: it returns an iterator, and what is behind it runs once per item. ``network``: it is a coroutine function.
    ``size``, ``count``: see graph/guess.py."""

    id: str
    function: Callable[..., Any]
    inputs: Mapping[str, InputSpec]
    outputs: Mapping[str, OutputSpec]
    title: str
    summary: str
    help: str
    tags: tuple[str, ...] = ()
    heavy: bool = False
    writes: bool = False
    version: int = 1
    wants_run: bool = False
    many: bool = False
    needs: Callable[..., set[str]] | None = None
    source: bool = False
    network: bool = False
    size: Callable[[Mapping[str, Any]], Any] | None = None
    count: Callable[[Mapping[str, Any]], Any] | None = None

    @property
    def family(self) -> str:
        return self.id.partition(".")[0]

    @functools.cached_property
    def borrows(self) -> bool:
        """Whether an input names weights, so that a call of it uses models."""
        return any(isinstance(entry.hint, Model) for entry in self.inputs.values())


@dataclass(frozen=True)
class _Options:
    """What ``@node`` was told beside the function; see there."""

    family: str
    title: str
    output: str
    tags: tuple[str, ...]
    heavy: bool
    writes: bool
    version: int
    needs: Callable[..., set[str]] | None
    size: Callable[[Mapping[str, Any]], Any] | None
    count: Callable[[Mapping[str, Any]], Any] | None


registry: dict[str, NodeSpec] = {}


def node(
    function: Function | None = None,
    *,
    family: str = "",
    title: str = "",
    output: str = "",
    tags: tuple[str, ...] = (),
    heavy: bool = False,
    writes: bool = False,
    version: int = 1,
    needs: Callable[..., set[str]] | None = None,
    size: Callable[[Mapping[str, Any]], Any] | None = None,
    count: Callable[[Mapping[str, Any]], Any] | None = None,
) -> Any:
    """Declare a function as a node type; its id is ``family.name``. The function itself is returned unchanged.

    heavy: uses the accelerator, one at a time per device. writes: changes the disk, so it is never cached and is what a run is
    for. version: raise it when the answer changes. output: the name of a single output (else it is called after its type). size, count: tell
    before the run how large its pictures and how many its items will be (graph/guess.py).
    Raises TypeError for a signature that can't be a node.
    """
    options = _Options(family, title, output, tags, heavy, writes, version, needs, size, count)

    def declare(function: Function) -> Function:
        spec = _read(function, options)
        known = registry.get(spec.id)
        if known is not None and known.function.__module__ != function.__module__:
            raise TypeError(f"two nodes are called {spec.id}: in {known.function.__module__} and {function.__module__}")
        registry[spec.id] = spec
        return function

    return declare if function is None else declare(function)


def _read(function: Callable[..., Any], options: _Options) -> NodeSpec:
    name = f"{options.family or _family(function.__module__)}.{function.__name__}"
    hints = typing.get_type_hints(function, include_extras=True)
    parameters = inspect.signature(function).parameters
    summary, text, helps = _docstring(function, parameters)
    inputs = {}
    wants_run = False
    for parameter in parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY:
            if hints.get(parameter.name) is not Run:
                raise TypeError(f"{name}: after * comes only 'run: Run', not '{parameter.name}'")
            wants_run = True
            continue
        if parameter.name not in hints:
            raise TypeError(f"{name}: the input '{parameter.name}' has no type")
        inputs[parameter.name] = _input(parameter, hints[parameter.name], helps.get(parameter.name, ""))
    returned, source = _item(hints.get("return", type(None)))
    outputs, many = _outputs(name, returned, options.output)
    spec = NodeSpec(
        id=name, function=function, inputs=inputs, outputs=outputs, title=options.title or _spoken(function.__name__),
        summary=summary, help=text, tags=options.tags, heavy=options.heavy, writes=options.writes, version=options.version,
        wants_run=wants_run, many=many, needs=options.needs, source=source, network=inspect.iscoroutinefunction(function),
        size=options.size, count=options.count,
    )  # fmt: skip
    _check_defaults(spec)
    return spec


def _input(parameter: inspect.Parameter, annotation: Any, text: str) -> InputSpec:
    hints: tuple[Any, ...] = ()
    annotation, optional = split_optional(annotation)
    collects = typing.get_origin(annotation) is Iterable
    gaps = False
    if collects:
        annotation, gaps = _without_drop(typing.get_args(annotation)[0])
        annotation, inner = split_optional(annotation)
        optional = optional or inner
    if typing.get_origin(annotation) is typing.Annotated:
        annotation, *rest = typing.get_args(annotation)
        hints = tuple(rest)
        annotation, inner = split_optional(annotation)
        optional = optional or inner
    lazy = any(isinstance(hint, Lazy) for hint in hints)
    hint = next((hint for hint in hints if not isinstance(hint, Lazy)), None)
    return InputSpec(parameter.name, _type(annotation), parameter.default, optional, lazy, hint, text, collects, gaps)


@functools.cache
def _records(classes: tuple[type, ...]) -> SocketType:
    kinds = tuple(_kind(part) for part in classes)
    if len({kind.name for kind in kinds}) < len(kinds):
        raise TypeError(f"two kinds of one list are called alike: {', '.join(kind.name for kind in kinds)}")
    return records.row(classes, kinds)


def _type(annotation: Any) -> SocketType:
    classes = records.classes_of(annotation)
    return _records(classes) if classes else socket_type(annotation)


def _kind(kind: type) -> RecordKind:
    """A dataclass as a kind of record: fields like the inputs of a node."""
    hints = typing.get_type_hints(kind, include_extras=True)
    fields = {field.name: field for field in dataclasses.fields(kind)}
    summary, text, _ = _docstring(kind, fields)
    helps = {name: line for part in reversed(kind.__mro__[:-1]) for name, line in _docstring(part, fields)[2].items()}
    name = records.name_of(kind)
    inputs = {}
    for field in fields.values():
        made = field.default_factory() if field.default_factory is not dataclasses.MISSING else field.default
        default = REQUIRED if made is dataclasses.MISSING else made
        parameter = inspect.Parameter(field.name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=default)
        inputs[field.name] = _input(parameter, hints[field.name], helps.get(field.name, ""))
    if "do" in inputs or not kind.__dataclass_params__.frozen:  # type: ignore[attr-defined]
        raise TypeError(f"{kind.__name__} must be a frozen dataclass without a field 'do'")
    for entry in inputs.values():
        if entry.lazy or entry.collects or not entry.type.literal:
            raise TypeError(f"{kind.__name__}.{entry.name} can't be written in a file, so it can be no field")
        _check_input(kind.__name__, entry)
    return RecordKind(name, _spoken(name), "\n\n".join(part for part in (summary, text) if part), inputs, kind)


def _item(annotation: Any) -> tuple[Any, bool]:
    """What a function returns at a time, and whether it is a source: ``Iterator[X]`` → (X, True), ``X | Drop`` → (X, False)."""
    source = typing.get_origin(annotation) is Iterator
    if source:
        annotation = typing.get_args(annotation)[0]
    return _without_drop(annotation)[0], source


def _without_drop(annotation: Any) -> tuple[Any, bool]:
    """``X | Drop`` → (X, True); everything else → (itself, False)."""
    if typing.get_origin(annotation) not in (types.UnionType, typing.Union) or Drop not in typing.get_args(annotation):
        return annotation, False
    rest = [part for part in typing.get_args(annotation) if part is not Drop]
    return functools.reduce(operator.or_, rest), True


def _outputs(name: str, annotation: Any, output: str) -> tuple[dict[str, OutputSpec], bool]:
    """The outputs by name, and whether the function returns a tuple of several."""
    if annotation in (None, type(None)):
        return {}, False
    fields = getattr(annotation, "__annotations__", None)
    if isinstance(annotation, type) and issubclass(annotation, tuple) and fields is not None:
        kinds = typing.get_type_hints(annotation, include_extras=True)
        return {field: _output(field, kinds[field]) for field in annotation._fields}, True  # type: ignore[attr-defined]
    kind = _output("", annotation).type
    label = output or kind.name.partition(" ")[0]
    return {label: OutputSpec(label, kind)}, False


def _output(name: str, annotation: Any) -> OutputSpec:
    hint = None
    if typing.get_origin(annotation) is typing.Annotated:
        annotation, hint, *_ = typing.get_args(annotation)
    return OutputSpec(name, _type(annotation), hint)


def _docstring(function: Any, names: Mapping[str, Any]) -> tuple[str, str, dict[str, str]]:
    """Summary line, the text between, and the line (with its continuation lines) for each input."""
    lines = inspect.cleandoc(function.__doc__ or "").splitlines()
    helps: dict[str, str] = {}
    text: list[str] = []
    current = ""
    for line in lines[1:]:
        entry = re.match(r"(\w+): (.*)", line)
        if entry and entry[1] in names:
            current = entry[1]
            helps[current] = entry[2]
        elif current and line.startswith(" "):
            helps[current] += " " + line.strip()
        else:
            current = ""
            text.append(line)
    return (lines[0] if lines else ""), "\n".join(text).strip(), helps


def _family(module: str) -> str:
    """ "nodes.image.reading" → "image", "custom_nodes.mine.parts" → "mine"; outside of the rooms the module's own name."""
    parts = module.split(".")
    return parts[1] if parts[0] in ("nodes", "custom_nodes") and len(parts) > 1 else parts[-1]


def _spoken(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _check_defaults(spec: NodeSpec) -> None:
    for entry in spec.inputs.values():
        _check_input(spec.id, entry)
        if entry.collects and (entry.lazy or not (entry.required or entry.default is None)):
            raise TypeError(f"{spec.id}: '{entry.name}' takes a stream, so it can't be lazy or have a default but None")
        if entry.lazy and spec.needs is None:
            raise TypeError(f"{spec.id}: '{entry.name}' is lazy, so the node must be declared with needs=")
        if isinstance(entry.hint, OnPicture):
            on = spec.inputs.get(entry.hint.of)
            if entry.type.name not in ("boxes", "points") or on is None or on.type.name not in ("image", "mask"):
                raise TypeError(f"{spec.id}: '{entry.name}' must be boxes or points on an input that is a picture")


def _check_input(owner: str, entry: InputSpec) -> None:
    given = not entry.required and not (entry.default is None and entry.lazy)
    if given and (wrong := entry.problem(entry.default)):
        raise TypeError(f"{owner}: the default of '{entry.name}' is wrong: {wrong}")
    if given and is_array(entry.default):
        raise TypeError(f"{owner}: the default of '{entry.name}' must be written as a file holds it, as a tuple")
    if isinstance(entry.hint, File | Model) and entry.type.name != "text":
        raise TypeError(f"{owner}: '{entry.name}' is a file or a model, so its type must be str")
