"""From the trained network to the two files of the WD14 family: model.onnx, written node by node with half-precision weights, and selected_tags.csv."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from train.tagger.learn import SAVED, batch_of
from train.tagger.network import KIND_COUNT, NAMED, PAIR_COUNT, Conv, Network
from train.tagger.pool import SIDE, load_pool, ready
from train.tagger.tags import GENERAL, RATING, TAGS
from train.tagger.views import view

FOLDER = Path(__file__).resolve().parent.parent.parent / "models" / "starter" / "tagger"
COUNTED = 20_000
"""Views of the training scenes from which the column count is made."""


class Writer:
    """Nodes and weights of a graph; each method adds one layer and returns the name of what comes out."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def op(self, kind: str, *given: str, **settings: object) -> str:
        """Any operator with one result."""
        made = f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(given), [made], **settings))
        return made

    def constant(self, values: np.ndarray) -> str:
        """A tensor as it is."""
        name = f"constant_{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(values, name))
        return name

    def weight(self, values: torch.Tensor) -> str:
        """A tensor kept in half precision, and made float32 when the file is opened."""
        return self.op("Cast", self.constant(values.detach().numpy().astype(np.float16)), to=TensorProto.FLOAT)

    def conv(self, given: str, layer: torch.nn.Conv2d | Conv) -> str:
        """A convolution; batch norm is folded into its weights."""
        conv = layer[0] if isinstance(layer, Conv) else layer
        weight = conv.weight
        bias = conv.bias if conv.bias is not None else torch.zeros(len(weight))
        if isinstance(layer, Conv):
            norm = layer[1]
            gain = norm.weight / (norm.running_var + norm.eps).sqrt()
            weight, bias = weight * gain[:, None, None, None], norm.bias - norm.running_mean * gain
        pad, stride = conv.padding[0], conv.stride[0]
        return self.op("Conv", given, self.weight(weight), self.weight(bias), pads=[pad] * 4, strides=[stride] * 2)

    def part(self, given: str, start: int, end: int) -> str:
        """Channels or columns from start up to end, of axis 1."""
        numbers = (self.constant(np.array([value], np.int64)) for value in (start, end, 1))
        return self.op("Slice", given, *numbers)

    def exact(self, values: torch.Tensor) -> str:
        """A tensor in single precision, for what is small and sensitive."""
        return self.constant(values.detach().numpy().astype(np.float32))

    def pooled(self, kind: str, given: str) -> str:
        """One number for each channel."""
        return self.op("Flatten", self.op(kind, given))

    def rows(self, given: str, layer: torch.nn.Linear) -> str:
        """A matrix and a bias for the last axis."""
        return self.op("Add", self.op("MatMul", given, self.weight(layer.weight.T)), self.weight(layer.bias))

    def linear(self, given: str, layer: torch.nn.Linear) -> str:
        """A matrix and a bias."""
        return self.op("Gemm", given, self.weight(layer.weight), self.weight(layer.bias), transB=1)


