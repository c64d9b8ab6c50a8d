"""Why: everything a person does without the editor starts here. This file reads arguments, wires the rooms together and prints;
what is decided is decided below it.

Exit codes: 0 done, 1 a node failed, 2 not valid (the workflow or the command line), 130 stopped by the user.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import cli_models
import graph
from graph import GraftError, InputSpec, Settings, Workflow
from terminal import Terminal

VERSION = "0.1.0"
WORKFLOWS = Path(__file__).resolve().parent / "workflows"
CHANGED = "its files have changed since it was turned on; look at them, then './graft packs on' turns it on again"
REPORTED = 20  # dropped items that are listed on a terminal
EXAMPLE = "workflows/replace_object.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _main(arguments)
    except GraftError as error:
        print(error, file=sys.stderr)
        if "--traceback" in arguments:
            print(getattr(error, "trace", "") or traceback.format_exc(), file=sys.stderr)
        return 2 if isinstance(error, graph.BadFile | graph.NotValid | UsageError) else 1
    except (KeyboardInterrupt, graph.Cancelled):
        print("\nstopped; no unfinished file was left behind", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of our output has gone, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


class UsageError(GraftError):
    """A command line that can't be understood."""


class _Parser(argparse.ArgumentParser):
    """argparse, with errors as ours. own: the options of the graph that is run."""

    own: Sequence[str] = ()

    def error(self, message: str) -> NoReturn:
        own = f"the graph itself takes {', '.join(self.own)}; " if self.own else ""
        raise UsageError(message, f"{own}'{self.prog} --help' shows what can be given")


def _main(arguments: list[str]) -> int:
    parser = _Parser(
        prog="graft",
        description="Change pictures with words, by graphs of nodes.",
        allow_abbrev=False,
        epilog="./graft setup makes or repairs the environment and stops; everything else does so when it is needed.",
    )
    parser.add_argument("--version", action="version", version=f"graft {VERSION}")
    commands = parser.add_subparsers(dest="command", metavar="command", required=True, parser_class=_Parser)
    run = commands.add_parser(
        "run", help="run a workflow, or a picture that holds one", add_help=False, allow_abbrev=False
    )
    _run_options(run)
    run.set_defaults(call=_run)
    commands.add_parser("serve", help="open the server: the API, and the editor's page", add_help=False).set_defaults(
        call=_serve
    )
    check = commands.add_parser("check", help="list every problem of workflow files")
    check.add_argument("files", nargs="+", type=Path)
    check.set_defaults(call=_check)
    nodes = commands.add_parser("nodes", help="list the node types, or show one node's page")
    nodes.add_argument("node", nargs="?")
    nodes.add_argument("--json", action="store_true", help="for machines")
    nodes.set_defaults(call=_nodes)
    packs = commands.add_parser("packs", help="list the node packs in custom_nodes/, turn one on or off")
    packs.add_argument("switch", nargs="?", choices=("on", "off"))
    packs.add_argument("name", nargs="?")
    packs.add_argument(
        "--follow", action="store_true", help="load it again whenever it changes, as its author wants it"
    )
    packs.set_defaults(call=_packs)
    cli_models.add_commands(
        commands.add_parser(
            "models", help="list the weights that are here or can be fetched; fetch, find, check, remove"
        )
    )
    commands.add_parser("test", help="run the tests (further words go to pytest)", add_help=False).set_defaults(
        call=_test
    )
    known, rest = parser.parse_known_args(arguments)
    if rest and known.command not in ("run", "serve", "test"):
        parser.error(f"unknown: {' '.join(rest)}")
    code: int = known.call(known, rest)
    return code


