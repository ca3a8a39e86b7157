"""The clock behind pending states: AWS's typical durations, times the scale that the server was started with."""

import time


class Clock:
    scale = 0.01
    eventual = False
    # For so long after a change of a hosted zone, the next one comes too early.
    zone_busy = 0.0

    def __init__(self):
        # Functions of (account, region) that let time pass over another service's resources; EC2 asks them what still holds its own.
        self.watchers = []

    def now(self):
        return time.time()

    def passed(self, since, seconds):
        """Whether AWS's `seconds`, scaled, have gone by since the time stamp `since`."""
        return self.now() - since >= seconds * self.scale


CLOCK = Clock()
