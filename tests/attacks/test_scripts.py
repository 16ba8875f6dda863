"""A script in any name, note or field is text, wherever it is shown again."""

import html
import json
import re

import pytest
from tests.attacks.test_browsing import filled, walked_pages

from kanglu.demo.resources import ID_CARD
from kanglu.intake import import_files
from kanglu.trust import Actor, Role

MARK = "hacked7"
SCRIPTS = (
    f"<script>window.{MARK}=1</script>",
    f'"><img src=x onerror=window.{MARK}=1>',
    f"'><svg onload={MARK}()>",
    f"</textarea><script>{MARK}</script>",
    f"javascript:{MARK}()",
    f"{{{{ {MARK} }}}}",
    f"--><b>{MARK}",
)
PATIENT = {
    "resourceType": "Patient", "id": "evil", "gender": "male", "birthDate": "1950-03-04",
    "identifier": [{"system": ID_CARD, "value": "110105195003040012"}],
    "name": [{"text": "林" + SCRIPTS[0]}],
    "telecom": [{"system": "phone", "value": "13900000000" + SCRIPTS[1]}],
    "address": [{"text": SCRIPTS[1]}],
}  # fmt: skip


def resources():
    """What can hold words of somebody's, all of them scripts."""
    about = {"reference": "Patient/evil"}
    clinical = "http://terminology.hl7.org/CodeSystem/condition-clinical"
    active = {"coding": [{"system": clinical, "code": "active"}]}
    yield PATIENT
    for number, script in enumerate(SCRIPTS):
        words, subject = {"text": script}, {"subject": about}
        drug = {
            "medicationCodeableConcept": words,
            "dosage": [words],
            "effectivePeriod": {"start": "2024-01"},
        }
        said = {"code": words, "valueString": script, "effectiveDateTime": "2025-03-01"}
        held = {"code": words, "clinicalStatus": active, "onsetDateTime": "2020-01"}
        allergy = {"code": words, "patient": about, "recordedDate": "2020"}
        yield {"resourceType": "Condition", "id": f"c{number}", **subject, **held}
        yield {"resourceType": "AllergyIntolerance", "id": f"a{number}", **allergy}
        yield {
            "resourceType": "MedicationStatement",
            "id": f"m{number}",
            "status": "active",
            **subject,
            **drug,
        }
        yield {"resourceType": "Observation", "id": f"o{number}", "status": "final", **subject, **said}


@pytest.fixture(scope="module")
def number(site, tmp_path_factory):
    """The record number of somebody whose every word is a script."""
    path = tmp_path_factory.mktemp("evil") / f"{SCRIPTS[0].replace('/', '')}.ndjson"
    path.write_text("\n".join(json.dumps(one) for one in resources()), encoding="utf-8")
    with site.house.store(Actor("root", "root", Role.ADMIN)) as store:
        receipt = import_files(store, [path])
        assert receipt.facts["new"] > 10, receipt
        assert store.panel() is not None
    named = f"where d.name like '%{MARK}%'"
    [found] = site.asked(
        f"select record_number from person p join demographics d on d.person_id = p.id {named}"
    )
    return found


LIVE = re.compile(rf"<script>window\.{MARK}|<img src=x onerror|<svg onload|<b>{MARK}|<script>{MARK}")


def harmless(text: str) -> bool:
    """Whether nothing of the scripts stands in a page as anything but text."""
    return not LIVE.search(text) and f'href="javascript:{MARK}' not in text


def walk(site, number, things):
    for page in walked_pages():
        for route in page.routes:
            yield filled(route, {**things, "record_number": number})
    yield from (
        f"/search?q={MARK}",
        "/search?q=林",
        f"/person/{number}?tab=all",
        "/?scope=all",
        "/intake/aside",
    )
    yield from ("/board?list=register/hypertension/all", "/intake?page=1&kind=all")


@pytest.fixture(scope="module")
def things(site):
    batch = site.asked("select max(id) from batch")[0]
    rule = site.asked("select rule from rule_version")[0]
    return {
        "lot": "0" * 16,
        "batch": str(batch),
        "name": "x",
        "media": "1",
        "programme": "hypertension",
        "id": rule,
    }


def test_what_is_imported_is_text_on_every_page(site, number, things):
    seen = 0
    with site.http("root") as client:
        for path in walk(site, number, things):
            shown = client.get(path).text
            assert harmless(shown), path
            seen += MARK in html.unescape(shown)
    assert seen >= 3


def test_what_is_typed_into_any_field_is_text_wherever_it_is_told(site, number, things, window):
    """Every act of every page, with a script in every field that takes words."""
    told = 0
    for page in walked_pages():
        path = filled(page.routes[-1], {**things, "record_number": number})
        opened = window(path, "root")
        fields = set(re.findall(r'name="(\w+)"', opened.html))
        for act in sorted(name for name in dir(page) if hasattr(getattr(page, name), "kanglu_act")):
            if act == "undo":  # it would take the whole import back
                continue
            takes = getattr(page, act).kanglu_act
            names = set(takes["takes"]) | (fields if takes["rest"] else set())
            for script in SCRIPTS[:3]:
                answer = (
                    opened.act(act, **dict.fromkeys(names, script))
                    if 'class="empty tall"' not in opened.html
                    else {}
                )
                for part in answer.get("parts", {}).values():
                    assert harmless(part), (path, act)
                told += MARK in str(answer)
                if "go" in answer:
                    assert answer["go"].startswith("/"), (path, act)
                    opened = window(path, "root")
    assert told > 5


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_browser_runs_none_of_it(visit, number, lang):
    for path in (
        f"/person/{number}",
        f"/trends/{number}",
        f"/search?q={MARK}",
        f"/visit/{number}",
        "/intake/aside",
    ):
        page = visit(path, "root", lang=lang)
        assert page.evaluate(f"window.{MARK}") is None, path
        assert page.locator("main img[src=x], main svg[onload]").count() == 0


def test_a_report_holds_it_as_text(site, number):
    from kanglu.reporting.batch import render
    from kanglu.reporting.batches import order_of

    order = {
        "report": "annual",
        "panel": number,
        "year": 2025,
        "lang": "en",
        "as_of": "2026-01-01",
        "formats": ["html"],
    }
    out = site.house.folder / "reports" / "out" / "scripts"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KANGLU_DATABASE_URL", str(site.path))
        render(order_of(order, out), actor=Actor("root", "root", Role.ADMIN))
    [report] = out.rglob("*.html")
    text = report.read_text("utf-8")
    assert MARK in text
    assert harmless(text)
    assert "<script" not in text
