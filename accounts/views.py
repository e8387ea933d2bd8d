"""The settings page. Everything else about an account is a page of allauth's."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import SignedInRequest, signed_in_page
from accounts.forms import NameForm
from accounts.models import User


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_page
def settings(request: SignedInRequest) -> HttpResponse:
    # The form's own copy: a rejected name must not appear in the page's header.
    form = NameForm(request.POST or None, instance=User.objects.get(pk=request.user.pk))
    if request.method == "POST" and form.is_valid():
        form.instance.save(update_fields=["name"])
        messages.success(request, _("Your name is saved."))
        return redirect("accounts:settings")
    return render(request, "accounts/settings.html", {"form": form})
