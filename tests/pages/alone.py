"""Runs copied scripts, each as if alone: in a process that has imported what takes long, and executed its lines only.

Scripts of a page begin alike. What several begin with is executed once, in a process that then forks: each child goes
on with the lines of one of them. So a process has always executed exactly the lines of its script, in their order, and
a page costs little more than its blocks. Where a fork would not give what a fresh start gives (the lines so far have
left files, threads or processes), the scripts are run one by one, each from its first line.
"""

import ast
import contextlib
import importlib
import io
import multiprocessing as mp
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback
import warnings
from collections.abc import Iterable, Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

import torch
from engine.runner import preload
from engine.sandbox import PATIENCE, confined

# Loaded here, once, so that not every process loads them; names in scripts are bound by the scripts alone.
LOADED = ("matplotlib.pyplot", "sklearn.datasets", "sklearn.linear_model", "vega_datasets")
_FORK = mp.get_context("fork")


class Outcome(NamedTuple):
    """What became of a script: the kind of its error and the traceback (empty: it ran to its end), what it printed."""

    error: str
    printed: str


class _Statement(NamedTuple):
    same_as: str  # equal in statements that do the same
    code: ast.Module | str


_Statements = list[_Statement]


class _Runner:
    """In the process that runs them: executes scripts, forks where they part, and sends each outcome to ``out``."""

    def __init__(self, out: Connection, seconds: float) -> None:
        self.out, self.seconds = out, seconds
        self.began = time.process_time()
        self.namespace: dict[str, Any] = {"__name__": "__main__"}
        self.printed = io.StringIO()

    def execute(self, statement: _Statement) -> str:
        try:
            exec(compile(statement.code, "copied.py", "exec"), self.namespace)
        except BaseException as error:
            return f"{type(error).__name__}\n{traceback.format_exc()}"
        return ""

    def run(self, scripts: Mapping[int, _Statements], place: int) -> None:
        """Go on with ``scripts``, all of whose statements before ``place`` are the same and have been executed."""
        while scripts:
            ended = [number for number, statements in scripts.items() if len(statements) == place]
            for number in ended:
                self.out.send((number, Outcome("", self.printed.getvalue())))
            scripts = {number: statements for number, statements in scripts.items() if number not in ended}
            branches: dict[str, dict[int, _Statements]] = {}
            for number, statements in scripts.items():
                branches.setdefault(statements[place].same_as, {})[number] = statements
            if len(branches) > 1:
                self.part(branches.values(), place)
                return
            for branch in branches.values():
                error = self.execute(next(iter(branch.values()))[place])
                if error:
                    for number in branch:
                        self.out.send((number, Outcome(error, self.printed.getvalue())))
                    return
            place += 1

    def part(self, branches: Iterable[Mapping[int, _Statements]], place: int) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)  # this process only waits from here on; its children have limits
        threads = threading.active_count() > 1 or torch.get_num_threads() > 1
        alike = not (os.listdir() or threads or mp.active_children())
        for scripts in branches:
            if alike:
                left = self.seconds - (time.process_time() - self.began)
                _in_a_fork(self.child, (scripts, place, left, random.getstate()))
            else:
                for number in scripts:
                    self.out.send((number, None))  # to be run from its first line

    def child(self, scripts: Mapping[int, _Statements], place: int, seconds: float, state: tuple[Any, ...]) -> None:
        random.setstate(state)  # Python seeds a fork anew
        self.seconds, self.began = max(seconds, 0.1), time.process_time()
        # a folder in the folder of the process that forked, and so on: one letter, as workers open sockets there, whose
        # paths may have no more than 107 characters
        with _a_place_of_its_own(self.seconds, "t"):
            self.run(scripts, place)


@contextlib.contextmanager
def _a_place_of_its_own(seconds: float, name: str | None = None) -> Any:
    with tempfile.TemporaryDirectory() if name is None else _folder_named(name) as folder:
        os.chdir(folder)
        os.environ["TORCHINDUCTOR_CACHE_DIR"] = f"{folder}/compiled"  # torch keeps it where it once began
        with confined(Path(folder), seconds):
            yield


@contextlib.contextmanager
def _folder_named(name: str) -> Any:
    shutil.rmtree(name, ignore_errors=True)  # of a child that was killed
    folder = Path(name).absolute()
    folder.mkdir()
    try:
        yield str(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _in_a_fork(action: Any, arguments: tuple[Any, ...]) -> None:
    def act() -> None:
        try:
            action(*arguments)
        finally:
            os._exit(0)  # nothing of the parent's is the child's to end

    process = _FORK.Process(target=act)
    process.start()
    process.join()


def _start(scripts: Mapping[int, _Statements], seconds: float, out: Connection) -> None:
    os.environ["MPLBACKEND"] = "Agg"
    runner = _Runner(out, seconds)
    warnings.simplefilter("error")  # it would surprise whoever copied the script
    warnings.filterwarnings("ignore", message=r"Glyph .* missing from")  # our fonts lack it, readers' do not
    with _a_place_of_its_own(seconds), contextlib.redirect_stdout(runner.printed):
        runner.run(scripts, 0)


def _statements_of(script: str) -> _Statements:
    try:
        body = ast.parse(script).body
    except SyntaxError:
        return [_Statement(script, script)]  # raises it when it runs, as a page may want
    return [_Statement(ast.dump(statement), ast.Module([statement], [])) for statement in body]


def _outcomes(scripts: Mapping[int, _Statements], seconds: float) -> dict[int, Outcome | None]:
    inbox, outbox = _FORK.Pipe(duplex=False)
    process = _FORK.Process(target=_start, args=(scripts, seconds, outbox))
    process.start()
    outbox.close()
    found: dict[int, Outcome | None] = {}
    with contextlib.suppress(EOFError):
        while len(found) < len(scripts):
            if not inbox.poll(PATIENCE * seconds + 10):
                break
            number, outcome = inbox.recv()
            found[number] = outcome
    process.kill()
    process.join()
    inbox.close()
    return {number: found.get(number, Outcome("no answer", "")) for number in scripts}


def outcomes_of(scripts: Mapping[int, str], seconds: float) -> dict[int, Outcome]:
    """Run each script as a reader runs the file that holds it.

    Args:
        scripts: by the number of the block that was copied.
        seconds: of processor time that a script may take.
    """
    preload()
    for name in LOADED:
        importlib.import_module(name)
    parsed = {number: _statements_of(script) for number, script in scripts.items()}
    found = _outcomes(parsed, seconds)
    for number, outcome in found.items():
        if outcome is None:
            found |= _outcomes({number: parsed[number]}, seconds)
    return {number: outcome for number, outcome in found.items() if outcome is not None}


def taken_for_granted(script: str) -> set[str]:
    """Modules that a script reaches as attributes without importing them: here they are loaded, elsewhere perhaps not.

    Only ``import matplotlib`` and then ``matplotlib.pyplot`` can do that; of torch, readers load as much as we do.
    """
    with contextlib.suppress(SyntaxError):
        nodes = list(ast.walk(ast.parse(script)))
        imported = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
        bare = {name.partition(".")[0] for name in LOADED} & imported
        attributes = [node for node in nodes if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)]
        reached = {ast.unparse(node) for node in attributes if ast.unparse(node.value) in bare}
        return {name for name in reached - imported if name in sys.modules}
    return set()
