"""Which earlier lines of its page a block needs, so that a copied block runs alone.

A block needs an earlier one if that one binds a name it uses, or changes an object it uses. Changing is read off
the source: an assignment to an attribute or an item, ``+=``, and a call written for its effect
(``optimizer.step()``), which may change whatever the object was built from (``optimizer`` was built from
``model.parameters()``). Where only imports are needed, only those lines are taken.
"""

from __future__ import annotations

import ast
import builtins
import doctest
from collections.abc import Iterable
from dataclasses import dataclass, field

from engine.errors import PageError
from engine.page import Block, Page

_BUILTINS = frozenset(dir(builtins)) | {"__name__", "__file__"}
_HARMLESS = frozenset({"print", "len", "repr", "check", "isinstance", "type", "id"})
_DRAWING = "plt"  # pyplot draws its arguments and leaves them as they are


@dataclass(frozen=True)
class Piece:
    """Lines ``first`` … ``last`` (from 1) of a block's code."""

    block: int
    first: int
    last: int


@dataclass
class _Names:
    """What a stretch of code does with names."""

    uses: set[str] = field(default_factory=set)
    binds: set[str] = field(default_factory=set)
    imports: dict[str, tuple[int, int]] = field(default_factory=dict)
    definitions: set[str] = field(default_factory=set)
    changes: set[str] = field(default_factory=set)
    built_from: dict[str, set[str]] = field(default_factory=dict)


def code_of(block: Block) -> str:
    """The block as plain Python: a doctest without prompts and outputs."""
    if not block.fence.is_doctest:
        return block.source.rstrip("\n")
    examples = doctest.DocTestParser().get_examples(block.source)
    return "".join(example.source for example in examples).rstrip("\n")


def _root(node: ast.expr) -> str | None:
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call | ast.Starred):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None


def _loads(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}


