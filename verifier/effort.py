"""How much computing one run may cost, all its checks together.

A sender chooses how many proofs, records and status entries there are, and each of them is cheap;
what is bounded here is their sum. The time of the thread counts, so that neither waiting for hosts
(see verifier.patience) nor other requests on the same machine use it up.
"""

import time
from collections.abc import Callable

from verifier.errors import EffortSpent

MAX_SECONDS = 1.5
"""Computing time of one run; a transcript of 350 claims needs about half of it."""


class Effort:
    """The computing time that is left of one run.

    Args:
        seconds: for the whole run.
        now: the thread's computing time, in seconds.
    """

    def __init__(
        self, seconds: float = MAX_SECONDS, now: Callable[[], float] = time.thread_time
    ) -> None:
        self._now = now
        self._end = now() + seconds

    @property
    def is_spent(self) -> bool:
        """Whether nothing is left."""
        return self._now() >= self._end

    def require(self) -> None:
        """Go on only if something is left. Asked before each piece of work, which has limits too.

        Raises:
            EffortSpent: nothing is left.
        """
        if self.is_spent:
            raise EffortSpent("It takes more computing than one record may.")
