"""What a first visit costs, what Lighthouse thinks of it, and whether the HTML is valid."""

import gzip
import http.server
import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from chromium import FLAGS, program
from engine import ROOT
from engine.math import node

HERE = Path(__file__).parent
MODULES = ROOT / "node_modules"
CHAPTERS = ["/en/", "/en/training/critical-points/", "/zh/deep/curves-to-networks/"]
PERFORMANCE = 0.95  # what the best run of a page has to reach
RUNS = 7
FIRST_VISIT = 250 * 1024  # bytes, compressed, all told


class Compressing(http.server.SimpleHTTPRequestHandler):
    """Serves files as a host of static pages does: compressed, and kept by the browser."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        if path.is_dir() and self.path.partition("?")[0].endswith("/"):
            path /= "index.html"
        if not path.is_file():
            self.send_error(404)
            return
        content, kind = path.read_bytes(), self.guess_type(path)
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8" if kind.startswith("text/") else kind)
        if kind.startswith("text/") or path.suffix in (".mjs", ".json", ".svg", ".xml"):
            content = gzip.compress(content)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "max-age=600")
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture(scope="module")
def compressed(address: str, site: Path, serve: Callable[..., AbstractContextManager[str]]) -> Iterator[str]:
    with serve(site, Compressing) as where:
        yield where


def lighthouse(url: str, report: Path) -> dict[str, Any]:
    command = [node(), str(HERE / "lighthouse.mjs"), program(), " ".join(FLAGS), url, str(report)]
    subprocess.run(command, check=True, timeout=180)
    return dict(json.loads(report.read_text(encoding="utf-8")))


def failing(result: dict[str, Any], category: str) -> list[str]:
    audits = [result["audits"][part["id"]] for part in result["categories"][category]["auditRefs"] if part["weight"]]
    return [
        f"{audit['id']}: {audit['title']} {json.dumps(audit.get('details', {}).get('items', []))[:500]}"
        for audit in audits if audit["score"] is not None and audit["score"] < 1
    ]  # fmt: skip


@pytest.mark.alone
@pytest.mark.parametrize("path", CHAPTERS)
def test_lighthouse_finds_a_fast_accessible_page(compressed: str, tmp_path: Path, path: str) -> None:
    # Its clock runs on a machine that may be busy, which can only make a page look slower than it is: on two cores
    # these pages have 0.94 to 0.97, beside much other work 0.87 to 0.94. So the best of several runs counts, until one
    # is good; what does not depend on the clock is held in every run.
    best = 0.0
    for attempt in range(RUNS):
        result = lighthouse(compressed + path, tmp_path / f"{attempt}.json")
        for category in ("accessibility", "best-practices", "seo"):
            assert failing(result, category) == []
        requests = result["audits"]["network-requests"]["details"]["items"]
        loaded = sum(request["transferSize"] for request in requests)
        assert loaded <= FIRST_VISIT, [(request["url"], request["transferSize"]) for request in requests]
        best = max(best, result["categories"]["performance"]["score"])
        print(f"{path}: performance {result['categories']['performance']['score']}, {loaded / 1024:.0f} KiB")
        if best >= PERFORMANCE:
            return
    raise AssertionError(f"{path}: performance {best} at best of {RUNS} runs, wanted {PERFORMANCE}")


def test_html_is_valid(address: str, site: Path) -> None:
    files = [str(path) for path in sorted(site.rglob("*.html"))]
    # Its one exception: Material writes autocomplete="off" on checkboxes, so that Firefox forgets their state.
    config = ROOT / "tests" / "site" / "htmlvalidate.json"
    command = [node(), str(MODULES / "html-validate" / "bin" / "html-validate.mjs"), "--config", str(config)]
    done = subprocess.run([*command, "--formatter=text", *files], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
