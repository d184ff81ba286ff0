"""What must hold in a folder of built pages: each function lists what does not hold."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup

# Everything that a browser loads by itself; a plain link <a href> may lead anywhere.
SOURCES = (
    "script[src], img[src], iframe[src], embed[src], video[src], video[poster], audio[src], source[src], "
    "img[srcset], source[srcset], track[src], input[src], object[data], image[href], use[href]"
)
LINKS = "link[rel~=stylesheet], link[rel~=icon], link[rel~=preconnect], link[rel~=preload], link[rel~=modulepreload]"


@dataclass(frozen=True)
class Facts:
    """What the tests want to know of a page."""

    loads: tuple[tuple[str, str], ...]  # name of the tag, address
    links: tuple[str, ...]
    ids: tuple[str, ...]
    undescribed: tuple[str, ...]  # figures without an alternative text or a caption
    has_blocks: bool
    verified: str
    says_when: bool  # it changed
    leads_on: bool  # to the next page, and headings to themselves


@cache
def _facts(file: Path, _: int) -> Facts:
    soup = BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")
    loads = [(tag.name, str(tag[name])) for tag in soup.select(SOURCES)
             for name in ("src", "poster", "data", "href") if tag.get(name)]  # fmt: skip
    loads += [(tag.name, place.split()[0]) for tag in soup.select("[srcset]")
              for place in str(tag["srcset"]).split(",") if place.strip()]  # fmt: skip
    loads += [(tag.name, str(tag.get("href"))) for tag in soup.select(LINKS)]
    whole = ("[role=img][aria-label]", "figcaption")
    undescribed = [str(figure.get("id")) for figure in soup.select("figure.figure")
                   if not all(figure.select_one(part) for part in whole)]  # fmt: skip
    verified = soup.select_one(".verified")
    return Facts(
        loads=tuple(loads),
        links=tuple(str(link["href"]) for link in soup.select("a[href]")),
        ids=tuple(str(tag["id"]) for tag in soup.select("[id]")),
        undescribed=tuple(undescribed),
        has_blocks=soup.select_one(".course-block") is not None,
        verified=verified.get_text() if verified else "",
        says_when=soup.select_one(".md-source-file__fact") is not None,
        leads_on=bool(soup.select_one(".md-footer__link") and soup.select_one(".headerlink")),
    )


def facts(file: Path) -> Facts:
    """Read a page; the same page is read once."""
    return _facts(file, file.stat().st_mtime_ns)


def html_files(site: Path) -> list[Path]:
    return sorted(site.rglob("*.html"))


def foreign_sources(site: Path, address: str) -> list[str]:
    """What pages load from another host than ``address``."""
    found = []
    for file in html_files(site):
        for tag, source in facts(file).loads:
            target = urlsplit(urljoin(address, source))
            if target.scheme != "data" and target.netloc != urlsplit(address).netloc:
                found.append(f"{file}: <{tag}> loads {source}")
    return found


def broken_links(site: Path, address: str) -> list[str]:
    """Links within the site that lead to no file, or name a place that the page has not."""
    ids = {file: set(facts(file).ids) for file in html_files(site)}
    found = []
    for file in ids:
        if file.name == "404.html":
            continue
        base = f"{address}/{file.parent.relative_to(site).as_posix()}/"
        for link in facts(file).links:
            target = urlsplit(urljoin(base, link))
            if target.netloc != urlsplit(address).netloc:
                continue
            there = site / target.path.lstrip("/")
            there = there / "index.html" if there.is_dir() else there
            if not there.exists():
                found.append(f"{file}: {link} leads nowhere")
            elif target.fragment and there in ids and target.fragment not in ids[there]:
                found.append(f"{file}: {link} names no place")
    return found
