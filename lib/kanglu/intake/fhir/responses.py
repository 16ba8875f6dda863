"""FHIR QuestionnaireResponse to facts and back: the answers of a questionnaire we know, others whole."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kanglu.catalogue.answering import Raw, hold
from kanglu.catalogue.questionnaire_files import Questionnaires, questionnaires
from kanglu.catalogue.questionnaires import Item, Questionnaire
from kanglu.intake.answers import SYSTEM, facts, packed, unpacked
from kanglu.intake.fhir.draft import Malformed
from kanglu.intake.fhir.elements import Resource, date, node, nodes, text
from kanglu.intake.fhir.questionnaires import URL, coding
from kanglu.intake.fhir.seen import Seen
from kanglu.record.facts import RECORD_NUMBER, WITHDRAWN, Observation, QuestionnaireResponse


def responses(resource: Resource, seen: Seen) -> Iterator[QuestionnaireResponse | Observation]:
    """The form, and the observations among its answers.

    A form of ours with an answer that its questionnaire does not take is set aside, all its faults named.
    """
    canonical, _, version = (text(resource, "questionnaire") or "").partition("|")
    status = text(resource, "status")
    response = QuestionnaireResponse(
        seen.subject,
        None,
        canonical or None,
        date(resource, "authored"),
        clinical_status=status,
        version=version or None,
        author=_author(node(resource, "author")),
        status=WITHDRAWN if status == WITHDRAWN else "final",
        display=text(node(resource, "_questionnaire"), "display") or canonical or "QuestionnaireResponse",
        source=seen.source,
        source_key=seen.key(canonical.removeprefix(URL), set()),
    )
    known = questionnaires().editions.get(f"{canonical.removeprefix(URL)}/{version}")
    items = nodes(resource, "item")
    if known is None or not canonical.startswith(URL):
        yield response._replace(answers=packed(items))
        return
    indicators = seen.lookups.indicators
    held = hold(known, dict(_answers(items, known)), indicators)
    if held.faults:
        raise Malformed("item", " ".join(map(str, held.faults)))
    yield from facts(known, held.answers, response, indicators)


def to_fhir(row: Mapping[Any, Any], subject: Resource, forms: Questionnaires) -> Resource:
    """A form as the record keeps it, as a FHIR R4 QuestionnaireResponse."""
    known = forms.editions.get(f"{row['code']}/{row['version']}") if row["system"] == SYSTEM else None
    canonical = f"{URL}{row['code']}" if row["system"] == SYSTEM else row["code"]
    answers = unpacked(row["answers"] or "{}")
    written = {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": "|".join(filter(None, (canonical, row["version"]))) or None,
        "status": row["clinical_status"] or "completed",
        "subject": subject,
        "authored": row["effective"],
        "author": {"display": row["author"]} if row["author"] else None,
        "item": _items(known.items, answers, known) if known else answers,
    }
    return {name: value for name, value in written.items() if value}


def bundle(record_number: str, rows: Iterable[Mapping[Any, Any]], forms: Questionnaires) -> Resource:
    """The forms of one person as a Bundle, with a Patient that is no more than the record number."""
    patient = {
        "resourceType": "Patient",
        "id": record_number,
        "identifier": [{"system": RECORD_NUMBER, "value": record_number}],
    }
    subject = {"reference": f"Patient/{record_number}"}
    written = [
        {**to_fhir(row, subject, forms), "id": f"{record_number}-form-{number}"}
        for number, row in enumerate(rows, start=1)
    ]
    entries = [{"resource": one} for one in (patient, *written)]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def _author(reference: Resource) -> str | None:
    named = text(reference, "reference") or text(node(reference, "identifier"), "value")
    return named or text(reference, "display")


def _answers(items: list[Resource], known: Questionnaire) -> Iterator[tuple[str, object]]:
    """The raw answers of items, however they are nested."""
    for written in items:
        name = text(written, "linkId") or ""
        item = known.by_id.get(name)
        given = [_raw(answer) for answer in nodes(written, "answer")]
        if given:
            several = len(given) > 1 or (item is not None and item.repeats)
            yield name, given if several else given[0]
        yield from _answers(nodes(written, "item"), known)
        for answer in nodes(written, "answer"):
            yield from _answers(nodes(answer, "item"), known)


def _raw(answer: Resource) -> object:
    for name, value in answer.items():
        if name == "valueCoding":
            return node(answer, name).get("code")
        if name == "valueQuantity":
            return {part: value.get(part, value.get("code", "")) for part in ("value", "unit")}
        if name.startswith("value"):
            return value
    return None


def _items(items: Iterable[Item], answers: Mapping[str, Raw], known: Questionnaire) -> list[Resource]:
    """The items that have answers, in their groups."""
    found = []
    for item in items:
        within = _items(item.items, answers, known)
        raw = answers.get(item.id)
        if raw is None and not within:
            continue
        written: Resource = {"linkId": item.id, "text": item.text["zh"]}
        if raw is not None:
            every = raw if isinstance(raw, list) else [raw]
            written["answer"] = [_value(item, one, known) for one in every]
        if within:
            written["item"] = within
        found.append(written)
    return found


def _value(item: Item, raw: Any, known: Questionnaire) -> Resource:
    if isinstance(raw, dict):
        return {"valueQuantity": raw}
    if (option := item.option(str(raw))) is not None:
        return {"valueCoding": coding(known.id, item.id, option)}
    kinds = {
        "boolean": "Boolean",
        "integer": "Integer",
        "decimal": "Decimal",
        "date": "Date",
        "text": "String",
    }
    return {f"value{kinds[item.kind]}": raw}
