"""The form of a visit: the follow-up questionnaires of all programmes that a person is in, as one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import orjson

from kanglu.care.forms import Circumstances, Filled, answer, circumstances
from kanglu.care.forms.stating import key_of
from kanglu.care.tasks import held_on
from kanglu.catalogue import Catalogue
from kanglu.catalogue.answering import Raw, hold
from kanglu.catalogue.joining import Joined, join
from kanglu.catalogue.models import Names
from kanglu.catalogue.questionnaire_files import Questionnaires
from kanglu.catalogue.questionnaires import Item, Questionnaire
from kanglu.catalogue.rulebook import Rulebook
from kanglu.errors import FormError
from kanglu.measures.body import bmi
from kanglu.record import Dossier
from kanglu.record.listed import UNSOUND

VISIT = "visit"
_NAME: Names = {"zh": "随访", "en": "Follow-up visit"}
_ADULT = 18


@dataclass(frozen=True)
class VisitForm:
    """What is asked on a visit.

    Parameters
    ----------
    joined : the questionnaires as one; `joined.questionnaire` is what is shown.
    programmes : those that the visit is of; none when it is another questionnaire.
    formless : programmes that the person is in, whose visits have classes, and that have no follow-up form.
    """

    joined: Joined
    programmes: tuple[str, ...] = ()
    formless: tuple[str, ...] = ()

    @property
    def questionnaire(self) -> Questionnaire:
        """What is asked, as one questionnaire."""
        return self.joined.questionnaire

    @property
    def edition(self) -> str:
        """The editions of its questionnaires, ``followup_hypertension/1+followup_diabetes/1``."""
        return "+".join(part.edition for part in self.joined.parts)

    def keys(self, day: date) -> tuple[str, ...]:
        """The source keys of its forms of a day."""
        return tuple(key_of(part.id, day) for part in self.joined.parts)

    def item_of(self, indicator: str) -> Item | None:
        """The item whose answer is an observation of an indicator."""
        return next((one for one in self.questionnaire.by_id.values() if one.indicator == indicator), None)


def form_of(dossier: Dossier, day: date, rules: Rulebook, forms: Questionnaires) -> VisitForm:
    """The form of all programmes that the person is in on a day.

    Raises `FormError` when the person is in none that has a follow-up form.
    """
    enrolled = set(held_on(dossier.episodes, day)["code"].dropna().tolist())
    programmes = [name for name in rules.programmes if name in enrolled]
    by_programme = {one.visit: one for one in forms.newest.values() if one.visit is not None}
    with_form = [name for name in programmes if name in by_programme]
    if not with_form:
        raise FormError(
            "The person is in no programme that has a follow-up form.",
            where=f"{dossier.person.record_number}, {day}",
            remedy="Enrol the person first, or choose a questionnaire.",
        )
    joined = join([by_programme[name] for name in with_form], VISIT, _NAME)
    without = tuple(
        name for name in programmes if name not in by_programme and rules.programmes[name].classes
    )
    return VisitForm(joined, tuple(with_form), without)


def form_for(questionnaire: Questionnaire) -> VisitForm:
    """A questionnaire that is filled by itself."""
    visit = questionnaire.visit
    return VisitForm(join([questionnaire], VISIT, _NAME), () if visit is None else (visit,))


def stored_answers(form: VisitForm, dossier: Dossier, day: date) -> dict[str, Raw]:
    """What was saved of the form on the day already."""
    responses = dossier.responses
    said = dict(zip(responses["source_key"].tolist(), responses["answers"].tolist(), strict=True))
    parts: list[Mapping[str, Raw]] = [
        orjson.loads(text) if isinstance(text := said.get(key), str) else {} for key in form.keys(day)
    ]
    return form.joined.answers_from(parts)


def about(
    form: VisitForm, answers: Mapping[str, object], dossier: Dossier, day: date, catalogue: Catalogue
) -> Circumstances:
    """What the record says of the person on the day; a weight that is answered gives the body mass index.

    The height of an adult counts however old it is; a child's only of the day.
    """
    found = circumstances(dossier, day, catalogue)
    weight, known = form.item_of("weight"), dict(found.known)
    held = hold(form.questionnaire, answers, catalogue.indicators)
    if weight is None or weight.id not in held.answers:
        return found
    known.pop("bmi_kg_m2", None)
    tall = _height(dossier, day, found.age)
    if tall is not None:
        heavy = catalogue.indicators["weight"].convert(*_measured(held.answers[weight.id], weight))
        known["bmi_kg_m2"] = round(float(bmi(np.array([heavy]), np.array([tall]))[0]), 1)
    return Circumstances(found.age, found.pregnant, found.died, known)


def _measured(raw: Raw, item: Item) -> tuple[float, str | None]:
    if isinstance(raw, dict):
        return float(raw["value"]), str(raw["unit"])
    return float(raw), item.unit  # type: ignore[arg-type]


def _height(dossier: Dossier, day: date, age: int | None) -> float | None:
    """The last height in cm that stands for the day."""
    seen = dossier.observations
    sound = (seen["indicator"] == "height") & ~seen["status"].isin(UNSOUND) & seen["comparator"].isna()
    sound &= (seen["origin"] != "defaulted") & seen["value"].notna()
    sound &= seen["effective"].fillna("").str[:10] <= day.isoformat()
    if age is None or age < _ADULT:
        sound &= seen["effective"].fillna("").str[:10] == day.isoformat()
    values: Any = seen[sound].sort_values("effective", kind="stable")["value"]
    return float(values.iloc[-1]) if len(values) else None


def fills(
    form: VisitForm, answers: Mapping[str, Raw], knowing: Circumstances, catalogue: Catalogue
) -> tuple[Filled, ...]:
    """Each questionnaire of the form with its answers, without what it does not ask after them.

    A questionnaire of which nothing is answered is left out. Raises `FormError` for answers that cannot be.

    Parameters
    ----------
    knowing : what `about` gave for these answers.
    """
    found = []
    for place, questionnaire in enumerate(form.joined.parts):
        own = form.joined.answers_of(place, answers)
        held = hold(questionnaire, own, catalogue.indicators)
        asked = {name: given for name, given in own.items() if name in held.asked}
        if asked:
            found.append(answer(questionnaire, asked, knowing, catalogue=catalogue))
    return tuple(found)
