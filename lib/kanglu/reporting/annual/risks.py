"""Risk scores: what they say, what drives them, and which inputs were never asked."""

from collections.abc import Iterator, Sequence

from kanglu.i18n import Words
from kanglu.insight.annual import AnnualSummary
from kanglu.insight.scores import Scored, label_of
from kanglu.reporting.blocks import Block, Cell, Column, Heading, Level, Mark, Prose, Span, Table
from kanglu.reporting.wording import day_short, listing, signed

_WORDS_ONLY = frozenset({"bp_stratum_cn"})
"""Scores whose value is only the rank of their band."""
_LEAST_EFFECT = 0.05
_WAIST = "waist: "


def risks(summary: AnnualSummary, _: Words) -> Iterator[Block]:
    """The table of scores, then what could not be scored and why."""
    if not summary.scores:
        return
    yield Heading(_("Scores and risks"))
    scored = [one for one in summary.scores if one.status == "ok"]
    if not scored:
        yield _none(summary, _)
        return
    yield _table(scored, _)
    for status, title in (
        ("incomplete", _("Not scored, because not everything was asked")),
        ("not_applicable", _("Not made for this person")),
    ):
        others = [one for one in summary.scores if one.status == status]
        if others:
            yield Table(
                (Column(_("Score")), Column(title)),
                tuple((_.name(one.score.name), _why(one, _)) for one in others),
            )
    yield Prose(
        _(
            "A score is an estimate for people like this one, not a diagnosis. China-PAR: coefficients "
            "re-derived from published results, not the authors' own set."
        ),
        "note",
    )


def _none(summary: AnnualSummary, _: Words) -> Prose:
    """What the record would have to hold, in a sentence, instead of a table that repeats it by score."""
    labels = [_.name(label_of(one.score, column)) for one in summary.scores for column in one.missing]
    names = listing(list(dict.fromkeys(labels)), _)
    return Prose(_("No score could be made. Not asked or measured: {names}.", names=names))


def _table(scored: Sequence[Scored], _: Words) -> Table:
    rows = [_row(one, _) for one in scored]
    columns = [
        Column(_("Score")),
        Column(_("Value"), "end"),
        Column(_("Class")),
        Column(_("What drives it, and remarks")),
        Column(_("Data of")),
    ]
    if not any(row[3] for row in rows):
        columns, rows = [*columns[:3], columns[4]], [(*row[:3], row[4]) for row in rows]
    return Table(tuple(columns), tuple(rows))


def _row(one: Scored, _: Words) -> tuple[Cell, ...]:
    value = (
        ""
        if one.value is None or one.id in _WORDS_ONLY
        else f"{one.value:.{one.score.decimals}f} {_unit(one, _)}".strip()
    )
    days = sorted({used.day[:10] for used in one.used if used.day})
    return (
        _.name(one.score.name),
        value,
        _band(one, _),
        _drivers(one, _),
        Span(day_short(days[-1]) if days else "", "quiet"),
    )


def _unit(one: Scored, _: Words) -> str:
    return {"1": "", "rank": "", "points": _("points"), "criteria": _("of 5")}.get(
        one.score.unit, one.score.unit
    )


def _band(one: Scored, _: Words) -> Cell:
    if one.band is None:
        return ""
    text = _.name(one.score.band(one.band).label)
    level: Level = one.level  # type: ignore[assignment]
    return text if level == "ok" else Mark(text, level, "")


def _drivers(one: Scored, _: Words) -> str:
    shown = sorted(
        (item for item in one.contributors if abs(item.effect) >= _LEAST_EFFECT),
        key=lambda item: -abs(item.effect),
    )
    said = listing([f"{_.name(item.label)} {_effect(item.effect, item.unit)}".rstrip() for item in shown], _)
    remark = _remark(one, _)
    return ("; " if _.lang == "en" else "；").join(filter(None, (said, remark)))


def _effect(effect: float, unit: str) -> str:
    return "" if unit == "criterion" else signed(effect, 0 if unit == "points" else 1)


def _remark(one: Scored, _: Words) -> str:
    """The caution on a value, in words; nothing where the class says it already."""
    said = one.remark or ""
    if said.startswith(_WAIST):
        place = next((band for band in one.score.bands if band.code == said.removeprefix(_WAIST)), None)
        return _("waist: {band}", band=_.name(place.label)) if place else _("waist: no class without the sex")
    for part, words in (
        ("35–74", _("outside the ages it was derived in: an extrapolation")),
        ("5–13 %", _("outside the values it was derived from: an extrapolation")),
        ("decided by the criteria that are known", _("decided by the criteria that are known")),
        ("implausibly high", _("the creatinine is implausibly high: its unit may be wrong")),
    ):
        if part in said:
            return words
    return ""


def _why(one: Scored, _: Words) -> str:
    if one.status == "incomplete":
        names = list(dict.fromkeys(_.name(label_of(one.score, column)) for column in one.missing))
        return _("not asked or measured: {names}", names=listing(names, _))
    if one.id == "bp_stratum_cn" and "sbp_mmhg" in one.blocking:
        return _("blood pressure below 130/85 mmHg, where its table begins")
    lacking = {*one.missing, *(used.column for used in one.used if used.value is None)}
    blocking = [column for column in one.blocking if column not in lacking]
    names = list(dict.fromkeys(_blocker(one, column, _) for column in blocking))
    return _("outside what it was made for: {names}", names=listing(names, _))


def _blocker(one: Scored, column: str, _: Words) -> str:
    """An input that rules a score out, with its number; of a yes-or-no input the name says it."""
    name = _.name(label_of(one.score, column))
    value = next((used.value for used in one.used if used.column == column), None)
    if value is None or isinstance(value, str) or column.endswith("_0_1"):
        return name
    return f"{name} {round(value, 1):g}"
