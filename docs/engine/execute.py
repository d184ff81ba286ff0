"""Runs a page's blocks, one after the other, in one namespace."""

from __future__ import annotations

import ast
import doctest
import io
import os
import random
import sys
import tempfile
import traceback
import types
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from sybil.evaluators.doctest import DocTestRunner

from engine.errors import PageError
from engine.figures import STYLE, svg_of
from engine.page import Block, Page
from engine.sandbox import BlockTimeout, confined, forget_used

SEED = 20261124
DOCTEST_OPTIONS = {"ELLIPSIS", "NORMALIZE_WHITESPACE"}


@dataclass
class Result:
    """What a block did: the fields are what the page shows under it."""

    stdout: str = ""
    value: str = ""
    error: str = ""
    svg: str = ""
    doctest_outputs: list[str] | None = None
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class _RecordingRunner(DocTestRunner):
    """Keeps what each example really gave."""

    def __init__(self) -> None:
        super().__init__(optionflags=0)
        self.outputs: list[str] = []

    def report_success(self, out: Any, test: Any, example: Any, got: str) -> None:
        self.outputs.append(got)

    def report_failure(self, out: Any, test: Any, example: Any, got: str) -> None:
        self.outputs.append(got)
        super().report_failure(out, test, example, got)

    def report_unexpected_exception(self, out: Any, test: Any, example: Any, exc_info: Any) -> None:
        if issubclass(exc_info[0], BlockTimeout):
            raise exc_info[1]
        message = "".join(traceback.format_exception_only(*exc_info[:2]))
        self.outputs.append(f"Traceback (most recent call last):\n    ...\n{message}")
        super().report_unexpected_exception(out, test, example, exc_info)


def _short_traceback(error: BaseException) -> str:
    """The traceback from the page's own frame on."""
    frames = error.__traceback__
    while frames and "/engine/" in frames.tb_frame.f_code.co_filename:
        frames = frames.tb_next
    return "".join(traceback.format_exception(type(error), error, frames))


