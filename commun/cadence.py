"""How often something may be asked from the outside: a counter in Redis; without Redis, nothing is refused."""

from __future__ import annotations

import hashlib
import time
from datetime import timedelta

from django.core.cache import cache
from redis.exceptions import RedisError


def permettre(quoi: str, qui: str, *, fois: int, par: timedelta) -> bool:
    """True for the first `fois` calls of `qui` in each period; who asks is kept as a fingerprint."""
    periode = int(par.total_seconds())
    empreinte = hashlib.sha256(qui.encode()).hexdigest()[:32]
    cle = f"cadence:{quoi}:{empreinte}:{int(time.time() // periode)}"
    try:
        cache.add(cle, 0, timeout=periode)
        return cache.incr(cle) <= fois
    except (RedisError, ValueError):  # a limit that cannot be counted closes no door
        return True
