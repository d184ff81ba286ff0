"""Counts from inside every Python process that has this folder on its path: imports of torch, executed code of pages.

Each is a line in the file that ``PROBE_LOG`` names: ``import torch``, ``run docs/en/page.md`` or ``run doctest``. Ours
are started by ``python -m``; an import in a process that a block has started is ``import torch, for a block``.
An audit hook sees the real import and the real ``exec``, whatever the engine says of itself.
"""

import os
import sys
from types import CodeType

if "PROBE_LOG" in os.environ:
    # Opened once: inside a block the sandbox would refuse to open it, and forked children inherit the descriptor.
    _LOG = os.open(os.environ["PROBE_LOG"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def _note(event: str, arguments: tuple[object, ...]) -> None:
        if event == "import" and arguments[0] == "torch":
            os.write(_LOG, b"import torch\n" if "-m" in sys.orig_argv[:-1] else b"import torch, for a block\n")
        elif event == "exec" and isinstance(arguments[0], CodeType):
            name = arguments[0].co_filename
            if name.endswith(".md"):
                os.write(_LOG, f"run {name}\n".encode())
            elif name.startswith("<doctest block-"):
                os.write(_LOG, b"run doctest\n")

    sys.addaudithook(_note)
