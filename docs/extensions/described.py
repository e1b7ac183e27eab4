"""A public name as reStructuredText: its signature as it is written, its docstring, its members."""

import re

import griffe
from sphinx.ext.napoleon import GoogleDocstring

_MARKS = {
    griffe.ParameterKind.var_positional: "*",
    griffe.ParameterKind.var_keyword: "**",
}
_NAMED = re.compile(r"(:[a-z:]+:`|^ *:raises )(\w+)(`|:)", re.MULTILINE)
_LITERAL = re.compile(
    r"(``.+?``|:[a-z:]+:`[^`]*`|^ *>>> .*?$|^\.\. math::.*?(?=^\S|\Z))", re.DOTALL | re.MULTILINE
)


def described(path: str, thing: griffe.Object, known: set[str], config) -> list[str]:
    """Return the directive that documents a thing, and its members.

    Args:
        path: The dotted path under which it is imported.
        thing: What griffe has read.
        known: Paths of what is documented elsewhere; their members are not repeated.
        config: The configuration of Sphinx, for napoleon.
    """
    if thing.is_class:
        return _class(path, thing, known, config)
    name, module = _placed(path)
    if thing.is_function:
        line = f"{name}{_signature(thing.parameters)}{_returns(thing)}"
        return _directive("function", line, _google(thing, "function", config), **module)
    return _attribute("data", name, thing, config, **module)


def annotation_text(annotation) -> str:
    """Return an annotation as it is written, each name behind ``~`` and its whole path."""
    if isinstance(annotation, griffe.ExprName | griffe.ExprAttribute):
        path = annotation.canonical_path
        return f"~{path}" if "." in path else path
    if not isinstance(annotation, griffe.Expr):
        return str(annotation)
    if metadata := _metadata(annotation):
        return annotation_text(metadata[0])
    return "".join(annotation_text(part) for part in annotation.iterate(flat=False))


def _metadata(annotation) -> list:
    """Return what is between the brackets of ``Annotated[...]``, nothing of anything else."""
    is_annotated = isinstance(annotation, griffe.ExprSubscript) and (
        annotation.left.canonical_path == "typing.Annotated"
    )
    return annotation.slice.elements if is_annotated else []


def _bound(annotation) -> str:
    """Return the interval that an annotation allows, also by the name of one; mostly empty."""
    if isinstance(annotation, griffe.ExprName | griffe.ExprAttribute):
        try:
            named = annotation.parent.modules_collection[annotation.canonical_path]
        except (AttributeError, KeyError):
            return ""
        return _bound(named.value) if named.is_attribute else ""
    if isinstance(annotation, griffe.ExprBinOp):
        return _bound(annotation.left) or _bound(annotation.right)
    for each in _metadata(annotation)[1:]:
        if isinstance(each, griffe.ExprCall) and str(each.function) == "Within":
            return str(each.arguments[0]).strip("\"'")
    return ""


def _bounds(thing: griffe.Object) -> list[str]:
    """Return a paragraph of the intervals of a thing's parameters."""
    bounds = {
        each.name: bound
        for each in (() if thing.is_attribute else thing.parameters)
        if (bound := _bound(each.annotation))
    }
    said = ", ".join(f"``{name}`` in {bound}" for name, bound in bounds.items())
    return ["", f"Bounds: {said}."] if said else []


def _class(path: str, thing: griffe.Class, known: set[str], config) -> list[str]:
    """Return a class with what it has itself or by ancestors that are not documented."""
    inner = []
    bases = [base for base in thing.mro() if base.path in known]
    if bases:
        inner += [f"Bases: :class:`~{bases[0].path}`", ""]
    inner += [*_google(thing, "class", config), ""]
    elsewhere = {name for base in bases for name in base.all_members}
    members: dict[str, griffe.Object] = {}
    for ancestor in (thing, *(base for base in thing.mro() if base.path not in known)):
        for name, member in ancestor.members.items():
            members.setdefault(name, member)
    for name, member in members.items():
        if (
            name.startswith("_")
            or member.is_alias
            or (name in elsewhere and name not in thing.members)
        ):
            continue
        if member.is_function:
            inner += _method(name, member, config)
        elif member.docstring:
            inner += _attribute("attribute", name, member, config)
    is_abstract = "abc.ABC" in {str(base) for base in thing.bases}
    name, module = _placed(path)
    line = name if is_abstract or not thing.parameters else name + _signature(thing.parameters)
    return _directive("class", line, inner, **module)


