"""The table of settings runs headless: what the settings do not reach runs once, and a value that is added makes its own pictures alone."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import graph
from graph import MemoryStore
from nodes.models.shelf import Shelf

ROOT = Path(__file__).resolve().parent.parent.parent


def test_it_makes_a_table_and_only_what_is_new_runs_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    calls: Counter[str] = Counter()
    for kind in ("diffusion.inpaint", "segment.mask_from_words"):
        spec = graph.registry[kind]

        def counted(*given: Any, _spec: Any = spec, **named: Any) -> Any:
            calls[_spec.id] += 1
            return _spec.function(*given, **named)

        monkeypatch.setitem(graph.registry, kind, replace(spec, function=counted))
    settings = graph.Settings(data=tmp_path / "data")
    runner = graph.Runner(graph.registry, Shelf(settings), store=MemoryStore(1 << 28))
    workflow = graph.load(ROOT / "workflows" / "compare_settings.json")
    for steps, painted in (("1, 2", 4), ("1, 2", 0), ("1, 2, 3", 2)):
        calls.clear()
        given = {("steps", "values"): steps, ("prompts", "values"): "a blue sofa\na yellow flower"}
        plan = runner.plan(workflow.with_values(given), ("table",))
        sheet = runner.run(plan, tmp_path, lambda event: None).values["table"]["image"]
        assert calls["diffusion.inpaint"] == painted
        assert calls["segment.mask_from_words"] <= (steps == "1, 2" and painted == 4)
    assert sheet.shape[1] > 3 * 384
    blue = (sheet[..., 2] > 120) & (sheet[..., 0] < 60) & (sheet[..., 1] < 110)
    yellow = (sheet[..., 0] > 190) & (sheet[..., 1] > 160) & (sheet[..., 2] < 80)
    half = sheet.shape[0] // 2 + 10
    assert blue[:half].sum() > 10 * max(1, blue[half:].sum())
    assert yellow[half:].sum() > yellow[:half].sum()
