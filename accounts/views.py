"""The settings page, and what was done to an account lately.

Everything else about an account is a page of allauth's.
"""

from django.conf import settings as site_settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import audit_log, second_factor
from accounts.access import SignedInRequest, signed_in_page
from accounts.forms import NameForm
from accounts.models import User

ACTIVITIES_SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_page
def settings(request: SignedInRequest) -> HttpResponse:
    # The form's own copy: a rejected name must not appear in the page's header.
    form = NameForm(request.POST or None, instance=User.objects.get(pk=request.user.pk))
    if request.method == "POST" and form.is_valid():
        form.instance.save(update_fields=["name"])
        messages.success(request, _("Your name is saved."))
        return redirect("accounts:settings")
    context = {"form": form, "has_second_factor": second_factor.has_one(request.user)}
    return render(request, "accounts/settings.html", context)


@require_safe
@signed_in_page
def activity(request: SignedInRequest) -> HttpResponse:
    """What was done by and to their account of late, newest first."""
    recent = audit_log.recent(request.user)
    page = Paginator(recent.places, ACTIVITIES_SHOWN).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": audit_log.lines_at(request.user, page.object_list),
        "kept_days": site_settings.AUDIT_KEPT_DAYS,
        "has_older": recent.has_older,
        "most": audit_log.MOST_OF_A_KIND,
    }
    return render(request, "accounts/activity.html", context)
