"""Cutting an evenly indented Bundle apart gives what parsing it whole gives, or nothing at all."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kanglu.intake.fhir import Draft, Lookups
from kanglu.intake.fhir.collecting import Found
from kanglu.intake.fhir.document import TAKEN, read_resources
from kanglu.intake.fhir.slicing import Uneven, cut


def weight(value: float) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": f"w{value}",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
        "subject": {"reference": "Patient/p"},
        "valueQuantity": {"value": value, "unit": "kg"},
    }


PATIENT = {"resourceType": "Patient", "id": "p", "birthDate": "1960", "name": [{"text": 'O"},\n{"x'}]}
CLAIM = {"resourceType": "Claim", "item": [{"a": [{"b": 1}, {"b": 2}]}, {"a": []}]}
MEDICINE = {"resourceType": "Medication", "id": "m", "code": {"text": "x"}}
INNER = {"resourceType": "Bundle", "entry": [{"resource": weight(60)}, {"resource": CLAIM}]}


def bundle(*entries: Any, **fields: Any) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "collection", **fields, "entry": list(entries)}


def printed(data: Any, indent: int | str | None = 2) -> bytes:
    return json.dumps(data, indent=indent, ensure_ascii=False).encode()


def whole(content: bytes, lookups: Lookups) -> Draft:
    found = Found()
    found.collect(json.loads(content))
    return read_resources("a.json", found, lookups)


def in_pieces(content: bytes, lookups: Lookups) -> Draft:
    return read_resources("a.json", cut(content, TAKEN), lookups)


ENTRIES = (
    {"fullUrl": "urn:uuid:1", "resource": PATIENT},
    {"resource": PATIENT, "request": {"method": "PUT", "url": "Patient/p"}},
    {"fullUrl": "urn:uuid:2", "resource": weight(70)},
    {"resource": weight(71), "fullUrl": "urn:uuid:3"},
    {"resource": CLAIM},
    {"resource": MEDICINE},
    {"resource": INNER},
    {"resource": {"id": "typeless"}},
    {"resource": {"id": "x", "resourceType": "Claim"}},
    {"request": {"method": "DELETE", "url": "Observation/1"}},
    {"response": {"status": "200"}},
)


@pytest.mark.parametrize("indent", [1, 2, 4, "\t"])
@pytest.mark.parametrize("kind", ["transaction", "history"])
@pytest.mark.parametrize("fields", [{}, {"meta": {"tag": [{"code": "x"}]}, "link": [{"relation": "self"}]}])
def test_in_pieces_is_as_whole(
    indent: int | str, kind: str, fields: dict[str, Any], lookups: Lookups
) -> None:
    content = printed({**bundle(*ENTRIES, **fields), "type": kind}, indent)
    assert in_pieces(content, lookups) == whole(content, lookups)


def test_line_ends_of_windows_are_cut_at_too(lookups: Lookups) -> None:
    content = printed(bundle(*ENTRIES)).replace(b"\n", b"\r\n")
    assert in_pieces(content, lookups) == whole(content, lookups)


@given(st.lists(st.sampled_from(ENTRIES), min_size=1), st.sampled_from([1, 2, 3, "\t"]))
def test_any_bundle_that_is_cut_says_what_it_says_whole(
    lookups: Lookups, entries: list[Any], indent: int | str
) -> None:
    content = printed(bundle({"resource": PATIENT}, *entries), indent)
    assert in_pieces(content, lookups) == whole(content, lookups)


def _uneven() -> dict[str, bytes]:
    even = printed(bundle(*({"resource": one} for one in (PATIENT, CLAIM, weight(70)))))
    # A bill whose lines are indented as the entries are.
    bill = b'"item": [\n    {\n      "a": 1\n    },\n    {\n      "a": 2\n    }\n    ]'
    odd = even.replace(b'"id": "p"', b'"id": "p", ' + bill)
    hidden = even.replace(b'"resourceType": "Claim"', b'"resourceType": "Claim", ' + bill)
    return {
        "in one line": printed(bundle({"resource": PATIENT}), None),
        "no bundle": printed(PATIENT),
        "a list has entries too": printed({"resourceType": "List", "entry": [{"item": {}}]}),
        "empty": printed(bundle()),
        "cut off": even[:-40],
        "something behind": even + b"}",
        "two lists of entries": even.rstrip(b"}\n ") + b',\n  "entry": []\n}',
        "entries indented like their parts": odd,
        "skipped entries indented like their parts": hidden,
        "not as it began": even.replace(
            b'"resourceType": "Observation"', b'"resourceType": "Observation", "resourceType": "Claim"'
        ),
    }


@pytest.mark.parametrize("content", _uneven().values(), ids=_uneven().keys())
def test_what_cannot_be_cut_for_sure_is_left_whole(content: bytes, lookups: Lookups) -> None:
    with pytest.raises(Uneven):
        in_pieces(content, lookups)


def test_what_is_not_wanted_is_not_parsed(lookups: Lookups) -> None:
    content = printed(bundle({"resource": PATIENT}, {"resource": CLAIM}, {"resource": weight(70)}))
    broken = content.replace(b'"b": 1', b'"b": ?')
    draft = in_pieces(broken, lookups)
    assert (dict(draft.skipped), len(draft.facts)) == ({"Claim": 1}, 1)
