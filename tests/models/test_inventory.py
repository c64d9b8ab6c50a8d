"""What is here: names, sizes, checks and removal; and the catalogue of what is not."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import pytest

import cli
from graph import GraftError, MissingWeights, Settings
from nodes.models import KINDS, Shelf, catalogue, fetching, finding, inventory

from .conftest import BIG


def safetensors(file: Path, size: int = 64, claimed: int = 64) -> Path:
    """A file with one tensor of ``size`` bytes whose header speaks of ``claimed`` ones."""
    header = json.dumps({"a": {"dtype": "U8", "shape": [claimed], "data_offsets": [0, claimed]}}).encode()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(struct.pack("<Q", len(header)) + header + bytes(size))
    return file


@pytest.fixture
def shelf(asked: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """An empty shelf beside the hub of this process; the command line uses it too."""
    monkeypatch.setenv("GRAFT_MODELS", str(tmp_path / "models"))
    monkeypatch.delenv("GRAFT_OFFLINE", raising=False)
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    return Shelf(Settings(root=tmp_path, models=tmp_path / "models"))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_offers_that_the_shelf_takes(kind: str) -> None:
    offers = catalogue.offers(kind)
    assert offers
    for offer in offers:
        assert finding.HUB_NAME.fullmatch(offer.name), offer.name
        assert (1e3 if kind == "embedding" else 1e7) < offer.bytes < offer.memory < 1e11
        assert offer.licence
        assert offer.good
        assert catalogue.guess_kind(offer.name) == kind
    assert len({offer.name for offer in offers}) == len(offers)


@pytest.mark.parametrize("kind", KINDS)
def test_more_memory_never_recommends_what_needs_less(kind: str) -> None:
    assert catalogue.recommended(kind, 1 << 30) is None
    chosen = [catalogue.recommended(kind, memory << 30) for memory in (4, 8, 16, 32, 80)]
    sizes = [offer.memory for offer in chosen if offer is not None]
    assert sizes == sorted(sizes)
    assert sizes
    for memory, offer in zip((4, 8, 16, 32, 80), chosen, strict=True):
        assert offer is None or offer.memory < memory << 30


def test_what_was_fetched_can_be_chosen_and_removed(shelf: Shelf, tmp_path: Path) -> None:
    assert shelf.names("chat") == ["auto", "starter"]
    fetching.fetch(fetching.order("chat", "me/chat-GGUF"))
    fetching.fetch(fetching.order("chat", "me/chat-GGUF:b-00001-of-00002.gguf"))
    fetching.fetch(fetching.order("inpaint", "me/painter"))
    one, split = "me/chat-GGUF:a.Q4_K_M.gguf", "me/chat-GGUF:b-00001-of-00002.gguf"
    assert shelf.names("chat") == ["auto", "starter", one, split]
    assert shelf.sizes("chat") == {one: len(BIG) + 4, split: 10}
    assert shelf.names("inpaint") == ["auto", "starter", "me/painter"]
    assert shelf.names("segment") == ["auto", "starter"]
    assert inventory.remove("chat", one, shelf.models) == len(BIG) + 4
    assert shelf.names("chat") == ["auto", "starter", split]
    assert inventory.remove("chat", split, shelf.models) == 10
    assert inventory.remove("inpaint", "me/painter", shelf.models) > len(BIG)
    assert list((tmp_path / "cache").glob("models--*")) == []
    with pytest.raises(GraftError, match="is not here"):
        inventory.remove("chat", one, shelf.models)


def test_a_configuration_alone_is_no_model(shelf: Shelf, tmp_path: Path) -> None:
    snapshot = tmp_path / "cache" / "models--me--half" / "snapshots" / ("1" * 40)
    (snapshot / "unet").mkdir(parents=True)
    (snapshot / "model_index.json").write_text('{"_class_name": "StableDiffusionPipeline"}')
    (snapshot / "unet" / "d.safetensors").write_bytes(b"x")
    assert inventory.held("inpaint") == []
    (snapshot / "vae").mkdir()
    (snapshot / "vae" / "d.safetensors").write_bytes(b"x")
    assert inventory.held("inpaint") == [f"me/half@{'1' * 40}"]


@pytest.mark.parametrize(
    ("size", "claimed", "message"),
    [
        pytest.param(64, 64, "", id="whole"),
        pytest.param(60, 64, "its header speaks of", id="cut short"),
        pytest.param(70, 64, "its header speaks of", id="too long"),
    ],
)
def test_a_safetensors_file_is_as_long_as_it_says(tmp_path: Path, size: int, claimed: int, message: str) -> None:
    found = inventory.check(safetensors(tmp_path / "a.safetensors", size, claimed))
    assert (message in found[0]) if message else found == []


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        pytest.param("a.safetensors", b"junk", "no safetensors header", id="no header"),
        pytest.param("a.safetensors", struct.pack("<Q", 4) + b"[][]", "can't be read", id="no JSON"),
        pytest.param("a.gguf", b"GGML1234567890", "GGUF", id="no GGUF"),
        pytest.param("config.json", b"{", "no JSON", id="half a configuration"),
    ],
)
def test_broken_files_are_named(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / name).write_bytes(content)
    (found,) = inventory.check(tmp_path / "model")
    assert found.startswith(f"{name}: ")
    assert message in found


def test_weights_that_no_starter_ships_for_name_what_to_fetch(shelf: Shelf) -> None:
    with pytest.raises(MissingWeights) as caught:
        shelf.find("sam")
    assert caught.value.weights == ("sam", "facebook/sam-vit-base")
    assert getattr(shelf.problems("sam"), "weights", None) == ("sam", "facebook/sam-vit-base")


def test_missing_weights_say_how_large_they_are(shelf: Shelf) -> None:
    shelf.offline = True
    with pytest.raises(MissingWeights, match=r"about 603 MB, from https://huggingface.co/CIDAS/clipseg") as caught:
        shelf.find("segment", "CIDAS/clipseg-rd64-refined")
    assert caught.value.weights == ("segment", "CIDAS/clipseg-rd64-refined")
    assert "hf download CIDAS/clipseg-rd64-refined" in caught.value.cure


# --- the command line


def test_pull_where_check_remove(shelf: Shelf, capsys: Any, asked: list[str], manners: Any) -> None:
    assert cli.main(["models", "pull", "me/chat-GGUF"]) == 0
    path = Path(capsys.readouterr().out.strip())
    assert path.read_bytes()[:4] == b"GGUF"
    assert cli.main(["models", "pull", "me/chat-GGUF:a.Q4_K_M.gguf"]) == 0
    assert asked == ["a.Q4_K_M.gguf"]
    capsys.readouterr()
    assert cli.main(["models", "where", "me/chat-GGUF:a.Q4_K_M.gguf"]) == 0
    assert capsys.readouterr().out.strip() == str(path)
    assert (
        cli.main(["models", "check", "me/chat-GGUF:a.Q4_K_M.gguf"]) == 1
    )  # its bytes are the hub's, but they are no model
    assert "1 to mend" in capsys.readouterr().out
    assert cli.main(["models", "remove", "me/chat-GGUF:a.Q4_K_M.gguf", "--yes"]) == 0
    assert "1 MB are free now" in capsys.readouterr().out
    assert not path.exists()


def test_a_changed_file_of_the_hub_is_found_out(shelf: Shelf, capsys: Any) -> None:
    path = fetching.fetch(fetching.order("inpaint", "me/painter"))
    blob = (path / "unet" / "d.safetensors").resolve()
    blob.write_bytes(b"\1" + BIG[1:])
    assert cli.main(["models", "check", "--kind", "inpaint"]) == 1
    assert "unet/d.safetensors: its checksum is not the hub's" in capsys.readouterr().out


def test_list_tells_what_is_here_and_what_can_be_fetched(shelf: Shelf, capsys: Any) -> None:
    safetensors(shelf.models / "inpaint" / "mine.safetensors")
    assert cli.main(["models", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["inpaint"]["sizes"]["mine.safetensors"] > 64
    assert {offer["here"] for offer in told["inpaint"]["offers"]} == {False}
    assert cli.main(["models", "list"]) == 0
    text = capsys.readouterr().out
    assert "mine.safetensors" in text
    assert "+ CIDAS/clipseg-rd64-refined" in text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        pytest.param(["pull", "me/nothing-known"], "--kind", id="no kind"),
        pytest.param(["pull", "me/nothing", "--kind", "chat"], "no repository 'me/nothing'", id="no repository"),
        pytest.param(["pull", "x/y", "--kind", "chatt"], "did you mean 'chat'", id="misspelt kind"),
        pytest.param(["where", "nowhere"], "'nowhere' is not here", id="nowhere"),
        pytest.param(["remove", "starter"], "ship with Graft", id="the starter models stay"),
    ],
)
def test_what_the_command_line_refuses(shelf: Shelf, capsys: Any, words: list[str], message: str) -> None:
    assert cli.main(["models", *words]) == 1
    assert message.lower() in capsys.readouterr().err.lower()


def test_nothing_is_deleted_without_being_asked(shelf: Shelf, capsys: Any) -> None:
    own = safetensors(shelf.models / "inpaint" / "mine.safetensors")
    assert cli.main(["models", "remove", "mine"]) == 1
    assert "add --yes" in capsys.readouterr().err.lower()
    assert own.exists()
    assert cli.main(["models", "remove", "mine.safetensors", "--yes"]) == 0
    assert not own.exists()


def test_the_switch_keeps_the_command_line_off_the_network(
    shelf: Shelf, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRAFT_OFFLINE", "1")
    assert cli.main(["models", "pull", "me/chat-GGUF"]) == 1
    assert "switched off" in capsys.readouterr().err


def test_recommended_fetches_what_suits_this_machine(
    shelf: Shelf, capsys: Any, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [catalogue.Offer("chat", "me/chat-GGUF:a.Q4_K_M.gguf", "A", 1 << 20, "MIT", 1 << 21, "tests", least=1)]
    monkeypatch.setattr(catalogue, "offers", lambda kind: tuple(rows) if kind == "chat" else ())
    assert cli.main(["models", "pull", "recommended"]) == 0
    shown = capsys.readouterr()
    assert "chat: A, MIT" in shown.err
    assert Path(shown.out.strip()).name == "a.Q4_K_M.gguf"
    assert asked == ["a.Q4_K_M.gguf"]
