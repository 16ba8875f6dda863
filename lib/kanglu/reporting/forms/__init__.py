"""The official forms of the national programmes, filled from the record as they are on paper.

`visits` reads the follow-up visits of a programme, `assessments` the questionnaires that were filled in.
`hypertension`, `diabetes`, `self_care` and `constitution` make one form each, of the cells in `cells` and
`followup`. What was not asked stays an empty place to write in.
"""

from kanglu.reporting.forms.report import FORMS, FormReport, report

__all__ = ["FORMS", "FormReport", "report"]
