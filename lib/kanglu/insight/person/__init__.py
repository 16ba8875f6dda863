"""One person as the page shows them: what matters now, what holds, and everything that happened, in words.

All of it is made from one dossier and what the rules have given; `look` puts it together, `timeline` tells
the seven kinds of contact.
"""

from kanglu.insight.person.look import Look as Look
from kanglu.insight.person.look import look as look
from kanglu.insight.person.timeline import KINDS as KINDS
from kanglu.insight.person.timeline import Event as Event
from kanglu.insight.person.timeline import timeline as timeline
