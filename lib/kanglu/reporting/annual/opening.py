"""The first page: who it is, and what matters before anything else."""

from collections.abc import Iterator, Mapping, Sequence

from kanglu.catalogue import Catalogue, Indicator
from kanglu.i18n import Words
from kanglu.insight.annual import AnnualSummary
from kanglu.insight.checks import Missing
from kanglu.insight.findings import Change, Judged
from kanglu.insight.lists import Listed
from kanglu.record.listed import denied
from kanglu.reporting.blocks import Block, Callout, Cover, Finding, Findings, Heading, Level, Prose
from kanglu.reporting.wording import (
    day_text,
    figure_text,
    judged_level,
    level_text,
    limits_text,
    listing,
    plain_name,
    sex_text,
    signed,
)
from kanglu.unit_text import unit_text

_DIRECTIONS: Mapping[str, Level] = {"better": "improved", "worse": "worsened", "neither": "ok"}
MOST = 8
"""So many findings open the report; the rest stand in the table of the years."""


def cover(summary: AnnualSummary, version: str, _: Words) -> Cover:
    """The masthead, and what stands on every page."""
    person = summary.person
    birth = _.day(person.birth_date) if person.birth_date else _("not recorded")
    return Cover(
        title=_("Annual health summary {year}", year=summary.year),
        subtitle=person.name or _("name not recorded"),
        items=(
            (_("Record number"), person.record_number),
            (_("Sex"), sex_text(person.sex, _)),
            _age(summary, _),
            (_("Born"), birth),
        ),
        institution=_("Kanglu health record"),
        cut_off=_("Data up to {day}", day=_.day(summary.as_of)),
        versions=(f"Kanglu {version}", _("catalogue {revision}", revision=summary.catalogue_revision)),
        lang=_.lang,
        record_number=person.record_number,
        document_title=f"{_('Annual health summary {year}', year=summary.year)} {person.record_number}",
    )


def _age(summary: AnnualSummary, _: Words) -> tuple[str, str]:
    """The age on the last day looked at; of who died, as far as it is known."""
    if summary.age is None:
        return _("Age"), _("not recorded")
    died = summary.person.death_date
    if summary.deceased and died is None:
        return _("Age"), _("{age} years at the last measurement", age=summary.age)
    at_death = died is not None and died == summary.until
    return _("Age at death") if at_death else _("Age"), _("{age} years", age=summary.age)


def opening(summary: AnnualSummary, catalogue: Catalogue, _: Words) -> Iterator[Block]:
    """What matters."""
    if summary.deceased:
        died = summary.person.death_date
        title = _("This person died on {day}", day=_.day(died)) if died else _("This person has died")
        yield Callout(title, (), "missing")
    allergies = [one for one in summary.allergies if not denied(one.display)]
    if allergies:
        yield Callout(_("Allergies and intolerances"), (_allergies(allergies, _),), "critical")
    yield Heading(_("What matters"))
    if summary.empty:
        yield _nothing(summary, _)
        return
    yield Prose(_lead(summary, _), "lead")
    critical = tuple(_critical(one, catalogue, _) for one in summary.out if one.critical)
    if critical:
        yield Callout(_("Values that called for action at once"), critical, "critical")
    if summary.out:
        yield Findings(tuple(_out(one, catalogue, _) for one in summary.out[:MOST]), _("Out of range"))
        if len(summary.out) > MOST:
            more = len(summary.out) - MOST
            yield Prose(
                _.count(
                    "{n} more is marked in the table of the years.",
                    "{n} more are marked in the table of the years.",
                    more,
                ),
                "note",
            )
    changed = [one for one in summary.changed if one not in summary.out[:MOST]]
    if changed:
        yield Findings(
            tuple(_changed(one, catalogue, _) for one in changed[:MOST]),
            _("Changed beyond what chance would explain"),
        )
    if summary.returned:
        back = listing([_.name(catalogue.indicators[one.indicator].name) for one in summary.returned], _)
        yield Callout(_("Back in range"), (back,), "ok")
    if summary.missing:
        yield Callout(
            _("Not done in the twelve months before {day}", day=_.day(summary.until)),
            tuple(_missing(summary, catalogue, _)),
            "watch",
        )


def _allergies(allergies: Sequence[Listed], _: Words) -> str:
    names = [(plain_name(one.display), one.sure) for one in allergies]
    return listing([name if sure else _("{name} (not confirmed)", name=name) for name, sure in names], _)


