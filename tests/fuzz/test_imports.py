"""Bent files: no crash, nothing lost. The usual tests take some; `./run bench fuzz` takes ten thousand."""

import pytest
from tests.fuzz.imports import Fuzzing

SOME = 300


@pytest.mark.slow
def test_bent_files_do_no_harm_and_are_accounted_for(tmp_path, monkeypatch):
    monkeypatch.setenv("KANGLU_HOME", str(tmp_path))
    monkeypatch.setenv("KANGLU_KEY", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
    assert list(Fuzzing(tmp_path).run(range(SOME))) == []
