"""What someone uses of this site, beside what they may."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import SignedInRequest, signed_in_page
from gallery.storage_use import MB
from transfers.quotas import spoken_minutes, use_of


@require_safe
@signed_in_page
def use(request: SignedInRequest) -> HttpResponse:
    used = use_of(request.user)
    context = {
        "used": used,
        "limits": used.limits,
        "minutes": spoken_minutes(used.painting_s),
        "megabytes": round(used.storage_bytes / MB),
    }
    return render(request, "transfers/use.html", context)
