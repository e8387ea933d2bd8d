"""The page of what one's gallery adds up to."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import SignedInRequest, signed_in_page
from gallery import statistics
from gallery.recipes import duration

CHART_WIDTH, CHART_HEIGHT = 480, 120
"""Of the drawing, in its own units; the page scales it."""


@require_safe
@signed_in_page
def page(request: SignedInRequest) -> HttpResponse:
    found = statistics.of(request.user)
    context = {
        "statistics": found,
        "bars": _bars(found.months),
        "painting": duration(found.painting_s) if found.painting_s else "",
        "longest": duration(found.longest.painting_s) if found.longest else "",
        "chart": {"width": CHART_WIDTH, "height": CHART_HEIGHT},
    }
    return render(request, "gallery/statistics.html", context)


def _bars(months: list[statistics.Month]) -> list[dict[str, object]]:
    """Where each month's bar stands, the largest as tall as the chart."""
    most = max((month.count for month in months), default=0) or 1
    step = CHART_WIDTH // len(months)
    return [
        {
            "month": month.first_day,
            "count": month.count,
            "x": number * step + 4,
            "middle": number * step + step // 2,
            "width": step - 8,
            "height": round(CHART_HEIGHT * month.count / most),
            "top": CHART_HEIGHT - round(CHART_HEIGHT * month.count / most),
        }
        for number, month in enumerate(months)
    ]