def _run_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("workflow", nargs="?", type=Path, help="a workflow file, or a picture that Graft saved")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NODE.INPUT=VALUE", help="give any input of any node a value"
    )
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="where results go (output/)")
    parser.add_argument("--device", help="cpu, cuda, cuda:1, mps (the best there is)")
    parser.add_argument(
        "--on-error", choices=("stop", "skip"), default="stop", help="what to do when an item of a stream fails (stop)"
    )
    parser.add_argument(
        "--explain", action="store_true", help="tell of each node whether it would run, and why; run nothing"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object for machines, and nothing else")
    parser.add_argument("--traceback", action="store_true", help="show where a defect lies")
    parser.add_argument("-h", "--help", action="store_true", help="show the options, with those of the given workflow")


# --- run ---------------------------------------------------------------------------------------------------------------


def _run(given: argparse.Namespace, rest: list[str]) -> int:
    terminal = Terminal(sys.stderr, quiet=given.json)
    try:
        return _run_workflow(given, rest, terminal)
    except GraftError as error:
        terminal.close()
        if given.json:
            found = getattr(error, "problems", (error,))
            rows = [{"node": e.node, "socket": e.socket, "what": e.what, "cure": e.cure} for e in found]
            print(json.dumps({"ok": False, "errors": rows, "written": [str(path) for path in terminal.written]}))
        raise
    finally:
        terminal.close()


def _run_workflow(given: argparse.Namespace, rest: list[str], terminal: Terminal) -> int:
    began = time.perf_counter()
    parser = _Parser(prog="graft run", add_help=False, allow_abbrev=False)
    _run_options(parser)
    if given.workflow is None:
        if given.help:
            parser.print_help()
            return 0
        raise UsageError("no workflow was given", f"try: ./graft run {EXAMPLE}")
    workflow = read_workflow(given.workflow)
    _import_nodes()
    known = vars(parser.parse_known_args([str(given.workflow)])[0])
    for option in workflow.parameters.values():
        if option.name not in known:
            entry = _input_spec(workflow, option.node, option.socket)
            parser.add_argument(
                f"--{option.name}",
                dest=f"graph:{option.name}",
                metavar="VALUE",
                help=_option_help(workflow, option, entry),
            )
    if given.help:
        parser.prog = f"graft run {given.workflow}"
        parser.print_help()
        return 0
    parser.prog = f"graft run {given.workflow}"
    parser.own = [f"--{name}" for name in workflow.parameters]
    options = vars(parser.parse_args([str(given.workflow), *rest]))
    workflow = workflow.with_values(_values(workflow, options, given.set))
    settings = Settings.from_environment()
    settings = replace(settings, out=given.out or settings.out, device=given.device or settings.device)
    result = run_workflow(workflow, settings, terminal, skip_errors=given.on_error == "skip", explain=given.explain)
    terminal.close()
    if result is None:
        return 0
    _print_result(result, terminal, given.json, time.perf_counter() - began)
    return 0


def run_workflow(
    workflow: Workflow, settings: Settings, listener: graph.Listener, *, skip_errors: bool = False, explain: bool = False
) -> graph.Result | None:  # fmt: skip
    """Check, plan and run a workflow in this process, or only tell what of it would run. Raises NotValid with every problem, or the
    first node's GraftError."""
    from nodes.models import Shelf

    folder = graph.FolderStore(settings.data / "cache", settings.disk_bytes, lambda text: print(text, file=sys.stderr))
    store = graph.LayeredStore(graph.MemoryStore(settings.cache_bytes), folder)
    with closing(Shelf(settings)) as shelf, closing(graph.Lanes()) as lanes:
        runner = graph.Runner(graph.registry, shelf, lanes=lanes, store=store)
        plan = runner.plan(workflow)
        record = graph.Record(settings.data / "cache" / "records", workflow)
        tokens = graph.tokens_of(plan, runner.fingerprint(workflow.folder))
        if explain:
            for name, reason in record.explain(plan, tokens, store).items():
                print(f"{name}: {reason}")
            return None
        result = runner.run(
            plan,
            settings.out,
            listener,
            skip_errors=skip_errors,
            saved=graph.portable(workflow, graph.registry, WORKFLOWS),
            keys=graph.keys_in(tokens),
        )
        record.write(tokens)
        return result


def read_workflow(path: Path) -> Workflow:
    """A workflow from its file, or from inside a picture that Graft saved."""
    if path.suffix.lower() in (".png", ".webp", ".jpg", ".jpeg") and path.is_file():
        from nodes.disk import read_workflow as read_from_picture

        raw = read_from_picture(path)
        if raw is None:
            raise graph.BadFile(f"{path} holds no workflow", "give a picture that Graft saved, or a workflow file")
        return graph.build(raw, folder=WORKFLOWS, name=str(path))
    return graph.load(path)


def _import_nodes() -> None:
    """Fill the registry: the nodes that ship, and those of the packs that are on."""
    import nodes  # noqa: F401
    from nodes.packs import Packs

    for pack in Packs(Settings.from_environment()).refresh():
        if pack.state in ("broken", "changed"):
            print(f"the pack '{pack.name}' is not loaded: {pack.error or CHANGED}", file=sys.stderr)


def _input_spec(workflow: Workflow, node: str, socket: str) -> InputSpec | None:
    entry = workflow.nodes.get(node)
    spec = graph.registry.get(entry.type) if entry else None
    return spec.inputs.get(socket) if spec else None


def _option_help(workflow: Workflow, option: graph.Parameter, entry: InputSpec | None) -> str:
    node = workflow.nodes.get(option.node)
    default = entry.default if entry and not entry.required else None
    value = node.inputs.get(option.socket, default) if node else None
    text = (entry.help if entry else "").replace("%", "%%")
    return f"{text} [{str(value)[:60]}]".replace("%", "%%") if value not in (None, "") else text


def _values(workflow: Workflow, options: dict[str, Any], settings: list[str]) -> dict[tuple[str, str], Any]:
    """The values that the command line gives to inputs of nodes."""
    values: dict[tuple[str, str], Any] = {}
    for option in workflow.parameters.values():
        text = options.get(f"graph:{option.name}")
        if text is not None:
            entry = _input_spec(workflow, option.node, option.socket)
            values[option.node, option.socket] = _from_text(text, entry, f"--{option.name}")
    for setting in settings:
        place, equals, text = setting.partition("=")
        node, dot, socket = place.rpartition(".")
        if not equals or not dot:
            raise UsageError(f"--set {setting} is not of the form node.input=value", "try: --set save.name=result")
        values[node, socket] = _from_text(text, _input_spec(workflow, node, socket), f"--set {place}")
    return values


def _from_text(text: str, entry: InputSpec | None, option: str) -> Any:
    """A command line's word as the value that the input takes; ``entry`` None (no such input) is told by the check."""
    if entry is None:
        return text
    if isinstance(entry.hint, graph.File):
        # What a person types is meant from the folder he is in; what a file says, from where the file lies.
        return str(Path(text).expanduser().absolute()) if text and Path(text).expanduser().exists() else text
    readers: dict[str, Callable[[str], Any]] = {"integer": int, "number": float, "switch": _truth}
    if entry.type.name.startswith("list") or entry.type.read is not None:
        readers[entry.type.name] = json.loads
    try:
        return readers.get(entry.type.name, str)(text)
    except ValueError as error:
        raise UsageError(f"{option}: '{text:.80}' is no {entry.type.name}", "change it") from error


def _truth(text: str) -> bool:
    table = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
    if text.lower() not in table:
        raise ValueError(text)
    return table[text.lower()]


def _print_result(result: graph.Result, terminal: Terminal, as_json: bool, seconds: float) -> None:
    shown = {
        f"{node}.{output}": value if isinstance(value, str | int | float | bool) else None
        for node, values in result.values.items()
        for output, value in values.items()
    }
    if as_json:
        written = [str(path) for path in terminal.written]
        print(
            json.dumps(
                {
                    "ok": True,
                    "written": written,
                    "said": terminal.said,
                    "values": shown,
                    "dropped": _rows(terminal.dropped),
                    "ran": terminal.ran,
                    "seconds": round(seconds, 3),
                }
            )
        )
        return
    for path in terminal.written:
        print(path)
    if not terminal.written:
        for place, value in shown.items():
            print(f"{place}: {value}" if value is not None else f"{place}: made, but no node writes it; add image.save")
    for row in _rows(terminal.dropped[:REPORTED]):
        which = "it" if row["item"] is None else f"item {row['item'] + 1}"
        print(
            f"{row['node']}: {which} {'failed' if row['failed'] else 'was dropped'}: {row['reason']}", file=sys.stderr
        )
    if len(terminal.dropped) > REPORTED:
        print(f"… {len(terminal.dropped)} items were dropped in all; --json lists them", file=sys.stderr)
    print(f"{result.ran} nodes in {seconds:.1f} s", file=sys.stderr)


def _rows(dropped: Sequence[graph.Dropped]) -> list[dict[str, Any]]:
    """What went no further, in the order of the items."""
    ordered = sorted(dropped, key=lambda event: -1 if event.item is None else event.item)
    rows = [{"node": e.node, "item": e.item, "reason": e.reason, "failed": e.failed} for e in ordered]
    return [{**row, **({"key": e.key} if e.key else {})} for row, e in zip(rows, ordered, strict=True)]


def _serve(given: argparse.Namespace, rest: list[str]) -> int:
    gc.disable()  # until it listens: nothing of what is imported is garbage, and looking for some takes a tenth of the start
    from cli_serve import serve

    return serve(rest)


# --- check, nodes, test ------------------------------------------------------------------------------------------------


def _check(given: argparse.Namespace, rest: list[str]) -> int:
    from nodes.models import Shelf

    _import_nodes()
    wrong = False
    with closing(Shelf(Settings.from_environment())) as shelf:
        for path in given.files:
            try:
                found: Sequence[Any] = graph.Runner(graph.registry, shelf).problems(read_workflow(path))
            except graph.BadFile as error:
                found = [error]
            wrong = wrong or bool(found)
            print(f"{path}: {'in order' if not found else f'{len(found)} to mend'}")
            for problem in found:
                print(f"  {problem}")
    return 2 if wrong else 0


def _nodes(given: argparse.Namespace, rest: list[str]) -> int:
    _import_nodes()
    if given.node and given.node not in graph.registry:
        raise UsageError(
            f"there is no node '{given.node}'",
            graph.did_you_mean(given.node, graph.registry, "'graft nodes' lists them"),
        )
    chosen = [graph.registry[given.node]] if given.node else sorted(graph.registry.values(), key=lambda spec: spec.id)
    if given.json:
        print(json.dumps([graph.schema(spec) for spec in chosen], indent=1))
    elif given.node:
        print(graph.page(chosen[0]))
    else:
        width = max(len(spec.id) for spec in chosen)
        print("\n".join(f"{spec.id:{width}}  {spec.summary}" for spec in chosen))
    return 0


def _packs(given: argparse.Namespace, rest: list[str]) -> int:
    import nodes  # noqa: F401 - a pack must not take the name of a node that ships
    from nodes.packs import Packs

    packs = Packs(Settings.from_environment())
    if given.switch and not given.name:
        raise UsageError("no pack was named", f"try: ./graft packs {given.switch} NAME")
    found = [packs.turn(given.name, given.switch == "on", follow=given.follow)] if given.switch else packs.refresh()
    for pack in found:
        detail = ", ".join(pack.nodes) or pack.error or (CHANGED if pack.state == "changed" else "")
        print(f"{pack.name}: {pack.state}{f': {detail}' if detail else ''}")
    if not found:
        print(f"there are no packs in {packs.folder}")
    return 0


def _test(given: argparse.Namespace, rest: list[str]) -> int:
    """Tests use models of their own making, so one thread each is enough and two tests do not fight for the cores."""
    os.chdir(Path(__file__).resolve().parent)
    sys.stdout.flush()
    workers = [] if any(word.startswith("-n") for word in rest) else ["-n", "auto"]
    os.execve(sys.executable, [sys.executable, "-m", "pytest", *workers, *rest], {"OMP_NUM_THREADS": "1", **os.environ})


if __name__ == "__main__":
    sys.exit(main())