class Session:
    """A page's namespace and what stands around it while its blocks run. Made by `session`."""

    def __init__(self, page: Page, folder: Path, timeout: float | None = None) -> None:
        self.page, self.folder = page, folder
        self.timeout = page.timeout if timeout is None else timeout
        # A registered module, so that classes of the page can be pickled.
        self.module = types.ModuleType("page_" + page.slug.replace("/", "_").replace("-", "_"))
        self.namespace = vars(self.module)
        self._importable = ""

    def fail(self, block: Block, what: str, detail: str = "") -> PageError:
        shown = "\n".join("    " + line for line in block.source.rstrip().splitlines())
        return PageError(self.page.path, block.fence.line, f"block {block.number}: {what}", f"{shown}\n\n{detail}")

    def run(self, block: Block, *, check_outputs: bool = True) -> Result:
        """Execute one block.

        Raises:
            PageError: it failed, ran too long, did not raise what it declares, or drew what it does not declare.
        """
        import matplotlib.pyplot as plt

        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")  # a warning that the page does not show would surprise its reader
                # Chinese text is set in the reader's fonts, so a glyph missing in ours does not matter.
                warnings.filterwarnings("ignore", message=r"Glyph .* missing from")
                return self._run(block, check_outputs)
        finally:
            plt.close("all")

    def _run(self, block: Block, check_outputs: bool) -> Result:
        result = Result()
        out = io.StringIO()
        started = perf_counter()
        raised: BaseException | None = None
        try:
            with confined(self.folder, self.timeout), redirect_stdout(out), redirect_stderr(io.StringIO()):
                if block.fence.is_doctest:
                    self._run_doctest(block, result, check_outputs)
                else:
                    self._run_plain(block, result, out)
        except PageError:
            raise
        except KeyboardInterrupt:
            raise
        except BlockTimeout as error:
            raise self.fail(block, str(error)) from error
        except SystemExit as error:
            raise self.fail(block, f"called sys.exit({error.code!r}); a block must run to its end") from error
        except BaseException as error:
            raised = error
        result.seconds = perf_counter() - started
        result.stdout = out.getvalue()
        self._settle(block, result, raised)
        result.svg = self._figure(block)
        return result

    def _settle(self, block: Block, result: Result, raised: BaseException | None) -> None:
        expected = block.settings.get("raises")
        if raised is None:
            if expected:
                raise self.fail(block, f"should raise {expected}, and raised nothing")
            return
        if expected is None or type(raised).__name__ != expected:
            what = f"should raise {expected}" if expected else "failed"
            raise self.fail(block, f"{what}: {type(raised).__name__}", _short_traceback(raised)) from raised
        result.error = f"{expected}: {raised}".rstrip()

    def _run_plain(self, block: Block, result: Result, out: io.StringIO) -> None:
        file = str(self.page.path)
        tree = ast.parse(block.source, file)
        ast.increment_lineno(tree, block.fence.line)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        self._publish(tree)
        exec(compile(tree, file, "exec"), self.namespace)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), file, "eval"), self.namespace)
            if value is not None:
                shown = repr(value)
                printed = out.getvalue().rstrip().splitlines()
                if not printed or printed[-1] != shown:
                    result.value = shown

    def _publish(self, tree: ast.Module) -> None:
        """Write imports and definitions to a file that spawned worker processes can import."""
        kept = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
        self._importable += "".join(ast.unparse(node) + "\n" for node in tree.body if isinstance(node, kept))
        (self.folder / f"{self.module.__name__}.py").write_text(self._importable, encoding="utf-8")

    def _run_doctest(self, block: Block, result: Result, check_outputs: bool) -> None:
        examples = doctest.DocTestParser().get_examples(block.source, str(self.page.path))
        for example in examples:
            wrong = {
                name for flag in example.options
                for name, value in doctest.OPTIONFLAGS_BY_NAME.items() if value == flag
            } - DOCTEST_OPTIONS  # fmt: skip
            if wrong:
                raise self.fail(block, f"doctest option {sorted(wrong)} is not allowed; only {sorted(DOCTEST_OPTIONS)}")
        runner = _RecordingRunner()
        report: list[str] = []
        test = doctest.DocTest(examples, self.namespace, block.name, str(self.page.path), block.fence.line, None)
        runner.run(test, clear_globs=False, out=report.append)
        result.doctest_outputs = runner.outputs
        if report and check_outputs:
            raise self.fail(block, "the output is not what the page says", "".join(report))

    def _figure(self, block: Block) -> str:
        import matplotlib.pyplot as plt

        numbers, figure_id = plt.get_fignums(), block.settings.get("figure")
        if not numbers and not figure_id:
            return ""
        if not figure_id:
            raise self.fail(block, "drew a figure, but its settings give no figure id, alt and caption")
        if len(numbers) != 1:
            raise self.fail(block, f"should leave exactly one open figure ({figure_id}), left {len(numbers)}")
        return svg_of(plt.figure(numbers[0]), figure_id, block.settings["alt"])


@contextmanager
def session(page: Page, timeout: float | None = None) -> Iterator[Session]:
    """Set a page up, yield its `Session`, and leave the process as it was.

    Seeds, one thread, the Agg backend, a temporary folder, the page's language.
    """
    import matplotlib
    import numpy
    import torch

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    plt.close("all")  # a figure that somebody left open is not the page's
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="page-"))).resolve()
        states = random.getstate(), numpy.random.get_state(), torch.random.get_rng_state()
        threads, dtype = torch.get_num_threads(), torch.get_default_dtype()
        # torch.compile and torch.export keep files where they once did: without this, in an earlier page's folder
        wanted = {"COURSE_LANG": page.language, "TORCHINDUCTOR_CACHE_DIR": str(folder / "compiled")}
        before = Path.cwd(), {name: os.environ.get(name) for name in wanted}, plt.show
        stack.enter_context(matplotlib.rc_context(STYLE))
        running = Session(page, folder, timeout)
        forget_used()
        sys.modules[running.module.__name__] = running.module
        random.seed(SEED), numpy.random.seed(SEED), torch.manual_seed(SEED)
        torch.set_num_threads(1)
        os.chdir(folder)
        sys.path.insert(0, str(folder))
        os.environ.update(wanted)
        plt.show = lambda *args, **kwargs: None
        try:
            yield running
        finally:
            plt.close("all")
            plt.show = before[2]
            for name, value in before[1].items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value
            sys.path.remove(str(folder))
            sys.modules.pop(running.module.__name__, None)
            os.chdir(before[0])
            torch.set_num_threads(threads)
            torch.set_default_dtype(dtype)
            random.setstate(states[0])
            numpy.random.set_state(states[1])
            torch.random.set_rng_state(states[2])
