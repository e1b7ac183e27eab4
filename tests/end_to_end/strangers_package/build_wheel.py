"""A build back end of thirty lines (PEP 517), so that pip alone can install this package."""

import tomllib
import zipfile
from pathlib import Path


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    """Write the wheel: the package's files and its metadata; return its name."""
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    label = f"{project['name']}-{project['version']}"
    groups = [
        f"[{group}]\n" + "".join(f"{name} = {place}\n" for name, place in entries.items())
        for group, entries in project["entry-points"].items()
    ]
    texts = {
        "METADATA": "Metadata-Version: 2.1\n"
        f"Name: {project['name']}\nVersion: {project['version']}\n",
        "WHEEL": "Wheel-Version: 1.0\nGenerator: mine\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "entry_points.txt": "\n".join(groups),
    }
    files = {f"{label}.dist-info/{name}": text.encode() for name, text in texts.items()}
    files |= {path.as_posix(): path.read_bytes() for path in Path(project["name"]).glob("*.py")}
    record = "".join(f"{name},,\n" for name in (*files, f"{label}.dist-info/RECORD"))
    files[f"{label}.dist-info/RECORD"] = record.encode()
    wheel = f"{label}-py3-none-any.whl"
    with zipfile.ZipFile(Path(wheel_directory, wheel), "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return wheel
