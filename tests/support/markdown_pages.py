"""The README and the pages below docs/, and the code that stands in them."""

import re
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "docs").glob("**/*.md"))]


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def blocks(page: Path, language: str) -> list[str]:
    """The page's fenced blocks in a language, those inside of lists and tabs too."""
    fence = rf"^( *)```{language}\b[^\n]*\n(.*?)^\1```"
    return [
        dedent(code) for _, code in re.findall(fence, page.read_text(), re.DOTALL | re.MULTILINE)
    ]


def python_of(page: Path) -> str:
    """All Python of a page, as one file: a block goes on where the last one ended."""
    return "\n".join(blocks(page, "python"))


def commands_of(page: Path) -> list[str]:
    """The lines of a page that call qdenseam in a shell."""
    lines = [line.strip() for block in blocks(page, "sh") for line in block.splitlines()]
    return [line for line in lines if line.startswith("qdenseam ")]
