"""Calendar arithmetic: ages to the day, months clipped at their end, dates known only in part.

An *effective* time is ISO 8601 text in the local time of where it happened, as exact as the source
states it: ``2019``, ``2019-05``, ``2019-05-26`` or ``2019-05-26T08:02:23``. Such texts sort by time, so
they are stored and compared as they are; nothing is added that the source did not say. A *recorded*
time is an instant, ISO text in UTC with microseconds and a trailing ``Z``.
"""

import calendar
import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from kanglu.errors import DateError

_ISO = re.compile(
    r"(?P<year>\d{4})(-(?P<month>\d\d)(-(?P<day>\d\d)"
    r"([T ](?P<clock>([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?)(?P<fraction>\.\d+)?"
    r"(?P<offset>Z|[+-](0\d|1[0-4]):?[0-5]\d)?)?)?)?",
    re.ASCII,
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def partial(text: str) -> str:
    """The effective time that `text` states, in Kanglu's form: offset and fractions of a second dropped.

    Raises `DateError` for what is no date of the calendar (``2019-02-30``, ``0000-01-01``).
    """
    text = text.strip()
    found = _ISO.fullmatch(text)
    if not found:
        raise DateError(
            f"{text!r} is not an ISO 8601 date.",
            remedy="Write 2026, 2026-05, 2026-05-26 or 2026-05-26T08:30:00.",
        )
    year, month, day = (int(found[part] or 1) for part in ("year", "month", "day"))
    try:
        date(year, month, day)
    except ValueError:
        raise DateError(
            f"{text!r} is not a date of the calendar.", remedy="Correct it in the source."
        ) from None
    if not found["clock"]:
        return text
    clock = found["clock"] if len(found["clock"]) == 8 else f"{found['clock']}:00"
    return f"{text[:10]}T{clock}"


def parse_day(text: str) -> date:
    """A full calendar day from ``2026-05-26``; raises `DateError`."""
    try:
        if not _DAY.fullmatch(text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise DateError(f"{text!r} is not a day.", remedy="Write it as 2026-05-26.") from None


def age_on(birth: date, day: date) -> int:
    """Completed years of age on `day`; someone born on 29 February has the birthday on 1 March otherwise."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def ages_on(births: npt.ArrayLike, day: date | npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Completed years for a column of birth dates (``datetime64[D]``; NaT gives NaN)."""
    born = np.asarray(births, dtype="datetime64[D]")
    on = np.asarray(day, dtype="datetime64[D]")

    def parts(days: npt.NDArray[np.datetime64]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        year = days.astype("datetime64[Y]")
        month = days.astype("datetime64[M]")
        month_day = (month - year).astype(float) * 32 + (days - month).astype(float)
        missing = np.isnat(days)
        return np.where(missing, np.nan, year.astype(float)), np.where(missing, np.nan, month_day)

    (born_year, born_day), (year, month_day) = parts(born), parts(on)
    return np.asarray(year - born_year - (month_day < born_day), dtype=np.float64)


def add_months(day: date, months: int) -> date:
    """The same day of a later (or earlier) month, clipped to the month's end: 30 Nov + 3 = 28 or 29 Feb.

    Raises `DateError` outside the years 1 to 9999.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        raise DateError(f"{day} and {months} months leave the calendar.", remedy="Ask for fewer months.")
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def end_of(day: date) -> str:
    """The last effective time of a day, for comparisons: everything that day sorts at or before it."""
    return f"{day.isoformat()}T23:59:59"


def last_instant(day: date, zone: str = "Asia/Shanghai") -> str:
    """The last recorded instant of a local day, in UTC: ``2026-06-30`` in Shanghai ends at 16:00 UTC."""
    midnight = datetime.combine(day + timedelta(days=1), time(), tzinfo=ZoneInfo(zone))
    # In UTC, since the last hour of a local day may come twice when the clocks go back.
    return instant(midnight.astimezone(UTC) - timedelta(microseconds=1))


def instant(moment: datetime) -> str:
    """A recorded time: `moment` (which must know its zone) as ISO text in UTC with microseconds."""
    if moment.tzinfo is None:
        raise DateError(f"{moment.isoformat()} has no time zone.", remedy="Pass an aware datetime.")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def year_at(effective: str | date) -> float:
    """An effective time as a fractional year; a time known only in part stands at the middle of that part.

    >>> year_at("2024"), year_at("2024-01-01")
    (2024.5, 2024.0)
    """
    text = effective.isoformat() if isinstance(effective, date) else partial(effective)
    year = int(text[:4])
    if len(text) == 4:
        return year + 0.5
    if len(text) == 7:
        return year + (int(text[5:7]) - 0.5) / 12
    first = date(year, 1, 1)
    days = (date(year + 1, 1, 1) - first).days if year < 9999 else 365
    return year + (date.fromisoformat(text[:10]) - first).days / days