def _nothing(summary: AnnualSummary, _: Words) -> Block:
    if summary.rows:
        last = max(figure.reading.day for row in summary.rows for figure in row.figures if figure is not None)
        return Prose(
            _(
                "Nothing was measured in {year}. The last measurement is of {day}.",
                year=summary.year,
                day=day_text(last, _),
            ),
            "lead",
        )
    return Prose(
        _("The record holds no measurement of {year} or of the four years before.", year=summary.year), "lead"
    )


def _lead(summary: AnnualSummary, _: Words) -> str:
    parts = [
        _.count(
            "{n} indicator was measured in {year}.",
            "{n} indicators were measured in {year}.",
            len(summary.judged),
            year=summary.year,
        )
    ]
    if summary.age is None:
        parts.append(_("The age is not recorded, so no reference ranges are applied."))
    elif not summary.adult:
        parts.append(_("Reference ranges of adults are not applied to a child."))
    if summary.out:
        parts.append(_.count("{n} is out of range.", "{n} are out of range.", len(summary.out)))
    elif summary.adult:
        parts.append(_("None is out of range."))
    if summary.changed:
        parts.append(
            _.count(
                "{n} changed more than chance would explain.",
                "{n} changed more than chance would explain.",
                len(summary.changed),
            )
        )
    if summary.out or summary.changed:
        parts.append(_("Please discuss what is marked with your doctor."))
    return " ".join(parts) if _.lang == "en" else "".join(parts)


def _out(one: Judged, catalogue: Catalogue, _: Words) -> Finding:
    indicator = catalogue.indicators[one.indicator]
    level = judged_level(one)
    said = []
    if one.since is not None and one.since < one.figure.year:
        said.append(_("out of range since {year}", year=one.since))
    elif one.newly:
        said.append(_("new this year"))
    if one.change is not None:
        said.append(_change(one.change, indicator, _))
    return Finding(
        _.name(indicator.name),
        figure_text(indicator, one.figure, _),
        level,
        unit_text(indicator.unit, _),
        _limits(one, indicator, _),
        ("; " if _.lang == "en" else "；").join(said),
        level_text(level, _),
    )


def _changed(one: Judged, catalogue: Catalogue, _: Words) -> Finding:
    indicator = catalogue.indicators[one.indicator]
    assert one.change is not None
    level = _DIRECTIONS[one.change.direction]
    return Finding(
        _.name(indicator.name),
        figure_text(indicator, one.figure, _),
        level,
        unit_text(indicator.unit, _),
        _limits(one, indicator, _),
        _change(one.change, indicator, _),
        level_text(level, _),
    )


def _limits(one: Judged, indicator: Indicator, _: Words) -> str:
    text = limits_text(indicator, one.limits, _)
    if not text or one.limits is None:
        return ""
    return (
        _("target {range}", range=text) if one.limits.kind == "target" else _("reference {range}", range=text)
    )


def _change(change: Change, indicator: Indicator, _: Words) -> str:
    before = figure_text(indicator, change.before, _)
    return _(
        "{before} in {year}, {percent} %",
        before=before,
        year=change.before.year,
        percent=signed(change.percent),
    )


def _critical(one: Judged, catalogue: Catalogue, _: Words) -> str:
    indicator = catalogue.indicators[one.indicator]
    unit = unit_text(indicator.unit, _)
    values = [
        _(
            "{value} ({day})",
            value=f"{figure_text(indicator, reading, _)} {unit}".rstrip(),
            day=day_text(reading.effective, _),
        )
        for reading in one.critical[-3:]
    ]
    return f"{_.name(indicator.name)} {listing(values, _)}"


def _missing(summary: AnnualSummary, catalogue: Catalogue, _: Words) -> Iterator[str]:
    """A line a programme, its items in one sentence."""
    by_programme: dict[str, list[Missing]] = {}
    for one in summary.missing:
        by_programme.setdefault(one.programme, []).append(one)
    for programme, items in by_programme.items():
        names = listing([_item(one, catalogue, _) for one in items], _)
        yield _("{programme}: {names}", programme=programme_text(programme, _), names=names)


def _item(one: Missing, catalogue: Catalogue, _: Words) -> str:
    name = _.name(catalogue.indicators[one.item.indicators[0]].name)
    if one.item.times > 1:
        return _("{name} ({found} of {times} times)", name=name, found=one.found, times=one.item.times)
    return name


def programme_text(programme: str, _: Words) -> str:
    """Whom a list of checks is for."""
    return {
        "hypertension": _("with high blood pressure"),
        "diabetes": _("with diabetes"),
        "ckd": _("with chronic kidney disease"),
        "gout": _("with gout"),
        "elderly": _("from 65 years"),
        "adult_40": _("from 40 years"),
        "adult": _("for every adult"),
    }[programme]
