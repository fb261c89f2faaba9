"""What every answer carries."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class AucuneCopieMiddleware:
    """Pages of a signed-in person are not kept by any cache on the way, nor by the browser's disk."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        reponse = self.get_response(request)
        if request.user.is_authenticated and "Cache-Control" not in reponse.headers:
            reponse.headers["Cache-Control"] = "private, no-store"
        return reponse
