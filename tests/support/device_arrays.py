"""A numpy-backed stand-in for CuPy: arrays that never become host arrays by themselves.

``device`` has the functions of an array module that the simulators use. Its arrays compute with
each other and with scalars; mixing them with numpy arrays, or turning one into a numpy array or a
Python number, is a TypeError, as it is (or would be a hidden transfer) on a GPU. ``to_host`` and,
for one number, ``item`` are the ways back. Slices and reshapes are views, as in CuPy.
"""

import operator
from types import SimpleNamespace
from typing import Any

import numpy as np


class DeviceArray:
    """An array whose data only this file touches."""

    __array_ufunc__ = None  # numpy scalars leave operators to us
    __hash__ = None

    def __init__(self, data: Any) -> None:
        self._data = np.asarray(data)

    shape = property(lambda self: self._data.shape)
    dtype = property(lambda self: self._data.dtype)
    T = property(lambda self: DeviceArray(self._data.T))
    real = property(lambda self: DeviceArray(self._data.real))
    imag = property(lambda self: DeviceArray(self._data.imag))

    def __len__(self) -> int:
        return len(self._data)

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise TypeError("implicit conversion of a device array to a host array")

    def __float__(self) -> float:
        raise TypeError("implicit transfer of a device scalar")

    __complex__ = __int__ = __bool__ = __index__ = __float__

    def item(self) -> Any:  # of one number: an explicit transfer
        return self._data.item()

    def __getitem__(self, key: Any) -> "DeviceArray":
        return DeviceArray(self._data[_index(key)])

    def __setitem__(self, key: Any, value: Any) -> None:
        self._data[_index(key)] = _own(value)

    def __abs__(self) -> "DeviceArray":
        return DeviceArray(abs(self._data))

    def __neg__(self) -> "DeviceArray":
        return DeviceArray(-self._data)

    def conj(self) -> "DeviceArray":
        return DeviceArray(self._data.conj())

    def reshape(self, *shape: Any) -> "DeviceArray":
        return DeviceArray(self._data.reshape(*shape))

    def astype(self, dtype: Any) -> "DeviceArray":
        return DeviceArray(self._data.astype(dtype))

    def sum(self, **keywords: Any) -> "DeviceArray":
        return DeviceArray(self._data.sum(**keywords))


def to_host(array: DeviceArray) -> np.ndarray:
    """Return the data as a numpy array."""
    return array._data.copy()


def _own(value: Any) -> Any:
    if isinstance(value, DeviceArray):
        return value._data
    if isinstance(value, np.ndarray):
        raise TypeError("a host array among device arrays")
    return value


def _index(key: Any) -> Any:
    return tuple(map(_own, key)) if isinstance(key, tuple) else _own(key)


def _operator(function: Any) -> tuple[Any, Any]:
    return (
        lambda self, other: DeviceArray(function(_own(self), _own(other))),
        lambda self, other: DeviceArray(function(_own(other), _own(self))),
    )


def _in_place(function: Any) -> Any:
    def call(self: DeviceArray, other: Any) -> DeviceArray:
        self._data = function(self._data, _own(other))
        return self

    return call


for _name in ("add", "sub", "mul", "truediv", "pow", "matmul"):
    _forward, _backward = _operator(getattr(operator, _name))
    setattr(DeviceArray, f"__{_name}__", _forward)
    setattr(DeviceArray, f"__r{_name}__", _backward)
    setattr(DeviceArray, f"__i{_name}__", _in_place(getattr(operator, f"i{_name}")))


def _function(function: Any) -> Any:
    def call(*arguments: Any, **keywords: Any) -> DeviceArray:
        return DeviceArray(function(*(_own(each) for each in arguments), **keywords))

    return call


device: Any = SimpleNamespace(
    asarray=lambda data, dtype=None: DeviceArray(  # of host data: an explicit transfer
        np.asarray(data._data if isinstance(data, DeviceArray) else data, dtype=dtype)
    ),
    asnumpy=to_host,
    stack=lambda parts, axis=0: DeviceArray(np.stack([_own(part) for part in parts], axis)),
    cuda=SimpleNamespace(
        runtime=SimpleNamespace(getDeviceCount=lambda: 1, memGetInfo=lambda: (2**33, 2**34)),
        Device=lambda: SimpleNamespace(synchronize=lambda: None),
    ),
    get_default_memory_pool=lambda: SimpleNamespace(
        free_bytes=lambda: 2**20, free_all_blocks=lambda: None
    ),
    **{
        name: _function(getattr(np, name))
        for name in (
            *("argsort", "broadcast_to", "cos", "cumsum", "empty", "empty_like", "exp", "maximum"),
            *("searchsorted", "sin", "take", "vdot", "where", "zeros"),
        )
    },
)
