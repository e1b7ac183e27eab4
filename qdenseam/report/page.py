"""What every page is made of: templates, pictures inside, numbers in words."""

import base64
import math
from collections.abc import Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def render(template: str, **content: object) -> bytes:
    """Return the page of a template of this room."""
    from jinja2 import Environment, PackageLoader

    environment = Environment(
        loader=PackageLoader("qdenseam.report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(content).encode()


def svg_uri(figure: "Figure") -> str:
    """Return a figure as the address of an SVG inside the page, the same for the same figure."""
    import matplotlib as mpl

    buffer = BytesIO()
    with mpl.rc_context({"svg.hashsalt": "qdenseam"}):
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    return f"data:image/svg+xml;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def shown_number(value: float | None, form: str = "") -> str:
    """Return a number, a dash where there is none, or infinity with its sign."""
    if value is None or math.isnan(value):
        return "–"
    form = form or (",.0f" if abs(value) >= 100 else ".3g")
    return format(value, form).replace("inf", "∞")


def shown_rate(row: Mapping[str, Any], name: str) -> str:
    """Return ``0.120 [0.080, 0.170]`` of the columns of a rate."""
    ends = (shown_number(row[f"{name}{end}"], ".3f") for end in ("", "_low", "_high"))
    return "{} [{}, {}]".format(*ends)
