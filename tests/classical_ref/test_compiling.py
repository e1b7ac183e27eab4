from numba.core.event import unregister

from classical_ref import compiling


def test_compiling_is_told_of_once_after_a_second(monkeypatch, capsys):
    now = 0.0
    monkeypatch.setattr(compiling, "perf_counter", lambda: now)
    notice = compiling.CompilingNotice()
    for seconds, inner in ((0.3, 0.2), (0.3, 0.3)):
        notice.on_start(None)
        notice.on_start(None)
        now += inner
        notice.on_end(None)
        now += seconds - inner
        notice.on_end(None)
        now += 10.0  # nothing is compiled
    assert capsys.readouterr().err == ""
    for _ in range(2):
        notice.on_start(None)
        now += 2.0
        notice.on_end(None)
    assert capsys.readouterr().err.count("Compiling numerical code") == 1


def test_what_is_compiled_tells_of_it(monkeypatch, capsys):
    monkeypatch.setattr(compiling, "_LONG", 0.0)
    notice = compiling.CompilingNotice()
    compiling.register("numba:compile", notice)
    try:
        assert compiling.njit(lambda x: x + 1)(1) == 2
    finally:
        unregister("numba:compile", notice)
    assert "this may take a minute" in capsys.readouterr().err
