"""Everything that is wrong with a questionnaire beyond what its model checks.

Ids that come twice, items that nothing answers to, conditions that can never be told, options that are no
codes of their indicator, scores that nobody knows, words that are missing in one language.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from kanglu.catalogue.models import Indicator
from kanglu.catalogue.questionnaires import NUMBERS, Item, Questionnaire, When, walk
from kanglu.catalogue.reading import Path_, did_you_mean
from kanglu.errors import UnitError

type Mistake = tuple[Path_, str, str]
"""Where in the entry, what, and the remedy."""


def mistakes(
    one: Questionnaire,
    indicators: Mapping[str, Indicator],
    measures: Mapping[str, tuple[str, ...]] | None,
) -> Iterator[Mistake]:
    """The mistakes of a questionnaire; measures are not checked when None."""
    counts = Counter(item.id for _, item in walk(one.items))
    for path, item in walk(one.items):
        if counts[item.id] > 1:
            yield (*path, "id"), f"{item.id!r} is the id of {counts[item.id]} items.", "Give each its own."
        yield from _of_item(one, item, path)
        if item.indicator is not None:
            yield from _of_indicator(item, path, indicators)
    for at, alert in enumerate(one.alerts):
        path = ("alerts", at, "when")
        yield from _of_condition(one, alert.when, path)
        asked = one.by_id.get(alert.when.item)
        if asked is not None and asked.indicator is None:
            what = f"{asked.id} is no observation, so that no rule can read it."
            yield (*path, "item"), what, "Give the item an indicator."
    if one.visit is not None and not _says_mode(one.by_id.get("mode")):
        yield ("visit",), "A visit needs an item mode with the options clinic, home and phone.", ""
    yield from _of_scores(one, indicators, measures)
    yield from _untranslated(one)


def _of_item(one: Questionnaire, item: Item, path: Path_) -> Iterator[Mistake]:
    for at, condition in enumerate(item.enable_when):
        place = (*path, "enable_when", at)
        yield from _of_condition(one, condition, place)
        asked = one.by_id.get(condition.item)
        if asked is not None and asked.kind == "choice" and condition.op not in ("=", "!=", "exists"):
            remedy = "List the codes, with enable_any."
            yield (*place, "op"), f"FHIR knows no {condition.op} of the codes of {asked.id}.", remedy
        order = list(one.by_id)
        if condition.item in order and order.index(condition.item) >= order.index(item.id):
            yield (*place, "item"), f"{condition.item!r} is asked later than {item.id!r}.", "Ask it before."
    if item.covered_by is not None and item.covered_by not in one.by_id:
        near = did_you_mean(item.covered_by, one.by_id)
        yield (*path, "covered_by"), f"There is no item {item.covered_by!r}.", near


def _of_condition(one: Questionnaire, condition: When, path: Path_) -> Iterator[Mistake]:
    asked = one.by_id.get(condition.item)
    if asked is None:
        near = did_you_mean(condition.item, one.by_id)
        yield (*path, "item"), f"There is no item {condition.item!r}.", near
        return
    if not asked.answerable:
        yield (*path, "item"), f"{asked.id} is a {asked.kind} and has no answer.", ""
    value, op = condition.value, condition.op
    number = isinstance(value, int | float) and not isinstance(value, bool)
    fits = {
        "boolean": isinstance(value, bool),
        "choice": isinstance(value, str) and asked.option(value) is not None,
        "date": isinstance(value, str),
        "text": isinstance(value, str),
    }.get(asked.kind, number)
    if op == "exists":
        fits = isinstance(value, bool)
    elif op not in ("=", "!="):
        scored = asked.kind in NUMBERS or all(option.score is not None for option in asked.options)
        fits = number and scored and asked.kind in (*NUMBERS, "choice")
    if not fits:
        near = did_you_mean(str(value), [option.code for option in asked.options])
        yield (*path, "value"), f"{asked.id} {op} {value!r} can never be told.", near


def _of_indicator(item: Item, path: Path_, indicators: Mapping[str, Indicator]) -> Iterator[Mistake]:
    indicator = indicators.get(str(item.indicator))
    if indicator is None:
        near = did_you_mean(str(item.indicator), indicators)
        yield (*path, "indicator"), f"There is no indicator {item.indicator!r}.", near
        return
    wanted: Mapping[str, Callable[[], bool]] = {
        "boolean": lambda: indicator.kind == "boolean",
        "choice": lambda: indicator.kind in ("coded", "ordinal") or _counts(item, indicator),
        "text": lambda: indicator.kind == "text",
        "date": lambda: indicator.kind == "text",
    }
    if not wanted.get(item.kind, lambda: indicator.kind == "quantity")() or item.repeats:
        what = f"The answer of a {item.kind}{' with several' if item.repeats else ''} is no {indicator.kind}."
        yield (*path, "indicator"), what, ""
    elif item.kind == "choice" and indicator.codes:
        for at, option in enumerate(item.options):
            if option.code not in indicator.codes:
                near = did_you_mean(option.code, indicator.codes) or f"Known: {', '.join(indicator.codes)}."
                what = f"{option.code!r} is no code of {indicator.id}."
                yield (*path, "options", at, "code"), what, near
    elif item.kind in NUMBERS:
        yield from _of_unit(item, path, indicator)


def _counts(item: Item, indicator: Indicator) -> bool:
    """Whether every option counts something that the indicator can be."""
    scores = [option.score for option in item.options]
    return indicator.kind == "quantity" and all(
        score is not None and indicator.possible_value(score) for score in scores
    )


def _of_unit(item: Item, path: Path_, indicator: Indicator) -> Iterator[Mistake]:
    try:
        ends = [indicator.convert(end, item.unit) for end in (item.low, item.high) if end is not None]
        indicator.convert(0.0, item.unit)
    except UnitError as error:
        yield (*path, "unit"), error.what, error.remedy or ""
        return
    for end in ends:
        if not indicator.possible_value(end):
            yield path, f"{end:g} {indicator.unit} is not possible for {indicator.id}.", ""


def _says_mode(item: Item | None) -> bool:
    return item is not None and {option.code for option in item.options} == {"clinic", "home", "phone"}


def _of_scores(
    one: Questionnaire,
    indicators: Mapping[str, Indicator],
    measures: Mapping[str, tuple[str, ...]] | None,
) -> Iterator[Mistake]:
    for at, scored in enumerate(one.scores):
        path: Path_ = ("scores", at)
        for column, item in scored.columns.items():
            if item not in one.by_id:
                yield (
                    (*path, "columns", column),
                    f"There is no item {item!r}.",
                    did_you_mean(item, one.by_id),
                )
        for column, name in scored.observed.items():
            if name not in indicators:
                near = did_you_mean(name, indicators)
                yield (*path, "observed", column), f"There is no indicator {name!r}.", near
        if measures is None:
            continue
        if scored.measure not in measures:
            near = did_you_mean(scored.measure, measures)
            yield (*path, "measure"), f"There is no score {scored.measure!r}.", near
            continue
        columns = measures[scored.measure]
        for column in scored.columns:
            if column not in columns:
                what = f"{scored.measure} reads no column {column!r}."
                yield (*path, "columns", column), what, did_you_mean(column, columns)
        if not {*scored.columns, *one.by_id} & set(columns):
            yield path, f"No item answers to a column of {scored.measure}.", "Name items as its columns."


def _untranslated(one: Questionnaire) -> Iterator[Mistake]:
    names: list[tuple[Path_, Mapping[Any, str]]] = [(("name",), one.name)]
    for path, item in walk(one.items):
        names += [((*path, "text"), item.text)] + ([((*path, "help"), item.help)] if item.help else [])
        names += [((*path, "options", at, "name"), option.name) for at, option in enumerate(item.options)]
    names += [(("alerts", at, "text"), alert.text) for at, alert in enumerate(one.alerts)]
    for path, words in names:
        for lang in ("zh", "en"):
            if not words.get(lang, "").strip():
                yield path, f"It says nothing in {lang}.", "Write zh and en."
