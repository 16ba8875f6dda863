"""The one exception family: every error says what was wrong, where, and what to do."""


class KangluError(Exception):
    """Base of all errors that Kanglu raises on purpose.

    Parameters
    ----------
    what : what was wrong, one sentence.
    where : file, row, field, table or person it was found at.
    remedy : what the reader can do about it.
    """

    def __init__(self, what: str, *, where: str | None = None, remedy: str | None = None) -> None:
        self.what, self.where, self.remedy = what, where, remedy
        super().__init__(what)

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text} {self.remedy}" if self.remedy else text

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.what, self.where, self.remedy))


def _rebuild(kind: type[KangluError], what: str, where: str | None, remedy: str | None) -> KangluError:
    return kind(what, where=where, remedy=remedy)


class CatalogueError(KangluError, ValueError):
    """A definition in a catalogue file is wrong; `where` is file:line and key."""


class FormError(KangluError, ValueError):
    """Answers do not fit their questionnaire; every one that does not is named, and why."""


class UnitError(KangluError, ValueError):
    """A unit is unknown, or cannot be converted to the one asked for."""


class DateError(KangluError, ValueError):
    """A date is not a date, or not one of this calendar."""


class MeasureError(KangluError, ValueError):
    """A measure was called with columns or types it cannot work on."""


class PermissionDenied(KangluError, PermissionError):
    """The actor's role or purpose does not allow this."""


class NotInPanel(PermissionDenied):
    """The person is in nobody's panel whose records the actor may see; `where` names the record."""


class ConsentError(KangluError, PermissionError):
    """The person has not allowed this, or allows it no longer."""


class RecordError(KangluError):
    """The record refuses an operation, because it would break one of its promises."""


class Unreachable(RecordError):
    """The database cannot be asked at this moment; the same may be tried again, and nothing was changed."""


class Full(Unreachable):
    """The disk of the database has no room; nothing was changed."""


class Overtaken(RecordError):
    """Somebody else has changed what was to be changed since it was read; `what` says who and when."""


class NotFound(RecordError, LookupError):
    """No such person, batch or fact."""


class ExpressionError(KangluError, ValueError):
    """A panel expression cannot be read; `where` shows the place."""


class Refused(KangluError, ValueError):
    """An input file is not what Kanglu takes in, as a whole."""


class ReportError(KangluError):
    """A report could not be run, set or written."""
