"""What must hold in a folder of built pages: each function lists what does not hold."""

from pathlib import Path
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup

# Everything that a browser loads by itself; a plain link <a href> may lead anywhere.
SOURCES = (
    "script[src], img[src], iframe[src], embed[src], video[src], video[poster], audio[src], source[src], "
    "img[srcset], source[srcset], track[src], input[src], object[data], image[href], use[href]"
)
LINKS = "link[rel~=stylesheet], link[rel~=icon], link[rel~=preconnect], link[rel~=preload], link[rel~=modulepreload]"


def soups(site: Path) -> dict[Path, BeautifulSoup]:
    """Every page, read as HTML."""
    return {
        file: BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser") for file in sorted(site.rglob("*.html"))
    }


def foreign_sources(site: Path, address: str) -> list[str]:
    """What pages load from another host than ``address``."""
    found = []
    for file, soup in soups(site).items():
        loaded = [(tag, str(tag[name])) for tag in soup.select(SOURCES)
                  for name in ("src", "poster", "data", "href") if tag.get(name)]  # fmt: skip
        loaded += [(tag, place.split()[0]) for tag in soup.select("[srcset]")
                   for place in str(tag["srcset"]).split(",") if place.strip()]  # fmt: skip
        loaded += [(tag, str(tag.get("href"))) for tag in soup.select(LINKS)]
        for tag, source in loaded:
            target = urlsplit(urljoin(address, source))
            if target.scheme != "data" and target.netloc != urlsplit(address).netloc:
                found.append(f"{file}: <{tag.name}> loads {source}")
    return found


def broken_links(site: Path, address: str) -> list[str]:
    """Links within the site that lead to no file, or name a place that the page has not."""
    pages = soups(site)
    ids = {file: {tag["id"] for tag in soup.select("[id]")} for file, soup in pages.items()}
    found = []
    for file, soup in pages.items():
        if file.name == "404.html":
            continue
        base = f"{address}/{file.parent.relative_to(site).as_posix()}/"
        for link in soup.select("a[href]"):
            target = urlsplit(urljoin(base, str(link["href"])))
            if target.netloc != urlsplit(address).netloc:
                continue
            there = site / target.path.lstrip("/")
            there = there / "index.html" if there.is_dir() else there
            if not there.exists():
                found.append(f"{file}: {link['href']} leads nowhere")
            elif target.fragment and there in ids and target.fragment not in ids[there]:
                found.append(f"{file}: {link['href']} names no place")
    return found
