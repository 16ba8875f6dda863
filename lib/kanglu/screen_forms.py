"""How the command line shows questionnaires, what was filled, and scores."""

from typing import TYPE_CHECKING, Any

from kanglu.i18n import Lang, words
from kanglu.screen import say

if TYPE_CHECKING:
    import pandas as pd

    from kanglu.care.forms import Filled
    from kanglu.catalogue.questionnaire_files import Questionnaires
    from kanglu.catalogue.questionnaires import Item, Questionnaire

_SHOWN = ("value", "band", "status", "reason", "version")


def listed(forms: "Questionnaires", lang: Lang) -> "pd.DataFrame":
    """The newest version of each questionnaire, as a table."""
    import pandas as pd

    name = words(lang).name
    heads = ("id", "version", "name", "items", "scored by", "again after", "licence")
    rows: list[tuple[object, ...]] = [
        (
            one.id,
            one.version,
            name(one.name),
            sum(item.answerable for item in one.by_id.values()),
            ", ".join(scored.measure for scored in one.scores) or "–",
            str(one.due_again or "–"),
            one.licence,
        )
        for one in forms.newest.values()
    ]
    return pd.DataFrame(rows, columns=list(heads))


def shown(one: "Questionnaire", lang: Lang) -> None:
    """Every item with its text, its answers and when it is asked."""
    name = words(lang).name
    say(f"{one.id} version {one.version}: {name(one.name)}")
    say(f"{one.source.doc}. {one.licence}")
    for item in one.by_id.values():
        asked = (" or " if item.enable_any else " and ").join(
            f"{when.item} {when.op} {when.value}" for when in item.enable_when
        )
        remarks = (item.kind, "required" if item.required else "", f"if {asked}" if asked else "")
        say(f"\n{item.id} ({', '.join(filter(None, remarks))})")
        for line in (name(item.text), name(item.help) if item.help else "", _answers(item, lang)):
            if line:
                say(f"    {line}")


def _answers(item: "Item", lang: Lang) -> str:
    """The options, or the scale and its unit."""
    if item.options:
        return "; ".join(f"{option.code} {words(lang).name(option.name)}" for option in item.options)
    ends = "–".join("" if end is None else f"{end:g}" for end in (item.low, item.high))
    return " ".join(filter(None, ("" if ends == "–" else ends, item.unit)))


def filled_data(one: "Filled", scores: "pd.DataFrame") -> dict[str, Any]:
    """What was filled, for scripts."""
    return {
        "form": one.questionnaire.id,
        "version": one.questionnaire.version,
        "status": one.status,
        "open": list(one.open),
        "alerts": [{"task": alert.task, "text": dict(alert.text)} for alert in one.alerts],
        "scores": {str(name): _plain(row) for name, row in scores.to_dict("index").items()},
    }


def filled(one: "Filled", scores: "pd.DataFrame", lang: Lang) -> None:
    """What was filled, for people: alerts first."""
    for alert in one.alerts:
        say(f"! {words(lang).name(alert.text)}")
    say(f"{one.questionnaire.id} version {one.questionnaire.version}: {one.status}")
    if one.open:
        say(f"Still open: {', '.join(one.open)}")
    for name, row in scores.to_dict("index").items():
        said = _plain(row)
        say(
            f"{name}: " + ", ".join(f"{key} {said[key]}" for key in _SHOWN if said.get(key) not in (None, ""))
        )


def _plain(row: dict[Any, Any]) -> dict[str, Any]:
    return {str(name): None if cell != cell else cell for name, cell in row.items()}
