"""The audit of dependencies: what makes it red, what does not, and that it says what it does not know."""

import importlib.util
import tomllib
from datetime import date
from pathlib import Path

import pytest

PATH = Path(__file__).with_name("audited.py")
spec = importlib.util.spec_from_file_location("kanglu_tests_audited", PATH)
audited = importlib.util.module_from_spec(spec)
spec.loader.exec_module(audited)

TODAY = date(2026, 6, 30)
PINS = [("good", "1.0"), ("leaky", "2.0")]
KNOWN = {"id": "PYSEC-1", "aliases": ["CVE-2026-1"], "fixed_in": ["2.1"]}


def source(pin):
    return [KNOWN] if pin[0] == "leaky" else []


def test_a_known_vulnerability_is_an_error_that_says_what_mends_it():
    wrong, unknown = audited.audit(PINS, source, {}, TODAY)
    assert wrong == ["leaky 2.0: PYSEC-1; mended in 2.1"]
    assert unknown == 0


@pytest.mark.parametrize(("until", "many"), [(date(2026, 6, 30), 0), (date(2026, 6, 29), 1)])
@pytest.mark.parametrize("name", ["PYSEC-1", "CVE-2026-1"])
def test_one_that_is_accepted_is_none_until_its_day(name, until, many):
    accepted = {name: {"reason": "not called", "until": until}}
    assert len(audited.audit(PINS, source, accepted, TODAY)[0]) == many


def test_where_nothing_can_be_asked_it_is_said_and_is_no_error():
    assert audited.audit(PINS, lambda _: None, {}, TODAY) == ([], 2)
    assert audited.audit(PINS, lambda pin: None if pin[0] == "leaky" else [], {}, TODAY) == ([], 1)


def test_every_pin_of_the_locks_is_asked_for():
    root = PATH.parents[1]
    pins = audited.pinned([root / "requirements.lock", root / "requirements-dev.lock"])
    assert {"cryptography", "starlette", "panel", "psycopg", "pytest"} <= {name for name, _ in pins}


def test_what_is_accepted_has_a_reason_and_a_day():
    for one in tomllib.loads(audited.ACCEPTED.read_text("utf-8")).values():
        assert one["reason"]
        assert isinstance(one["until"], date)
