"""`/healthz`, `/readyz` and a scraper's `/metrics`, answered before anything else is asked.

A middleware, and the first: a load balancer's probe comes by address, often with that address or
nothing of use as Host header, over plain HTTP, and without cookies. Behind the other middleware it
would be refused for its host name, sent to HTTPS, or given a session. Nothing of the request is
used here but its path, its method and a bearer token, so an unknown Host can do no harm.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.http.response import HttpResponseBase

from stylesite.operating import metrics, readiness

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class Probes:
    """Answers the paths below; everything else goes on to the site."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = ANSWERS.get(request.path_info)
        if request.path_info == metrics.PATH and metrics.has_token(request):
            # Whoever comes without the token is a person, who goes on and signs in.
            answer = metrics.answer
        if answer is None:
            return self._get_response(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        response = answer(request)
        response["Cache-Control"] = "no-store"
        response["Content-Length"] = str(len(response.content))
        return response


def health(request: HttpRequest) -> HttpResponse:
    """This process answers. Nothing else is touched: what it needs is for `ready` to say."""
    return HttpResponse("ok\n", content_type="text/plain")


def ready(request: HttpRequest) -> HttpResponse:
    """Whether pages can be served now, and what keeps them from it."""
    problems = readiness.problems()
    return JsonResponse(
        {"ready": not problems, "problems": problems}, status=503 if problems else 200
    )


ANSWERS: dict[str, Callable[[HttpRequest], HttpResponse]] = {"/healthz": health, "/readyz": ready}
