"""Colors of curves that are no contenders, in one order for all figures."""

_COLORS = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#56B4E9",
    "#882255",
    "#E69F00",
    "#332288",
    "#999933",
    "#44AA99",
    "#AA4499",
    "#661100",
)


def palette(num_colors: int) -> list[str]:
    """Return so many colors, from Okabe and Ito's and Tol's sets; they repeat after twelve."""
    return [_COLORS[place % len(_COLORS)] for place in range(num_colors)]
