"""What stands in a figure of a page."""

import base64
import re

import matplotlib as mpl

from qdenseam.report import figures


def test_a_legend_has_room_for_every_line_and_for_the_ambiguous_probes() -> None:
    for num_lines in (1, 7, 20):
        styles = {
            (number,): {"marker": "o", "label": "one\ntwo" if number % 3 else "one"}
            for number in range(num_lines)
        }
        with mpl.rc_context({"svg.fonttype": "none"}):
            uri = figures._legend(styles, shows_ambiguous=True)
        drawn = base64.b64decode(uri.partition(",")[2]).decode()
        height = float(re.search(r'viewBox="0 0 [\d.]+ ([\d.]+)"', drawn).group(1))
        last = float(re.search(r'<text [^>]*y="([\d.]+)"[^>]*>ambiguous probes', drawn).group(1))
        assert height - 20 < last < height - 2
