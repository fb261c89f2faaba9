"""A Redis cache whose absence slows pages down and breaks none: what is not remembered is read again."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

journal = logging.getLogger("commun.cache")


class CacheIndulgent(RedisCache):
    """Django's Redis cache; while the server is away, a reading finds nothing and a writing keeps nothing.

    Rate limits then let people in: they guard against abuse, not against the work of the day.
    """

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._ou(default, super().get, key, default, version)

    def get_many(self, keys: Any, version: int | None = None) -> dict[Any, Any]:
        return self._ou({}, super().get_many, keys, version)

    def set(self, key: Any, value: Any, timeout: Any = ..., version: int | None = None) -> None:
        suite = () if timeout is ... else (timeout, version)
        self._ou(None, super().set, key, value, *suite)

    def set_many(self, data: dict[Any, Any], *suite: Any, **nommes: Any) -> list[Any]:
        return self._ou(list(data), super().set_many, data, *suite, **nommes)

    def add(self, key: Any, value: Any, *suite: Any, **nommes: Any) -> bool:
        return self._ou(True, super().add, key, value, *suite, **nommes)

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        return self._ou(delta, super().incr, key, delta, version)

    def touch(self, key: Any, *suite: Any, **nommes: Any) -> bool:
        return self._ou(False, super().touch, key, *suite, **nommes)

    def delete(self, key: Any, version: int | None = None) -> bool:
        return self._ou(False, super().delete, key, version)

    def has_key(self, key: Any, version: int | None = None) -> bool:
        return self._ou(False, super().has_key, key, version)

    def repond(self) -> bool:
        """True when the server answers."""
        try:
            return bool(self._cache.get_client().ping())
        except RedisError:
            return False

    @staticmethod
    def _ou(defaut: Any, appel: Callable[..., Any], *suite: Any, **nommes: Any) -> Any:
        try:
            return appel(*suite, **nommes)
        except RedisError as erreur:
            journal.warning("cache out of reach: %s", type(erreur).__name__)
            return defaut
