"""Forms: questionnaires answered, scored, kept and read back.

`answer` holds answers to a questionnaire, with what the record answers of itself; `score` gives the numbers
of its measures, or the reason why there is none; `save` enters the form, the observations among its answers
and its scores. `stored` reads the forms of a person, and `rescore` works their scores out again from the raw
answers, by the version that they were given to.
"""

from kanglu.care.forms.filling import Circumstances, Filled, answer, circumstances
from kanglu.care.forms.keeping import Stored, export, fill, rescore, save, stored
from kanglu.care.forms.scoring import questionnaires, score, score_rows

__all__ = [
    "Circumstances",
    "Filled",
    "Stored",
    "answer",
    "circumstances",
    "export",
    "fill",
    "questionnaires",
    "rescore",
    "save",
    "score",
    "score_rows",
    "stored",
]