def _walked_together(target: ast.expr, iterable: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    """Which part of a loop's target comes from what: in ``for a, b in zip(x, y)`` b comes from y only.

    And so in ``for a, b in ((x1, y1), (x2, y2))``.
    """
    if not isinstance(target, ast.Tuple):
        return [(target, iterable)]
    if isinstance(iterable, ast.Tuple | ast.List):
        rows = [row.elts for row in iterable.elts if isinstance(row, ast.Tuple) and len(row.elts) == len(target.elts)]
        if len(rows) == len(iterable.elts):
            return [(part, ast.Tuple([row[place] for row in rows])) for place, part in enumerate(target.elts)]
    if isinstance(iterable, ast.Call) and isinstance(iterable.func, ast.Name):
        if iterable.func.id == "zip" and len(target.elts) == len(iterable.args):
            return [pair for both in zip(target.elts, iterable.args, strict=True) for pair in _walked_together(*both)]
        if iterable.func.id == "enumerate" and len(target.elts) == 2:
            return [(target.elts[0], iterable.func), *_walked_together(target.elts[1], iterable.args[0])]
    return [(target, iterable)]


def _local_names(function: ast.AST) -> set[str]:
    bound: set[str] = set()
    outer: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound.add(node.id)
        elif isinstance(node, ast.Global | ast.Nonlocal):
            outer |= set(node.names)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            bound.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            bound |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        elif isinstance(node, ast.FunctionDef | ast.ClassDef) and node is not function:
            bound.add(node.name)
    return bound - outer


class _Reader(ast.NodeVisitor):
    """Reads statements in order; a name used before this block binds it comes from an earlier block."""

    def __init__(self) -> None:
        self.names = _Names()

    def _use(self, names: Iterable[str]) -> None:
        self.names.uses |= set(names) - self.names.binds - _BUILTINS

    def _bind(self, *names: str) -> None:
        self.names.binds |= set(names)

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            name = (alias.asname or alias.name).split(".")[0]
            self.names.imports[name] = (node.lineno, node.end_lineno or node.lineno)
            self._bind(name)

    visit_ImportFrom = visit_Import

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> None:
        outside: list[ast.AST] = [*node.args.defaults, *(d for d in node.args.kw_defaults if d)]
        for argument in [*node.args.args, *node.args.kwonlyargs, *node.args.posonlyargs]:
            outside += [argument.annotation] if argument.annotation else []
        if not isinstance(node, ast.Lambda):
            outside += [*node.decorator_list, *([node.returns] if node.returns else [])]
        for part in outside:
            self._use(_loads(part))
        body = _loads(node) - _local_names(node)
        if isinstance(node, ast.Lambda):
            self._use(body)
        else:
            self._use(body - {node.name})
            self._bind(node.name)
            self.names.definitions.add(node.name)

    visit_AsyncFunctionDef = visit_FunctionDef
    visit_Lambda = visit_FunctionDef

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._use(_loads(node) - _local_names(node) - {node.name})
        self._bind(node.name)
        self.names.definitions.add(node.name)

    def _comprehension(self, node: ast.AST) -> None:
        bound = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        bound |= {n.arg for n in ast.walk(node) if isinstance(n, ast.arg)}
        self._use(_loads(node) - bound)

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self._use([node.id])
        else:
            self._bind(node.id)

    def _target(self, target: ast.expr, sources: set[str]) -> None:
        for node in ast.walk(target):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                self._bind(node.id)
                self.names.built_from.setdefault(node.id, set()).update(sources)
            elif isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
                root = _root(node)
                self._use(_loads(node))
                if root:
                    self.names.changes.add(root)

    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        for target in node.targets:
            self._target(target, _loads(node.value))

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value:
            self.visit(node.value)
            self._target(node.target, _loads(node.value))

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.visit(node.value)
        root = _root(node.target)
        if root:
            self._use([root])
            self._use(_loads(node.target))
            self.names.changes.add(root)

    def visit_For(self, node: ast.For) -> None:
        self.visit(node.iter)
        for target, source in _walked_together(node.target, node.iter):
            self._target(target, _loads(source))
        for statement in [*node.body, *node.orelse]:
            self.visit(statement)

    def visit_With(self, node: ast.With) -> None:
        for item in node.items:
            self.visit(item.context_expr)
            if item.optional_vars:
                self._target(item.optional_vars, _loads(item.context_expr))
        for statement in node.body:
            self.visit(statement)

    def _draws(self, name: str) -> bool:
        """Whether a name stands for what pyplot gave: a figure, axes, one of several axes in a loop."""
        reached, waiting = set[str](), [name]
        while waiting:
            sources = self.names.built_from.get(waiting.pop(), set()) - reached
            reached |= sources
            waiting += sources
        return _DRAWING in reached

    def visit_Expr(self, node: ast.Expr) -> None:
        self.visit(node.value)
        call = node.value
        if isinstance(call, ast.Call):
            root = _root(call.func)
            if (isinstance(call.func, ast.Name) and root in _HARMLESS) or root == _DRAWING:
                return
            if root and self._draws(root):
                self.names.changes.add(root)
                return
            touched = {root} if isinstance(call.func, ast.Attribute) and root else set()
            arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
            # The result of a call is a new object: loss(w) passed on does not change loss.
            handed = [argument for argument in arguments if not isinstance(argument, ast.Call)]
            touched |= {name for name in map(_root, handed) if name}
            self.names.changes |= touched


def read_names(code: str) -> _Names:
    """What a block's code uses from before, binds, imports and changes."""
    reader = _Reader()
    for statement in ast.parse(code).body:
        reader.visit(statement)
    return reader.names


def _changed(names: _Names, fixed: set[str], history: dict[str, set[str]]) -> set[str]:
    """Names whose objects a block may change, through what they were built from; modules and functions stay fixed."""
    reached: set[str] = set()
    waiting = [name for name in names.changes if name not in fixed]
    while waiting:
        name = waiting.pop()
        if name in reached or name in fixed:
            continue
        reached.add(name)
        waiting += [*history.get(name, ()), *names.built_from.get(name, ())]
    return reached


def needs_of(page: Page) -> dict[int, list[Piece]]:
    """Block number -> the earlier pieces its copied script begins with, in the page's order.

    Raises:
        PageError: a block that is not Python, or needs a name that only a raising or skipped block binds.
    """
    read: dict[int, _Names] = {}
    code: dict[int, str] = {}
    for block in page.blocks:
        code[block.number] = code_of(block)
        try:
            read[block.number] = read_names(code[block.number])
        except SyntaxError as error:
            if block.settings.get("raises") == "SyntaxError":
                read[block.number] = _Names()
                continue
            line = block.fence.line + (error.lineno or 0)
            raise PageError(
                page.path, line, f"block {block.number}: SyntaxError: {error.msg}", error.text or ""
            ) from error
    found: dict[int, list[Piece]] = {}
    blocks = {block.number: block for block in page.blocks}
    for number in blocks:
        wanted = set(read[number].uses)
        pieces: list[Piece] = []
        for earlier in range(number - 1, 0, -1):
            names = read[earlier]
            if blocks[earlier].is_solution or not wanted:
                continue
            fixed = {name for n in range(1, earlier + 1) for name in read[n].imports.keys() | read[n].definitions}
            history: dict[str, set[str]] = {}
            for n in range(1, earlier + 1):
                for name, sources in read[n].built_from.items():
                    history.setdefault(name, set()).update(sources)
            binds = (names.binds - names.imports.keys()) & wanted
            changes = _changed(names, fixed, history) & wanted
            if binds or changes:
                settings = blocks[earlier].settings
                if binds and ("raises" in settings or "skip" in settings):
                    raise PageError(
                        page.path, blocks[number].fence.line,
                        f"block {number} needs {sorted(binds)} from block {earlier}, which raises or is skipped",
                    )  # fmt: skip
                if "raises" in settings or "skip" in settings:
                    continue
                pieces.append(Piece(earlier, 1, code[earlier].count("\n") + 1))
                wanted = (wanted - names.binds) | names.uses
            else:
                lines = sorted({names.imports[name] for name in wanted & names.imports.keys()}, reverse=True)
                pieces += [Piece(earlier, first, last) for first, last in lines]
                wanted -= names.imports.keys()
        found[number] = pieces[::-1]
    return found


def scripts_of(page: Page) -> dict[int, str]:
    """Block number -> the complete script that the copy button copies."""
    code = {block.number: code_of(block) for block in page.blocks}
    scripts = {}
    for number, pieces in needs_of(page).items():
        parts: list[str] = []
        previous: int | None = None
        for piece in pieces:
            lines = "\n".join(code[piece.block].split("\n")[piece.first - 1 : piece.last])
            if piece.block == previous:
                parts[-1] += "\n" + lines
            else:
                parts.append(lines)
            previous = piece.block
        scripts[number] = "\n\n".join([*parts, code[number]]) + "\n"
    return scripts
