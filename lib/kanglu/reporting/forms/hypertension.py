"""Follow-up record of the hypertension programme, four visits to a sheet."""

from collections.abc import Iterator
from typing import Final

from kanglu.catalogue.questionnaire_files import questionnaires
from kanglu.catalogue.rulebook import Rulebook
from kanglu.i18n import Words
from kanglu.record import Dossier
from kanglu.reporting.blocks import Block
from kanglu.reporting.forms.followup import Cells, Row, sheets
from kanglu.reporting.forms.visits import visits_of

PROGRAMME: Final = "hypertension"
FORM: Final = "followup_hypertension"
_DRUGS: Final = frozenset({"antihypertensive"})
_INDICATORS: Final = (
    *("sbp", "dbp", "weight", "bmi", "resting_heart_rate", "heart_rate", "cigarettes_day"),
    *("alcohol_liang_day", "exercise_days_week", "salt_level", "psychological_adjustment"),
    *("compliance_behaviour", "medication_adherence", "adverse_reaction"),
)


def hypertension(dossier: Dossier, year: int, rules: Rulebook, _: Words) -> Iterator[Block]:
    """The year's visits of the programme."""
    programme = rules.programmes[PROGRAMME]
    cells = Cells(questionnaires().get(FORM), programme, _DRUGS, rules.catalogue, _)
    visits = visits_of(dossier, programme, FORM, _INDICATORS, rules, year)
    yield from sheets(visits, list(_rows(cells, _)), year, _)


def _rows(of: Cells, _: Words) -> Iterator[Row]:
    signs, life = _("Signs"), _("Guidance on life")
    drugs, referral = _("Medicines"), _("Referral")
    yield "", _("Way of the visit"), of.mode
    yield "", of.symptoms_label, of.symptoms
    yield signs, _("Blood pressure (mmHg)"), of.pressure
    yield signs, _("Weight (kg)"), of.and_goal("weight")
    yield signs, _("Body mass index (kg/m²)"), of.bmi
    yield signs, _("Heart rate (a minute)"), of.measured("resting_heart_rate", "heart_rate")
    yield signs, _("Other"), of.text("signs_other")
    yield life, _("Cigarettes a day"), of.and_goal("cigarettes")
    yield life, _("Alcohol a day (liang)"), of.and_goal("liang")
    yield life, _("Exercise"), of.exercise
    yield life, _("Salt: now / goal"), of.salt
    yield life, _("Psychological adjustment"), of.chosen("psychology")
    yield life, _("Following advice"), of.chosen("compliance")
    yield "", _("Tests"), of.text("tests_other")
    yield "", _("Taking the medicines"), of.chosen("adherence")
    yield "", _("Adverse reaction"), of.adverse
    yield "", _("Class of this visit"), of.visit_class
    yield drugs, _("Medicine 1, dosage"), of.medicine(0, 1)
    yield drugs, _("Medicine 2, dosage"), of.medicine(1, 2)
    yield drugs, _("Medicine 3, dosage"), of.medicine(2, 3)
    yield drugs, _("Other medicines, dosage"), of.other_medicines(3)
    yield referral, _("Reason"), of.text("referral_reason")
    yield referral, _("Institution and department"), of.text("referral_to")
    yield "", _("Date of the next visit"), of.next_visit
    yield "", _("Signature of the doctor"), of.doctor
