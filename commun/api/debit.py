"""How many calls a minute: one counter per caller in Redis; without Redis, calls go through."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError
from rest_framework.throttling import BaseThrottle

FENETRE = 60  # seconds


class Debit(BaseThrottle):
    """At most `settings.API_APPELS_PAR_MINUTE` calls in each minute of the clock, by `vue.emetteur`."""

    def allow_request(self, request: Any, view: Any) -> bool:
        cle = f"debit:{view.emetteur}:{int(time.time() // FENETRE)}"
        try:
            cache.add(cle, 0, timeout=2 * FENETRE)
            return cache.incr(cle) <= settings.API_APPELS_PAR_MINUTE
        except (RedisError, ValueError):  # a limit that cannot be counted closes no door
            return True

    def wait(self) -> float:
        return FENETRE - time.time() % FENETRE + 1
