"""The words that ``plan``, ``promises`` and ``law`` compute, for who reads them.

In: nothing. Out: constants, so that ``present`` can hold itself to them without what
measures.
"""

PLANNED, ONGOING, LATE, DONE, CANCELLED = "planerad", "pågår", "sen", "klar", "avbruten"
STATUSES = (LATE, ONGOING, PLANNED, DONE, CANCELLED)
REACHED, PERHAPS, NOT_REACHED = "nått", "nått, men det kan vara slump", "inte nått"
NOT_DUE, MISSING = "ännu inte dags att säga", "uppgift saknas"
NOT_JUDGED = "bedöms inte efter antal"
FOLLOWED_INSIDE = "följs internt"
HELPED, NO_EFFECT, MORE = "har troligen hjälpt", "ingen effekt syns", "blev fler"
COMING, CURRENT, ENDED = "kommande", "gäller", "avslutat"
NO_FOLLOW_UP = "uppföljning saknas"
WHEEL_DONE, WHEEL_LATE, WHEEL_DUE, WHEEL_LATER = "klart", "sent", "dags", "senare"
LAW_DONE, LAW_NOT_DONE, LAW_OVERDUE = "klart", "inte klart", "för sent"
EVIDENCE = "bevis"
"""Folder of register/ with the files that the law's register points at."""
