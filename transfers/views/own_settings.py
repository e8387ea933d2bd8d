"""Settings of one's own, saved under a name from within the studio and used there again.

Asked by htmx, each answers with the list; without JavaScript, with the whole page as it was set up.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, signed_in_page
from engine.errors import ParameterError
from gallery import uploads
from transfers.models import SavedSettings
from transfers.studio import saved
from transfers.studio.form import StudioForm
from transfers.studio.saved import SavedSettingsError
from transfers.studio.showing import own_settings
from transfers.views.new import show_so_far


@uploads.takes_files
@require_POST
@signed_in_page
def save(request: SignedInRequest) -> HttpResponse:
    """Keep what is set on the page, under the name that is sent along."""
    name = request.POST.get("settings_name", "")
    try:
        new = saved.save(request.user, name, _all_settings(request))
    except (SavedSettingsError, ParameterError) as error:
        return _answer(request, settings_problem=error.sentence, settings_name=name)
    return _answer(request, settings_said=_("“%(name)s” is saved.") % {"name": new.name})


@uploads.takes_files
@require_POST
@signed_in_page
def change(request: SignedInRequest, settings_id: UUID) -> HttpResponse:
    """Another name; or, where `anew` is sent along, what is set on the page under the same name."""
    own = _own(request, settings_id)
    before = own.name
    try:
        if "anew" in request.POST:
            saved.set_anew(own, _all_settings(request))
            said = _("“%(name)s” is now what is set here.") % {"name": own.name}
        else:
            saved.rename(own, request.POST.get(f"name-{own.pk}", ""))
            words = {"before": before, "name": own.name}
            said = _("“%(before)s” is called “%(name)s” now.") % words
    except (SavedSettingsError, ParameterError) as error:
        return _answer(request, settings_problem=error.sentence, settings_at=own.pk)
    return _answer(request, settings_said=said)


@uploads.takes_files
@require_POST
@signed_in_page
def delete(request: SignedInRequest, settings_id: UUID) -> HttpResponse:
    own = _own(request, settings_id)
    saved.trash(own)
    said = _("“%(name)s” is deleted.") % {"name": own.name}
    return _answer(request, settings_said=said, settings_undo=own.pk)


@uploads.takes_files
@require_POST
@signed_in_page
def put_back(request: SignedInRequest, settings_id: UUID) -> HttpResponse:
    own = get_object_or_404(SavedSettings.objects.trashed(request.user), pk=settings_id)
    try:
        saved.put_back(own)
    except SavedSettingsError as error:
        return _answer(request, settings_problem=error.sentence, settings_undo=own.pk)
    return _answer(request, settings_said=_("“%(name)s” is back.") % {"name": own.name})


def _own(request: SignedInRequest, settings_id: UUID) -> SavedSettings:
    return get_object_or_404(SavedSettings.objects.owned_by(request.user), pk=settings_id)


def _all_settings(request: SignedInRequest) -> Any:
    return StudioForm(request.POST, user=request.user).all_settings()


def _answer(request: SignedInRequest, **said: Any) -> HttpResponse:
    # A fragment with a mistake in it is swapped in like any other: htmx drops answers of 400s.
    if request.htmx:
        context = own_settings(request.user) | said
        return render(request, "transfers/_own_settings.html", context)
    return show_so_far(request, **said, settings_open=True)
