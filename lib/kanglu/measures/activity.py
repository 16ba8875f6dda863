"""Physical activity from the short International Physical Activity Questionnaire (IPAQ-SF)."""

import numpy as np
import pandas as pd

from kanglu.measures.cells import Floats
from kanglu.measures.columns import Input, Inputs, column, number
from kanglu.measures.reading import Readings
from kanglu.measures.score import Answer, Band, Score

_NAMES = {"vig": "vigorous", "mod": "moderate", "walk": "walking"}
_TENTHS_OF_MET = {"vig": 80, "mod": 40, "walk": 33}
"""Whole tenths, so that sums on the edge of a class are exact."""
_LEAST_BOUT, _MOST_COUNTED, _MOST_CREDIBLE = 10, 180, 960


def _minutes(given: Readings) -> dict[str, Floats]:
    """The minutes a day of each activity, as stated; none on no days."""
    for kind in _TENTHS_OF_MET:
        given.require(f"{kind}_min", given[f"{kind}_days"] > 0)
    return {kind: np.where(given[f"{kind}_days"] == 0, 0.0, given[f"{kind}_min"]) for kind in _TENTHS_OF_MET}


def _compute(given: Readings) -> Answer:
    stated = _minutes(given)
    why = "with mod_min and walk_min is more than 960 minutes a day: the protocol leaves such answers out"
    given.refuse("vig_min", stated["vig"] + stated["mod"] + stated["walk"] > _MOST_CREDIBLE, why)
    counted = {kind: minutes >= _LEAST_BOUT for kind, minutes in stated.items()}
    days = {kind: given[f"{kind}_days"] * counted[kind] for kind in stated}
    minutes = {kind: np.minimum(stated[kind], _MOST_COUNTED) for kind in stated}
    tenths = {
        kind: np.where(counted[kind], _TENTHS_OF_MET[kind] * days[kind] * minutes[kind], 0.0)
        for kind in stated
    }
    total = tenths["vig"] + tenths["mod"] + tenths["walk"]
    all_days = days["vig"] + days["mod"] + days["walk"]
    half_hours = days["mod"] * (minutes["mod"] >= 30) + days["walk"] * (minutes["walk"] >= 30)
    high = ((days["vig"] >= 3) & (tenths["vig"] >= 15000)) | ((all_days >= 7) & (total >= 30000))
    moderate = ((days["vig"] >= 3) & (minutes["vig"] >= 20)) | (half_hours >= 5)
    moderate |= (all_days >= 5) & (total >= 6000)
    cut = (stated["vig"] > _MOST_COUNTED) | (stated["mod"] > _MOST_COUNTED) | (stated["walk"] > _MOST_COUNTED)
    return Answer(
        total / 10,
        np.where(high, np.int8(2), moderate.view(np.int8)),
        notes=((cut, "minutes above 180 a day count as 180, as the protocol says"),),
        numbers={f"{_NAMES[kind]}_met_min": amount / 10 for kind, amount in tenths.items()},
    )


def _asked(kind: str, zh: str, en: str) -> tuple[Input, Input]:
    return (
        number(
            f"{kind}_days",
            f"{zh}天数",
            f"days of {en}",
            column(f"{kind}_days", "days a week", 0, 7),
            whole=True,
        ),
        number(
            f"{kind}_min",
            f"{zh}每日分钟",
            f"minutes of {en} a day",
            column(f"{kind}_min", "minutes a day", 0, 1440),
            cell_required=False,
        ),
    )


IPAQ_SF = Score(
    id="ipaq_sf",
    name={"zh": "国际体力活动问卷（短版）", "en": "Physical activity (IPAQ, short form)"},
    version="IPAQ short form, scoring protocol of 2005",
    unit="MET-min/week",
    decimals=0,
    population="adults; made for 15–69 years",
    source="Craig CL et al. Med Sci Sports Exerc 2003;35:1381-1395; IPAQ scoring protocol 2005",
    doi="10.1249/01.MSS.0000078924.61453.FB",
    licence="free to use, no permission needed (IPAQ group)",
    inputs=(
        *_asked("vig", "剧烈活动", "vigorous activity"),
        *_asked("mod", "中等强度活动", "moderate activity"),
        *_asked("walk", "步行", "walking"),
    ),
    bands=(
        Band("low", {"zh": "低", "en": "low"}, "watch"),
        Band("moderate", {"zh": "中", "en": "moderate"}, "ok"),
        Band("high", {"zh": "高", "en": "high"}, "ok"),
    ),
    compute=_compute,
)


def ipaq_sf(inputs: Inputs) -> pd.DataFrame:
    """The week's activity in MET-minutes, and its class as band; by kind in ``vigorous_met_min`` and so on.

    MET-minutes are 8.0 (vigorous), 4.0 (moderate) or 3.3 (walking) × minutes a day × days a week. As the
    protocol says, less than 10 minutes a day count as none (nor do their days), more than 180 count as 180
    (`reason` says so), and answers that make more than 960 minutes a day are ``not_applicable``. On 0 days
    the minutes may be missing.

    Bands: high with vigorous activity on 3 days and 1,500 MET-minutes of it, or any on 7 days and 3,000;
    moderate with vigorous on 3 days of 20 minutes, or moderate and walking on 5 days of 30 minutes, or any
    on 5 days and 600; else low. Days of two kinds of activity add up.

    Population: adults. Ranges: days 0–7, minutes 0–1,440. Source: Craig CL et al., Med Sci Sports Exerc
    2003;35:1381-1395, doi 10.1249/01.MSS.0000078924.61453.FB; IPAQ scoring protocol 2005. Licence: free.
    """
    return IPAQ_SF(inputs)
