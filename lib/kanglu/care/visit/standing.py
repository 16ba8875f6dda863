"""What the rules give the person of a dossier, with and without the answers of a visit as facts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kanglu.care.blocks import block_of
from kanglu.care.dossiers import known_of
from kanglu.care.evaluator import Evaluator
from kanglu.care.evidence import Evidence
from kanglu.care.forms import Filled
from kanglu.care.forms.stating import stated
from kanglu.care.forms.visiting import visits
from kanglu.care.looking import indicators
from kanglu.care.rows import rows_of
from kanglu.care.visit.form import VisitForm
from kanglu.care.wording import About, sentence
from kanglu.catalogue import Catalogue
from kanglu.catalogue.models import Names
from kanglu.catalogue.rulebook import Rulebook
from kanglu.i18n import Words
from kanglu.record import Dossier
from kanglu.record.database import uncollected
from kanglu.record.rulings import Ruling
from kanglu.record.supposing import with_facts, without

type Key = tuple[int, str, str, int]
"""Person, rule, period and part: what names a row."""
_SOURCE = "preview"
_NO_MODE = "clinic"
"""Where a visit is supposed to take place while nobody has said so; no class asks for it."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something that the rules give: a task, referral, recommendation, message or tag."""

    kind: str
    code: str
    name: Names
    due: date | None
    row: Ruling
    because: "Because"

    def why(self, _: Words) -> str:
        """The sentence of its rule, with the person's numbers."""
        return sentence(self.because.rules, self.row, self.because.about, self.because.as_of, _)


@dataclass(frozen=True, slots=True, eq=False)
class Because:
    """What a sentence is about."""

    rules: Rulebook
    about: About
    as_of: date


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """What the rules give a person, with what was worked out on the way; by key."""

    evaluator: Evaluator
    rows: Mapping[Key, Ruling]

    @property
    def open(self) -> dict[Key, Ruling]:
        """What is there and not closed."""
        return {key: row for key, row in self.rows.items() if row.state == "open"}


def standing(dossier: Dossier, rules: Rulebook) -> Standing:
    """All that the rules give the person of a dossier, as of its day."""
    with uncollected():
        facts = known_of(dossier, dossier.as_of, _looked_at(rules))
        found = Evaluator(block_of(facts, rules), rules)
        rows = rows_of(found.run(), found.block, Evidence(found), found.live)
        return Standing(found, {row.key: row for row in rows})


def before(form: VisitForm, dossier: Dossier, day: date, rules: Rulebook) -> Standing:
    """What the rules give without this visit: worked out once for all previews of it."""
    return standing(without_visit(form, dossier, day), rules)


_indicators: dict[str, tuple[str, ...]] = {}
"""What each revision of the rules looks at; there are few in the life of a process."""


def _looked_at(rules: Rulebook) -> tuple[str, ...]:
    if rules.revision not in _indicators:
        _indicators[rules.revision] = tuple(sorted(indicators(rules)))
    return _indicators[rules.revision]


def without_visit(form: VisitForm, dossier: Dossier, day: date) -> Dossier:
    """The dossier without what the form's questionnaires said of the day before."""
    own = set(form.keys(day))
    base = without(dossier, ("observations", "responses"), lambda key: key.partition("#")[0] in own)
    mine = {"", *form.programmes}
    visits_of_day = {
        key
        for key, reason in zip(
            base.encounters["source_key"].tolist(), base.encounters["reason"].tolist(), strict=True
        )
        if isinstance(key, str) and key.startswith(f"follow-up/{day}/")
        if isinstance(reason, str) and set(reason.split(",")) <= mine
    }
    return without(base, ("encounters",), lambda key: key in visits_of_day)


def supposed(base: Dossier, filled: Sequence[Filled], day: date, catalogue: Catalogue) -> Dossier:
    """The dossier as it would be with the forms saved."""
    person = base.person.id
    facts = [fact for one in filled for fact in stated(one, person, day, None, _SOURCE, catalogue)]
    moded = [_with_mode(one) for one in filled]
    return with_facts(base, [*facts, *visits(base.encounters, person, moded, day, None, _SOURCE)])


def _with_mode(filled: Filled) -> Filled:
    if "mode" in filled.answers:
        return filled
    answers = {**filled.answers, "mode": _NO_MODE}
    return Filled(filled.questionnaire, answers, filled.open, filled.about, filled.indicators)


def raised(after: Standing, without_it: Standing, because: Because) -> tuple[Step, ...]:
    """What is open and was not there before."""
    before = without_it.open
    return steps([row for key, row in after.open.items() if key not in before], because)


def closed(after: Standing, without_it: Standing, because: Because) -> tuple[Step, ...]:
    """What was open; what the visit took away again is what it never was, and is none of it."""
    gone = [row for key, row in without_it.open.items() if key not in after.open and key in after.rows]
    return steps([after.rows[row.key] for row in gone], because)


def steps(rows: Sequence[Ruling], because: Because) -> tuple[Step, ...]:
    """Rows with their names, the most urgent first."""
    urgent = sorted(rows, key=lambda row: (-(row.priority or 0), row.due or row.starts, row.rule, row.part))
    return tuple(_step(row, because) for row in urgent)


def _step(row: Ruling, because: Because) -> Step:
    rules = because.rules
    shelf: Mapping[str, object] = {
        "tag": rules.tags, "message": rules.messages, "journey": rules.journeys,
    }.get(row.kind, rules.actions)  # fmt: skip
    name: Names = shelf[row.code].name  # type: ignore[attr-defined]
    due = None if row.due is None else date.fromisoformat(row.due)
    return Step(row.kind, row.code, name, due, row, because)
