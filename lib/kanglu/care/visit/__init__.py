"""A visit as it is entered: one form for all programmes, what it would come to, and how it is saved.

`form_of` gives the form and `known` what the record knows of its answers; `preview` says, as one types, what
class, next date and alarms would follow by the rules themselves, what cannot be and what is to be confirmed.
`save_visit` enters it all or not at all, once however often it is sent.
"""

from kanglu.care.visit.doubts import Doubt
from kanglu.care.visit.form import VisitForm, form_for, form_of, stored_answers
from kanglu.care.visit.history import Edit, history
from kanglu.care.visit.known import Known, known
from kanglu.care.visit.preview import Preview, Verdict, preview
from kanglu.care.visit.saving import Saved, last_saved, mark, save_visit
from kanglu.care.visit.standing import Standing, Step, before

__all__ = [
    "Doubt",
    "Edit",
    "Known",
    "Preview",
    "Saved",
    "Standing",
    "Step",
    "Verdict",
    "VisitForm",
    "before",
    "form_for",
    "form_of",
    "history",
    "known",
    "last_saved",
    "mark",
    "preview",
    "save_visit",
    "stored_answers",
]
