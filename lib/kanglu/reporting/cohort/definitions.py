"""The definitions of the rates in words: who counts, who meets it, and where it comes from."""

from dataclasses import dataclass

from kanglu.i18n import Words


@dataclass(frozen=True, slots=True)
class Definition:
    """What a rate means, for people; `topic` groups rates in a table."""

    topic: str
    title: str
    sentence: str
    source: str


def definition(name: str, _: Words) -> Definition:
    """A definition by its id."""
    pressure, glucose = _("Hypertension"), _("Diabetes")
    national = _("National basic public health service rules, third edition, 2017.")
    return {
        "bp_control.last_visit.national_2017": Definition(
            pressure,
            _("Blood pressure in target, last visit"),
            _(
                "Of people from 35 years with hypertension whose pressure was measured in the year: the last "
                "one below 140/90 mmHg; below 150/90 for those aged 65 or over on that day."
            ),
            national,
        ),
        "bp_control.last_six_months.guangdong_2011": Definition(
            pressure,
            _("Blood pressure in target, last six months"),
            _("Of the same people: the last one below 140/90 mmHg and no older than six months at the end."),
            _("Guangdong and Shenzhen, 2011."),
        ),
        "bp_visits.four_a_year.national_2017": Definition(
            pressure,
            _("Pressure measured on four days or more"),
            _("Of the same people: both pressures measured on four days of the year or more."),
            national,
        ),
        "fpg_control.last_test.national_2017": Definition(
            glucose,
            _("Fasting glucose in target, last test"),
            _(
                "Of people from 35 years with type 2 diabetes whose fasting glucose was tested in the year: "
                "the last one below 7.0 mmol/L."
            ),
            national,
        ),
        "fpg_tests.four_a_year.national_2017": Definition(
            glucose,
            _("Fasting glucose tested on four days or more"),
            _("Of the same people: tested on four days of the year or more."),
            national,
        ),
        "hba1c_control.last_test.cds_2024": Definition(
            glucose,
            _("HbA1c in target, last test"),
            _(
                "Of people with diabetes of any type and age whose HbA1c was tested in the year: the "
                "last one below 7.0%."
            ),
            _("Chinese diabetes guideline, 2024 edition; no indicator of the national programme."),
        ),
    }[name]
