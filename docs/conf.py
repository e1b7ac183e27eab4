"""How the site is built: ``sphinx-build -W -n -c docs . build/site`` from the repository's root.

The root is the source, so that links between pages, README and notebooks are the same in the
repository and on the site. Everything a page needs lies beside it: no address outside is asked.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "docs" / "extensions")]

from qdenseam import __version__  # noqa: E402

project = "qdenseam"
release = __version__
project_copyright = "the authors of qdenseam"
root_doc = "docs/index"
include_patterns = ["docs/**", "notebooks/*.ipynb", "*.md", "notebooks/README.md"]
exclude_patterns = ["docs/extensions"]

extensions = [
    "sphinx.ext.napoleon",
    "myst_nb",
    "mathml",
    "reference",
    "catalogue",
]
nitpicky = True
python_maximum_signature_line_length = 90
napoleon_numpy_docstring = False
napoleon_use_rtype = False
nb_execution_mode = "off"
nb_merge_streams = True
myst_enable_extensions = ["deflist", "dollarmath"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = "qdenseam"
html_static_path = ["_static"]
html_extra_path = ["_root"]  # an index.html that leads to docs/
html_css_files = ["site.css"]
html_math_renderer = "mathml"
html_copy_source = False
html_show_sphinx = False
html_show_search_summary = False  # it would ask a server for the pages
