"""What is public, read off the packages: tables of exports, what pages import, what types name."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import griffe

PACKAGES = ("qdenseam", "classical_ref", "circuits")


@dataclass(frozen=True)
class Name:
    """A public name: the page it is on, the path it is imported by, and what it is."""

    page: str
    path: str
    thing: griffe.Object

    @property
    def room(self) -> str:
        """The room that defines it, below its page."""
        below = self.thing.path.removeprefix(self.page).strip(".").split(".")
        return below[0] if self.thing.path.startswith(self.page) and len(below) > 1 else ""


def load() -> griffe.ModulesCollection:
    """Return the three packages as griffe reads them, without importing anything."""
    loader = griffe.GriffeLoader()
    for package in PACKAGES:
        loader.load(package)
    loader.resolve_aliases(implicit=True, external=False)
    return loader.modules_collection


def _exports(module: griffe.Module) -> list[str]:
    """Return the public names of a module.

    They are its ``__all__``, or its stub; without either what is imported ``as`` itself or
    defined without an underscore.
    """
    path = module.filepath
    stub = path.with_suffix(".pyi")
    names, listed = [], None
    for node in ast.parse((stub if stub.exists() else path).read_text()).body:
        if isinstance(node, ast.ImportFrom):
            names += [each.name for each in node.names if each.asname == each.name]
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.append(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = [node.target] if isinstance(node, ast.AnnAssign) else node.targets
            found = [target.id for target in targets if isinstance(target, ast.Name)]
            if found == ["__all__"]:
                listed = ast.literal_eval(node.value)
            names += found
    return [name for name in listed or names if not name.startswith("_")]


def _imported(pages: list[Path]) -> set[str]:
    """Return what the code of some pages imports from us, as dotted paths."""
    found = set()
    for page in pages:
        text = page.read_text()
        code = [text] if page.suffix == ".py" else re.findall(r"```python\n(.*?)```", text, re.S)
        for node in (each for block in code for each in ast.walk(ast.parse(block))):
            if isinstance(node, ast.ImportFrom) and node.module.split(".")[0] in PACKAGES:
                found |= {f"{node.module}.{each.name}" for each in node.names}
    return found


def _modules(module: griffe.Module) -> Iterator[griffe.Module]:
    yield module
    for member in module.modules.values():
        if not member.is_alias:
            yield from _modules(member)


def public_names(packages: griffe.ModulesCollection, pages: list[Path]) -> dict[str, list[Name]]:
    """Return the public names by page; each stands under the shortest path that it has.

    Args:
        packages: As :func:`load` returns them.
        pages: Notebooks (``.py``) and Markdown; what they import is public too.
    """
    asked = _imported(pages)
    modules = [found for package in PACKAGES for found in _modules(packages[package])]
    names: dict[str, Name] = {}
    for module in sorted(modules, key=lambda each: (each.path.count("."), each.path)):
        is_whole = module.is_package or module.is_init_module or module.path in asked
        for name in _exports(module):
            path = f"{module.path}.{name}"
            thing = module.members.get(name)
            if thing is None or not (is_whole or path in asked):
                continue
            thing = thing.final_target if thing.is_alias else thing
            if not thing.is_module and thing.path.split(".")[0] in PACKAGES:
                names.setdefault(thing.path, Name(module.path, path, thing))
    by_page: dict[str, list[Name]] = {}
    homes = {each.page for each in names.values()}
    for path, thing in _named_by_types(packages, names):
        page = path.rpartition(".")[0]
        while page not in homes:
            page = page.rpartition(".")[0]
        names[path] = Name(page, path, thing)
    for each in names.values():
        by_page.setdefault(each.page, []).append(each)
    order = {package: place for place, package in enumerate(PACKAGES)}
    return dict(sorted(by_page.items(), key=lambda item: (order[item[0].split(".")[0]], item[0])))


def _named_by_types(packages, names) -> list[tuple[str, griffe.Object]]:
    """Return what annotations of public names name, and those of these, and so on."""
    found: dict[str, griffe.Object] = {}
    waiting = [each.thing for each in names.values()]
    while waiting:
        for path in _annotated(waiting.pop()):
            if path.split(".")[0] not in PACKAGES or path.rpartition(".")[2].startswith("_"):
                continue
            thing = packages[path]
            thing = thing.final_target if thing.is_alias else thing
            if thing.path not in names and thing.path not in found and not thing.is_module:
                found[thing.path] = thing
                waiting.append(thing)
    return list(found.items())


def _annotated(thing: griffe.Object) -> Iterator[str]:
    """Yield the paths of the names in annotations of a thing and of its public members."""
    if thing.is_class:
        for name, member in thing.members.items():
            if not member.is_alias and (name == "__init__" or not name.startswith("_")):
                yield from _annotated(member)
        return
    given = [each.annotation for each in thing.parameters] if thing.is_function else []
    given.append(thing.returns if thing.is_function else thing.annotation)
    for annotation in given:
        if isinstance(annotation, griffe.Expr):
            for part in annotation.iterate(flat=True):
                if isinstance(part, griffe.ExprName):
                    yield part.canonical_path
