"""How a request is refused that its view never sees: too long, too often, from a stale page.

People get a page. Scripts of our pages get a sentence to show, in JSON, wherever they send; so they
ask for it (``of_script``). The API says such things in its own way.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from accounts.access import of_script


def refused(
    request: HttpRequest, status: int, sentence: str, template: str = "refused.html"
) -> HttpResponse:
    """``template`` is the page that shows the sentence."""
    if of_script(request):
        return said_to_script(status, sentence)
    return render(request, template, {"sentence": sentence}, status=status)


def said_to_script(status: int, sentence: str) -> JsonResponse:
    answer = JsonResponse({"sentence": sentence}, status=status)
    answer["Cache-Control"] = "no-store"
    return answer
