"""Look through a GGUF file before llama.cpp does: what it says of itself, and whether it can be true.

llama.cpp ends the whole process on some broken files (a count of zero where it divides, a size that overflows). Whatever can be seen in the header is
found out here, in Python, and told as an error that a person can act on. Layout: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from graph import BadInput

SCALARS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}
STRING, ARRAY = 8, 9
MOST = 2_000_000
"""No real file has more keys, tensors or vocabulary pieces than this."""
NEEDED = ("block_count", "embedding_length", "attention.head_count")
HEADLESS = ("mamba", "rwkv", "arwkv")
"""How architectures without attention begin."""
OTHERS = {
    **dict.fromkeys(("bert", "nomic-bert", "nomic-bert-moe", "jina-bert-v2", "jina-bert-v3", "neo-bert", "gpt-j-embed"), "turns texts into vectors"),
    **dict.fromkeys(("flux", "sd1", "sd2", "sd3", "sdxl", "aura", "lumina2", "qwen_image", "hidream", "cosmos", "pixart"), "paints pictures"),
    **dict.fromkeys(("wan", "hyvid", "ltxv", "mochi"), "makes films"),
    **dict.fromkeys(("clip", "t5encoder"), "is a part of another model"),
    "t5": "translates, without a chat",
    "whisper": "writes down speech",
    "wavtokenizer-dec": "speaks",
}  # fmt: skip
"""Architectures in this format that are no chat models, and what they do."""


class Broken(ValueError):
    """The bytes are not a whole GGUF file; the text says why."""


class Items(NamedTuple):
    """A list in the header: the kind of its values and how many."""

    kind: int
    count: int


@dataclass(frozen=True)
class Header:
    """Keys of a GGUF file (lists by kind and length alone) and its tensors: name -> (sizes, kind, offset)."""

    keys: dict[str, Any]
    tensors: dict[str, tuple[tuple[int, ...], int, int]]

    def of_architecture(self, name: str, default: Any = None) -> Any:
        return self.keys.get(f"{self.keys.get('general.architecture', '')}.{name}", default)


def inspect(path: Path) -> Header:
    """The header of a chat model's file. Raises BadInput where it can't be one."""
    cure = "get the file again, or give another .gguf file of a chat model"
    try:
        with path.open("rb") as file:
            header = _read(file, path.stat().st_size)
        _plausible(header)
        _whole(header, path)
    except Broken as error:
        raise BadInput("model", f"'{path.name}' is not a GGUF file that can be used: {error}", cure) from None
    except OSError as error:
        raise BadInput(
            "model", f"'{path}' can't be read ({error.strerror})", "check the path and its permissions"
        ) from None
    return header


def _read(file: BinaryIO, size: int) -> Header:
    if file.read(4) != b"GGUF":
        raise Broken("it does not begin with 'GGUF'")
    version = _scalar(file, 4)
    if version not in (2, 3):
        raise Broken(f"it has version {version}, known are 2 and 3")
    tensors, keys = _scalar(file, 10), _scalar(file, 10)
    if max(tensors, keys) > MOST or not tensors:
        raise Broken(f"it claims {tensors} tensors and {keys} keys")
    pairs = {}
    for _ in range(keys):
        name = _text(file, size)
        pairs[name] = _value(file, _scalar(file, 4), size)
    return Header(pairs, dict(_tensor(file, size) for _ in range(tensors)))


def _bytes(file: BinaryIO, count: int) -> bytes:
    data = file.read(count)
    if len(data) != count:
        raise Broken("it ends in the middle of its header")
    return data


def _scalar(file: BinaryIO, kind: int) -> Any:
    pattern = SCALARS.get(kind)
    if pattern is None:
        raise Broken(f"it has a value of the unknown kind {kind}")
    return struct.unpack(pattern, _bytes(file, struct.calcsize(pattern)))[0]


def _text(file: BinaryIO, size: int) -> str:
    length = _scalar(file, 10)
    if length > size:
        raise Broken("it ends in the middle of its header")
    return _bytes(file, length).decode("utf-8", "replace")


def _value(file: BinaryIO, kind: int, size: int) -> Any:
    """A value; of a list only its length, for vocabularies are long."""
    if kind == STRING:
        return _text(file, size)
    if kind != ARRAY:
        return _scalar(file, kind)
    inner, count = _scalar(file, 4), _scalar(file, 10)
    if count > MOST:
        raise Broken(f"it claims a list of {count} values")
    if inner == STRING:
        for _ in range(count):
            length = _scalar(file, 10)
            if length > size:
                raise Broken("it ends in the middle of its header")
            file.seek(length, 1)
    elif inner in SCALARS:
        file.seek(count * struct.calcsize(SCALARS[inner]), 1)
    else:
        raise Broken(f"it has a list of values of the unknown kind {inner}")
    if file.tell() > size:
        raise Broken("it ends in the middle of its header")
    return Items(inner, count)


def _tensor(file: BinaryIO, size: int) -> tuple[str, tuple[tuple[int, ...], int, int]]:
    name, dimensions = _text(file, 1024), _scalar(file, 4)
    if not 1 <= dimensions <= 4:
        raise Broken(f"its tensor '{name[:60]}' has {dimensions} dimensions")
    sizes = tuple(_scalar(file, 10) for _ in range(dimensions))
    kind, offset = _scalar(file, 4), _scalar(file, 10)
    if not all(0 < length < 2**31 for length in sizes):
        raise Broken(f"its tensor '{name[:60]}' has the sizes {sizes}")
    if offset >= size:
        raise Broken(f"it is cut off: the tensor '{name[:60]}' would lie behind its end")
    return name, (sizes, kind, offset)


def _plausible(header: Header) -> None:
    """The counts that llama.cpp divides by and allocates with."""
    architecture = header.keys.get("general.architecture")
    if not isinstance(architecture, str):
        raise Broken("it does not name its architecture")
    if architecture in OTHERS:
        does = OTHERS[architecture]
        raise Broken(f"it holds a '{architecture}' model, which {does}; a chat model is wanted, such as llama or qwen2")
    _plausible_vocabulary(header.keys)
    for name in NEEDED:
        value = header.of_architecture(name)
        if isinstance(value, Items):  # one count a layer
            continue
        if name == "attention.head_count" and architecture.startswith(HEADLESS) and value in (0, None):
            return
        if not isinstance(value, int) or not 0 < value < 2**20:
            raise Broken(f"its {name.replace('.', ' ').replace('_', ' ')} is {value}")
    width, heads = header.of_architecture("embedding_length"), header.of_architecture("attention.head_count")
    groups = header.of_architecture("attention.head_count_kv", heads)
    if isinstance(heads, int) and header.of_architecture("attention.key_length") is None and width % heads:
        raise Broken(f"its width {width} can't be shared by {heads} heads")
    if isinstance(heads, int) and isinstance(groups, int) and (groups < 1 or heads % groups):
        raise Broken(f"its {heads} heads can't share {groups} groups")


def _whole(header: Header, path: Path) -> None:
    """A template to chat by, and all files of a model that comes in several."""
    if not isinstance(header.keys.get("tokenizer.chat_template"), str):
        name = header.keys["general.architecture"]
        raise Broken(
            f"it holds a '{name}' model without a chat template, which goes on with a text; a chat model is wanted (often called Instruct)"
        )
    count, number = header.keys.get("split.count", 1), header.keys.get("split.no", 0)
    if not isinstance(count, int) or count < 2:
        return
    stem = path.name.removesuffix(f"-{number + 1:05}-of-{count:05}.gguf")
    names = [f"{stem}-{part:05}-of-{count:05}.gguf" for part in range(1, count + 1)]
    missing = [name for name in names if not (path.parent / name).is_file()]
    if missing:
        raise Broken(f"it is part {number + 1} of {count}, and {', '.join(missing[:3])} is not beside it")


def _plausible_vocabulary(keys: dict[str, Any]) -> None:
    pieces = keys.get("tokenizer.ggml.tokens")
    if not isinstance(pieces, Items) or pieces.kind != STRING or not pieces.count:
        raise Broken("it has no vocabulary")
    # Of these vocabularies llama.cpp looks up the kinds of pieces without asking whether they are there.
    needed = keys.get("tokenizer.ggml.model") == "llama"
    for name, kinds in (("scores", {6}), ("token_type", {4, 5})):
        found = keys.get(f"tokenizer.ggml.{name}")
        if found is None and not needed:
            continue
        if not isinstance(found, Items) or found.kind not in kinds or found.count != pieces.count:
            raise Broken(f"the {name.replace('_', ' ')} of its vocabulary does not fit")
