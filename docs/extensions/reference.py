"""The reference: a page for every module with public names, written when a build starts."""

import builtins
from pathlib import Path

from described import described, plain
from public_names import PACKAGES, Name, load, public_names
from sphinx.util.nodes import make_refnode

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "reference"
_PAGES = [*ROOT.glob("notebooks/*.py"), ROOT / "README.md", *ROOT.glob("docs/**/*.md")]


def write(path: Path, text: str) -> None:
    """Write a page where it has changed, so that a second build reads little again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def _heading(text: str, line: str) -> list[str]:
    return [text, line * len(text), ""]


def _page(module: str, docs: list[str], names: list[Name], known: set[str], config) -> str:
    rooms: dict[str, list[Name]] = {}
    for each in names:
        rooms.setdefault(each.room, []).append(each)
    lines = [*_heading(module, "="), f".. py:module:: {module}", "", *docs, ""]
    lines += [", ".join(f":py:obj:`~{each.path}`" for each in names), ""]
    for room, members in sorted(rooms.items()):
        if len(rooms) > 1:
            lines += _heading(room.replace("_", " ").capitalize() or "Here", "-")
        for each in sorted(members, key=lambda each: each.path):
            lines += described(each.path, each.thing, known, config)
    return "\n".join(lines)


def _write_pages(app) -> None:
    app.packages = packages = load()
    names = public_names(packages, _PAGES)
    app.paths = {each.thing.path: each.path for all_ in names.values() for each in all_}
    for module, members in names.items():
        docs = packages[module].docstring
        lines = plain(packages[module], docs.value.splitlines()) if docs else []
        write(FOLDER / f"{module}.rst", _page(module, lines, members, {*app.paths}, app.config))
    for stale in {path.stem for path in FOLDER.glob("*.rst")} - {*names, "index"}:
        (FOLDER / f"{stale}.rst").unlink()
    lines = [*_heading("Reference", "="), "Every public name, under the shortest path it has.", ""]
    lines += [".. toctree::", "   :maxdepth: 1", "", *(f"   {module}" for module in names), ""]
    write(FOLDER / "index.rst", "\n".join(lines))


def _resolve(app, env, node, contnode):
    """Find a name of ours by where it is defined, or by its last parts.

    What is no part of a public page is shown without a link, if there is such a thing: names of
    other packages, and those inside of ours that a text spells out whole.
    """
    target = node.get("reftarget", "").lstrip("~.")
    if node.get("refdomain") != "py" or not target:
        return None
    objects, parts = env.domains["py"].objects, target.split(".")
    is_ours = parts[0] in PACKAGES
    thing = app.packages.get_member(target) if is_ours and _exists(app, target) else None
    path = None if thing is None else app.paths.get(thing.canonical_path)
    for length in range(min(len(parts), 3), 0, -1):
        tail = "." + ".".join(parts[-length:])
        where = app.paths.values() if length == 1 else objects
        found = [each for each in where if each.endswith(tail)]
        if path is None and len(found) == 1:
            path = found[0]
    if path in objects:
        entry = objects[path]
        return make_refnode(
            app.builder, node["refdoc"], entry.docname, entry.node_id, contnode, path
        )
    is_other = not is_ours and (len(parts) > 1 or hasattr(builtins, target))
    return contnode if is_other or thing is not None else None


def _exists(app, path: str) -> bool:
    try:
        app.packages.get_member(path)
    except KeyError:
        return False
    return True


def setup(app):
    """Write the pages, and resolve references to what is public."""
    app.connect("builder-inited", _write_pages, priority=100)
    app.connect("missing-reference", _resolve)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
