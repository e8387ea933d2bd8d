"""The library of one's own: pictures are added, named and cropped, and changed later."""

from __future__ import annotations

from collections.abc import Iterable
from time import monotonic
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts import access
from accounts.access import SignedInRequest, owners_only, signed_in_page
from accounts.quotas import QuotaError
from engine.errors import ImageError
from gallery import look_alikes, styles, uploads
from gallery.access import own_style
from gallery.forms import (
    ACCEPTED,
    LICENCES,
    ChangedStyleForm,
    CroppedStyleForm,
    PictureField,
    title_from_file_name,
)
from gallery.models import Style
from gallery.styles import ChangedMeanwhileError

MOST_AT_ONCE = 24

LAST_CROP_AFTER_S = 10.0
"""A form for 24 pictures is short, and the largest take half a minute to crop: no other crop begins
after so long, and the form can be sent again for the rest."""


@uploads.takes_files
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_page
def add(request: SignedInRequest) -> HttpResponse:
    """Pictures come in, each by itself: those that cannot be used keep none of the others out."""
    onward = access.onward(request)
    problems: list[str] = []
    if request.method == "POST":
        added, problems = _take_in(request)
        if added:
            for sentence in problems:
                messages.error(request, sentence)
            return redirect(_naming_page(added, onward))
    context = {
        "next": onward,
        "problems": problems,
        "accepted": ACCEPTED,
        "most": MOST_AT_ONCE,
        "max_bytes": settings.UPLOAD_MAX_BYTES,
        "max_megabytes": settings.UPLOAD_MAX_BYTES // 2**20,
        "max_bytes_together": uploads.most_bytes_together(),
        "max_megabytes_together": uploads.most_bytes_together() // 2**20,
        "too_large": uploads.too_large_sentence(),
    }
    return render(request, "gallery/style_add.html", context, status=422 if problems else 200)


