"""Files as accidents and strangers leave them: changed in one place, cut, flipped, blown up."""

import json
import os
import re

import numpy as np

WRONG = (
    None,
    True,
    False,
    0,
    1,
    -1,
    7,
    0.5,
    1.0,
    -1e-300,
    1e308,
    2**31,
    2**63,
    2**70,
    -(2**70),
    10**400,
    "",
    "x",
    "0",
    "nan",
    "../../../written",
    "/written",
    "a\0b",
    "\ud800",
    "ü" * 5,
    "x" * 10**5,
    "a:b",
    [],
    [[]],
    [1, [2]],
    ["x"],
    [True],
    [0.5, None],
    [1] * 1000,
    {},
    {"x": 1},
    {"name": "x"},
)
"""Values of every kind, for a field that holds something else."""
_NUMBER = re.compile(rb"(?<![\w.])-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?(?![\w.])")
_LITERALS = (b"1e999", b"-1e999", b"NaN", b"Infinity", b"9" * 5000, b"1" + b"0" * 400, b"-0",
             b"00", b"0x1F", b"1_000", b"inf", b"nan", b"true", b'""', b"[]", b"{}")  # fmt: skip


def changed_bytes(data: bytes, rng: np.random.Generator) -> bytes:
    """Return bytes that differ from ``data`` in one place."""
    at, other = (int(each) for each in rng.integers(0, len(data) + 1, 2))
    low, high = min(at, other), max(at, other)
    match int(rng.integers(13)):
        case 0:
            return data[:at]
        case 1:
            return data[at:]
        case 2:
            return data[:low] + data[high:]
        case 3:
            return data[:high] + data[low:high] + data[high:]
        case 4:
            return data[:at] + bytes(int(rng.integers(1, 100))) + data[at:]
        case 5:
            return data[:low] + bytes(high - low) + data[high:]
        case 6:
            return data[:at] + rng.bytes(int(rng.integers(1, 50))) + data[at:]
        case 7:
            return (
                data[:at] + bytes(rng.choice(list(b"[{"), 1).astype(np.uint8)) * 10**5 + data[at:]
            )
        case 8 | 9 if numbers := list(_NUMBER.finditer(data)):
            found = numbers[int(rng.integers(len(numbers)))]
            literal = _LITERALS[int(rng.integers(len(_LITERALS)))]
            return data[: found.start()] + literal + data[found.end() :]
        case 10:
            return data[at:] + data[:at]
        case 11:
            return data.replace(b"\n", b"\r\n")
    flipped = bytearray(data)
    for _ in range(int(rng.integers(1, 4))):
        if flipped:
            flipped[int(rng.integers(len(flipped)))] ^= 1 << int(rng.integers(8))
    return bytes(flipped)


def changed_lines(data: bytes, rng: np.random.Generator) -> bytes:
    """Return ``data`` with one line left out, doubled, moved or from elsewhere in it."""
    lines = data.splitlines(keepends=True)
    at, other = (int(each) for each in rng.integers(0, len(lines), 2))
    match int(rng.integers(4)):
        case 0:
            del lines[at]
        case 1:
            lines.insert(other, lines[at])
        case 2:
            lines[at], lines[other] = lines[other], lines[at]
        case _:
            lines[at] = lines[at][: len(lines[at]) // 2] + lines[other]
    return b"".join(lines)


def changed_json(data: bytes, rng: np.random.Generator) -> bytes:
    """Return the JSON of an object in which one field is wrong, missing, doubled or unknown."""
    tree = json.loads(data)
    places = list(_places(tree))
    holder, key = places[int(rng.integers(len(places)))]
    match int(rng.integers(8)):
        case 0:
            del holder[key]
        case 1 if isinstance(holder, dict):
            holder[f"{key}x"] = holder.pop(key)
        case 2 if isinstance(holder, dict):
            holder["unknown"] = WRONG[int(rng.integers(len(WRONG)))]
        case 3 if isinstance(holder, dict):
            mark = json.dumps({"doubled": 0})
            value = holder[key]
            holder[key] = {"doubled": 0}
            both = f"0, {json.dumps(key)}: {json.dumps(value)}"
            return json.dumps(tree).replace(mark, both, 1).encode()
        case 3 | 4 if isinstance(holder, list):
            holder.append(holder[key])
        case 5:
            holder[key] = "deep"
            return json.dumps(tree).replace('"deep"', "[" * 10**5 + "]" * 10**5, 1).encode()
        case _:
            holder[key] = WRONG[int(rng.integers(len(WRONG)))]
    return json.dumps(tree).encode()


def changed_row(data: bytes, rng: np.random.Generator) -> bytes:
    """Return JSON lines, one of them as :func:`changed_json` has it."""
    lines = data.splitlines()
    at = int(rng.integers(len(lines)))
    lines[at] = changed_json(lines[at], rng)
    return b"\n".join(lines) + b"\n"


def _places(tree):
    inside = tree.items() if isinstance(tree, dict) else enumerate(tree)
    for key, value in list(inside):
        yield tree, key
        if isinstance(value, dict | list):
            yield from _places(value)


def replaced_file(path, rng: np.random.Generator, outside) -> None:
    """Put something else where a file was, or nothing."""
    content = path.read_bytes()
    path.unlink()
    match int(rng.integers(6)):
        case 0:
            path.mkdir()
        case 1:
            os.mkfifo(path)
        case 2:
            path.symlink_to(outside / "not there")
        case 3:
            (outside / "elsewhere").write_bytes(content)
            path.symlink_to(outside / "elsewhere")
        case 4:
            path.symlink_to(path)
        case _:
            pass


def snapshot(folder) -> dict[str, object]:
    """Return what lies in a folder: names, kinds and contents."""
    found = {}
    for path in sorted(folder.rglob("*")):
        is_file = path.is_file() and not path.is_symlink()
        found[str(path)] = path.read_bytes() if is_file else path.lstat().st_mode
    return found