def _method(name: str, thing: griffe.Function, config) -> list[str]:
    docs = _google(thing, "method", config)
    labels = {"classmethod", "staticmethod", "abstractmethod"} & thing.labels
    flags = {label.replace("method", "") + "method": "" for label in labels}
    return _directive(
        "method", f"{name}{_signature(thing.parameters)}{_returns(thing)}", docs, **flags
    )


def _attribute(kind: str, name: str, thing: griffe.Attribute, config, **options: str) -> list[str]:
    if thing.annotation is not None:
        options["type"] = annotation_text(thing.annotation)
    if "property" in thing.labels:
        return _directive("property", name, _google(thing, "method", config), **options)
    docs = thing.docstring.value.splitlines() if thing.docstring else []
    return _directive(kind, name, plain(thing, docs), **options)


def _directive(kind: str, line: str, content: list[str], **options: str) -> list[str]:
    head = [f".. py:{kind}:: {line}", *(f"   :{name}: {text}" for name, text in options.items())]
    return [*head, "", *(f"   {each}".rstrip() for each in content), ""]


def _placed(path: str) -> tuple[str, dict[str, str]]:
    """Return a name and, as an option, the module that it is in."""
    module, _, name = path.rpartition(".")
    return name, {"module": module}


def _signature(parameters: griffe.Parameters) -> str:
    """Return the parameters between parentheses, without the first of a method."""
    parts, was_keyword = [], False
    for each in parameters:
        if each.name in ("self", "cls"):
            continue
        if each.kind is griffe.ParameterKind.keyword_only and not was_keyword:
            parts.append("*")
        was_keyword |= each.kind in (
            griffe.ParameterKind.keyword_only,
            griffe.ParameterKind.var_positional,
        )
        text = _MARKS.get(each.kind, "") + each.name
        if each.annotation is not None:
            text += f": {annotation_text(each.annotation)}"
        if each.default is not None and each.kind not in _MARKS:
            default = str(each.default)
            text += f" = {'...' if default.startswith(('field(', 'lambda')) else default}"
        parts.append(text)
    return f"({', '.join(parts)})"


def _returns(thing: griffe.Function) -> str:
    return "" if thing.returns is None else f" -> {annotation_text(thing.returns)}"


def _google(thing: griffe.Object, what: str, config) -> list[str]:
    docs = thing.docstring.value if thing.docstring else ""
    lines = GoogleDocstring(docs, config, what=what, name=thing.name).lines()
    return plain(thing, lines + _bounds(thing))


def plain(thing: griffe.Object, lines: list[str]) -> list[str]:
    """Spell out names as they are meant where a thing is defined, and keep bars as they are.

    The bars of |ψ⟩ and |x| have a meaning in reStructuredText.
    """
    parts = _LITERAL.split("\n".join(lines))
    parts[::2] = [part.replace("|", r"\|") for part in parts[::2]]
    return _NAMED.sub(lambda found: _whole(thing, *found.groups()), "".join(parts)).splitlines()


def _whole(thing: griffe.Object, before: str, name: str, after: str) -> str:
    """Return a reference with the whole path of its name, or as it was."""
    for scope in (thing, thing.parent):
        try:
            path = scope.resolve(name)
        except griffe.NameResolutionError:
            members = scope.all_members if scope.is_class else {}
            path = members[name].canonical_path if name in members else ""
        if path:
            return f"{before}~{path}{after}"
    return before + name + after
