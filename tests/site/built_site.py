"""What must hold in a folder of built pages: each function lists what does not hold."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

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


def parsed(file: Path) -> LexborHTMLParser:
    return LexborHTMLParser(file.read_text(encoding="utf-8"))


def value(tag: LexborNode, name: str) -> str:
    """An attribute; empty where there is none."""
    return tag.attributes.get(name) or ""


@cache
def _facts(file: Path, _: int) -> Facts:
    page = parsed(file)
    loads = [(tag.tag or "", value(tag, name)) for tag in page.css(SOURCES)
             for name in ("src", "poster", "data", "href") if value(tag, name)]  # fmt: skip
    loads += [(tag.tag or "", place.split()[0]) for tag in page.css("[srcset]")
              for place in value(tag, "srcset").split(",") if place.strip()]  # fmt: skip
    loads += [(tag.tag or "", value(tag, "href")) for tag in page.css(LINKS)]
    whole = ("[role=img][aria-label]", "figcaption")
    undescribed = [value(figure, "id") for figure in page.css("figure.figure")
                   if not all(figure.css_first(part) for part in whole)]  # fmt: skip
    verified = page.css_first(".verified")
    return Facts(
        loads=tuple(loads),
        links=tuple(value(link, "href") for link in page.css("a[href]")),
        ids=tuple(value(tag, "id") for tag in page.css("[id]")),
        undescribed=tuple(undescribed),
        has_blocks=page.css_first(".course-block") is not None,
        verified=verified.text() if verified else "",
        says_when=page.css_first(".md-source-file__fact") is not None,
        leads_on=bool(page.css_first(".md-footer__link") and page.css_first(".headerlink")),
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