def _take_in(request: SignedInRequest) -> tuple[list[Style], list[str]]:
    """Add what can be used of the files sent; a sentence about each of the others."""
    sent = request.FILES.getlist("image")
    added: list[Style] = []
    problems = [f"{name}: {uploads.too_large_sentence()}" for name in uploads.dropped(request)]
    for file in sent[:MOST_AT_ONCE]:
        try:
            added.append(_added(request, file))
        except (ValidationError, QuotaError) as error:
            said = error.messages[0] if isinstance(error, ValidationError) else error.sentence
            problems.append(f"{file.name}: {said}")
    if len(sent) > MOST_AT_ONCE:
        left_out = ", ".join(str(file.name) for file in sent[MOST_AT_ONCE:])
        words = {"most": MOST_AT_ONCE, "names": left_out}
        problems.append(_("Only %(most)d at once; not added: %(names)s.") % words)
    if not (sent or problems):
        problems.append(
            _("Together these files are larger than %(count)d MB: please send fewer at once.")
            % {"count": uploads.most_bytes_together() // 2**20}
            if uploads.was_too_large(request)
            else _("Please choose a picture, or several.")
        )
    return added, problems


def _added(request: SignedInRequest, file: UploadedFile[Any]) -> Style:
    image = PictureField(who=request.user.pk).clean(file)
    title = title_from_file_name(file.name)
    return styles.add_style(owner=request.user, image=image, title=title)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_page
def name(request: SignedInRequest) -> HttpResponse:
    """What the styles that were just added are called, and which part of each is kept."""
    asked = request.POST.getlist("style") or request.GET.getlist("style")
    found = _own(request, asked[:MOST_AT_ONCE])
    onward = access.onward(request)
    if not found:
        return redirect(onward or reverse("gallery:styles"))
    alike = look_alikes.earlier_than(found, Style.objects.usable_by(request.user))
    forms = [_form_of(request, style, alike[style.pk]) for style in found]
    valid = [form.is_valid() for form in forms]  # each of them, so that each says what is wrong
    if all(valid):
        kept = _save(forms)
        if not any(form.errors for form in forms):
            _tell(request, kept, forms)
            return redirect(_after_naming(onward, kept))
    context = {
        "items": [_item(form, alike[form.instance.pk]) for form in forms],
        "next": onward,
        "licences": LICENCES,
    }
    failed = any(form.errors for form in forms)
    return render(request, "gallery/style_name.html", context, status=422 if failed else 200)


def _form_of(
    request: SignedInRequest, style: Style, alike: list[tuple[Style, int]]
) -> CroppedStyleForm:
    again = any(other.sha256 == style.sha256 for other, _bits in alike)
    data = request.POST if request.method == "POST" else None
    prefix = str(style.pk)
    return CroppedStyleForm(data, instance=style, prefix=prefix, initial={"leave_out": again})


def _save(forms: Iterable[CroppedStyleForm]) -> list[Style]:
    """Write what the forms say; where a crop finds no room or no time, its form has the error."""
    kept = []
    last_crop_at = monotonic() + LAST_CROP_AFTER_S
    for form in forms:
        if form.cleaned_data["leave_out"]:
            styles.trash(form.instance)
            continue
        styles.describe(form.instance, form.described)
        if _crop(form, last_crop_at):
            kept.append(form.instance)
    return kept


def _crop(form: CroppedStyleForm, last_at: float = float("inf")) -> bool:
    part = form.cleaned_data.get("crop")
    if part is None or not styles.would_change(form.instance, part):
        return True
    if monotonic() > last_at:
        form.add_error("crop_width", _("There was no time left for this crop. Please save again."))
        return False
    try:
        styles.crop(form.instance, part)
    except (ImageError, QuotaError, ChangedMeanwhileError) as error:
        form.add_error("crop_width", error.sentence)
        return False
    return True


def _tell(request: SignedInRequest, kept: list[Style], forms: list[CroppedStyleForm]) -> None:
    if len(kept) == 1:
        messages.success(request, _("“%(title)s” is in your styles.") % {"title": kept[0].title})
    elif kept:
        count = {"count": len(kept)}
        messages.success(request, _("%(count)d pictures are in your styles.") % count)
    if left_out := len(forms) - len(kept):
        words = ngettext("%(count)d was left out.", "%(count)d were left out.", left_out)
        messages.info(request, words % {"count": left_out})


@uploads.takes_files
@require_http_methods(["GET", "HEAD", "POST"])
@owners_only
def edit(request: SignedInRequest, style_id: UUID) -> HttpResponse:
    shown = own_style(request.user, style_id)
    form = ChangedStyleForm(request.POST or None, request.FILES or None, instance=shown)
    uploads.refuse_too_large(request, form, "image")
    if form.is_valid():
        styles.describe(shown, form.described)
        if _changed_picture(request, form):
            return redirect("gallery:style", shown.pk)
    alike = look_alikes.earlier_than([shown], Style.objects.usable_by(request.user))
    context = {**_item(form, alike[shown.pk]), "licences": LICENCES}
    return render(request, "gallery/style_edit.html", context, status=422 if form.errors else 200)


def _changed_picture(request: SignedInRequest, form: ChangedStyleForm) -> bool:
    """A new picture comes whole: the fields of the crop speak of the old one."""
    image = form.cleaned_data.get("image")
    if image is None:
        return _crop(form)
    try:
        styles.replace_picture(form.instance, image)
    except (ImageError, QuotaError, ChangedMeanwhileError) as error:
        form.add_error("image", error.sentence)
        return False
    usable = Style.objects.usable_by(request.user)
    for other, _bits in look_alikes.earlier_than([form.instance], usable)[form.instance.pk]:
        messages.info(request, look_alikes.sentence(form.instance, other))
    return True


def _item(form: CroppedStyleForm, alike: list[tuple[Style, int]]) -> dict[str, Any]:
    """One style with its form, as templates/gallery/_style_fields.html shows it."""
    style = form.instance
    return {
        "style": style,
        "form": form,
        "whole_width": style.whole_size[0],
        "whole_height": style.whole_size[1],
        "alike": [(look_alikes.sentence(style, other), other) for other, _bits in alike],
    }


def _own(request: SignedInRequest, ids: Iterable[str]) -> list[Style]:
    """Those of ``ids`` that are theirs, in that order; whatever else is named is passed over."""
    keys = []
    for value in ids:
        try:
            keys.append(UUID(value))
        except ValueError:
            continue
    found = Style.objects.owned_by(request.user).select_related("owner").in_bulk(keys)
    return [found[key] for key in dict.fromkeys(keys) if key in found]


def _naming_page(added: Iterable[Style], onward: str) -> str:
    query = [("style", str(style.pk)) for style in added]
    if onward:
        query.append(("next", onward))
    return f"{reverse('gallery:style-name')}?{urlencode(query)}"


def _after_naming(onward: str, kept: list[Style]) -> str:
    if onward and kept:
        return _with_style(onward, kept[0])
    return onward or reverse("gallery:styles") + "?of=own"


def _with_style(address: str, added: Style) -> str:
    """``address`` with the new style chosen: ``?photo=…`` becomes ``?photo=…&style=…``."""
    parts = urlsplit(address)
    query = [(name, value) for name, value in parse_qsl(parts.query) if name != "style"]
    return urlunsplit(parts._replace(query=urlencode([*query, ("style", str(added.pk))])))