def as_onnx(model: Network) -> onnx.ModelProto:
    """The network as ONNX: pictures (N, 128, 128, 3), blue first, 0..255, to the likelihood of each tag (N, T)."""
    w = Writer()
    scaled = w.op("Mul", w.op("Transpose", "input", perm=[0, 3, 1, 2]), w.constant(np.float32([1 / 127.5])))
    first = w.op("Relu", w.conv(w.op("Sub", scaled, w.constant(np.float32([1]))), model.stem))
    x = _residual(w, first, model.one1, model.one2)
    fine = _residual(w, w.op("Relu", w.conv(x, model.down1)), model.two1, model.two2)
    coarse = w.op("Relu", w.conv(fine, model.down2))
    coarse = w.op("Relu", w.op("Add", coarse, w.conv(coarse, model.wide)))
    twice = w.constant(np.float32([1, 1, 2, 2]))
    far = w.op(
        "Resize", coarse, "", twice, mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor"
    )
    maps = w.conv(w.op("Relu", w.conv(w.op("Concat", fine, far, axis=1), model.cell)), model.maps)
    pooled = [w.pooled(kind, part) for kind in ("GlobalAveragePool", "GlobalMaxPool") for part in (first, fine, coarse)]
    w.nodes.append(helper.make_node("Sigmoid", [_tags(w, model, maps, w.op("Concat", *pooled, axis=1))], ["output"]))
    graph = helper.make_graph(
        w.nodes,
        "tagger",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch_size", SIDE, SIDE, 3])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, ["batch_size", len(TAGS)])],
        w.weights,
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(made, full_check=True)
    return made


def _tags(w: Writer, model: Network, maps: str, pooled: str) -> str:
    """`Network.tags`, with the batch norm of the pooled features before it."""
    norm, all_ = model.scale, NAMED + KIND_COUNT
    gain = norm.weight / (norm.running_var + norm.eps).sqrt()
    pooled = w.op("Add", w.op("Mul", pooled, w.exact(gain)), w.exact(norm.bias - norm.running_mean * gain))
    best = w.pooled("GlobalMaxPool", maps)
    middles = w.op("Sigmoid", w.part(maps, NAMED, all_))
    ridge = w.op("MaxPool", middles, kernel_shape=[3, 3], pads=[1, 1, 1, 1])
    peaks = w.op("Mul", middles, w.op("Cast", w.op("GreaterOrEqual", middles, ridge), to=TensorProto.FLOAT))
    covered = w.pooled("GlobalAveragePool", w.op("Sigmoid", w.part(maps, PAIR_COUNT, NAMED)))
    across = w.constant(np.array([2, 3], np.int64))
    known = [*(w.op("ReduceSum", part, across, keepdims=0) for part in (peaks, middles)), covered]
    hidden = w.op("Relu", w.linear(w.op("Concat", pooled, *known, axis=1), model.whole1))
    whole = w.op("Add", w.linear(hidden, model.whole2), w.linear(pooled, model.straight))
    quarter = w.op("Mul", best, w.constant(np.float32([0.25])))
    features = [*known, w.part(quarter, PAIR_COUNT, NAMED), w.part(quarter, NAMED, all_)]
    last = w.constant(np.array([2], np.int64))
    of_kind = w.op("Concat", *(w.op("Unsqueeze", part, last) for part in features), axis=2)
    counts = w.op("Flatten", w.rows(w.op("Relu", w.rows(of_kind, model.count1)), model.count2))
    hidden = w.op("Relu", w.linear(w.op("Concat", quarter, pooled, axis=1), model.named1))
    shown = w.op("Concat", w.part(best, PAIR_COUNT, NAMED), w.part(best, 0, PAIR_COUNT), axis=1)
    return w.op("Concat", whole, counts, w.op("Add", w.linear(hidden, model.named2), shown), axis=1)


def _residual(w: Writer, given: str, first: Conv, second: Conv) -> str:
    inner = w.conv(w.op("Relu", w.conv(given, first)), second)
    return w.op("Relu", w.op("Add", given, inner))


def table(folder: Path) -> None:
    """selected_tags.csv; count is how many of 20,000 views of training scenes have the tag."""
    pool, rng = load_pool(ready()), np.random.default_rng(0)
    counts = sum(view(pool, int(i), rng).tags for i in rng.integers(0, len(pool), COUNTED))
    rows = [
        f"{number},{name},{RATING if name == 'general' else GENERAL},{int(counts[number])}"
        for number, name in enumerate(TAGS)
    ]
    (folder / "selected_tags.csv").write_text("\n".join(["tag_id,name,category,count", *rows]) + "\n", encoding="utf-8")


def export() -> None:
    """Write the averaged weights, and compare what onnxruntime makes of them with the network."""
    import onnxruntime

    state = torch.load(SAVED, weights_only=True)
    model = Network().eval()
    model.load_state_dict(state["mean"])
    FOLDER.mkdir(parents=True, exist_ok=True)
    file = FOLDER / "model.onnx"
    file.write_bytes(as_onnx(model).SerializeToString())
    table(FOLDER)
    held, rng = load_pool([-1]), np.random.default_rng(1)
    pictures = batch_of([view(held, i, rng) for i in range(64)])[0]
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    found = session.run(None, {"input": pictures.permute(0, 2, 3, 1).contiguous().numpy()})[0]
    with torch.inference_mode():
        wanted = model(pictures)[0].sigmoid().numpy()
    apart = float(np.abs(found - wanted).max())
    print(f"{file}: step {state['step']}, {file.stat().st_size / 1e6:.2f} MB, at most {apart:.4f} from the network")
    if apart > 0.03:
        raise SystemExit("the file does not answer as the network does")
