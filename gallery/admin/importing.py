"""The admin's pages for importing presets from a zip: upload, look at what would happen, confirm.

Both the dry run and the import answer with a page that is written row by row while they work.
So a zip of hundreds of pictures needs neither a job of its own nor JavaScript, the zip is opened
once, wherever files are kept, and the curator watches. A line that is cut leaves whole rows
behind it; importing again goes on from there, since rows that are in change nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.access import SignedInRequest
from accounts.staff_site import detour_of
from gallery import uploads
from gallery.files import FilesUnavailableError
from gallery.imports import archive, table
from gallery.imports.carrying_out import Run
from gallery.imports.judging import Wishes
from gallery.models import Collection, StyleImport
from gallery.sending import take_place

PERMISSIONS = ("gallery.add_style", "gallery.change_style")
ROWS = "<!-- rows -->"
END = "<!-- end -->"

METHODS = ["GET", "HEAD", "POST"]
AnyView = Callable[..., HttpResponse]


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("Zip with the pictures and styles.csv"),
        widget=forms.FileInput(attrs={"accept": ".zip,application/zip"}),
        error_messages={"required": _("Please choose a zip.")},
    )
    publish = forms.BooleanField(
        label=_("Publish what has its credit and licence, where the table does not say"),
        required=False,
    )
    collection = forms.ModelChoiceField(
        label=_("Put all of them into a collection"),
        queryset=Collection.objects.all(),
        required=False,
        empty_label=_("only those of the table"),
    )


class ImportPages(admin.ModelAdmin):  # type: ignore[type-arg]
    """Mixed into the admin of presets."""

    def may_import(self, request: HttpRequest) -> bool:
        return cast(SignedInRequest, request).user.has_perms(PERMISSIONS)

    def import_urls(self) -> list[URLPattern]:
        run = self.admin_site.admin_view(require_http_methods(METHODS)(self._run))
        return [
            path("import/", self._upload_page(), name="gallery_style_import"),
            path("import/<uuid:pk>/", run, name="gallery_style_import_run"),
        ]

    def _upload_page(self) -> Callable[..., HttpResponseBase]:
        """Lets in more bytes than other pages, for those who may import, and for nobody else."""

        def may_send(request: HttpRequest) -> bool:
            within = self.admin_site.has_permission(request) and self.may_import(request)
            return within and detour_of(request) is None

        view = require_http_methods(METHODS)(cast(AnyView, self._upload))
        upload: Callable[..., HttpResponseBase] = self.admin_site.admin_view(view)
        return uploads.takes_archives(may_send)(upload)

    def _upload(self, request: SignedInRequest) -> HttpResponse:
        self._check(request)
        form = UploadForm()
        if request.method == "POST":
            form = UploadForm(request.POST, request.FILES)
            if uploads.was_too_large(request):
                form.errors.pop("file", None)
                form.add_error("file", _too_large())
            elif form.is_valid() and (kept := _kept(request, form)):
                return redirect("admin:gallery_style_import_run", kept.pk)
        context = {"form": form, "columns": table.COLUMNS, "title": gettext("Import presets")}
        context |= self.admin_site.each_context(request) | {"opts": self.opts}
        return render(request, "admin/gallery/import/upload.html", context)

    def _run(self, request: SignedInRequest, pk: UUID) -> HttpResponseBase:
        """GET shows what would happen, POST does it; what somebody else uploaded is not there."""
        self._check(request)
        one = get_object_or_404(StyleImport.objects.owned_by(request.user), pk=pk)
        if "throw_away" in request.POST:
            one.throw_away()
            messages.info(request, gettext("The zip is thrown away; nothing was imported."))
            return redirect("admin:gallery_style_import")
        take_place()  # hundreds of pictures take minutes
        return StreamingHttpResponse(
            self._written(request, one, dry=request.method != "POST"),
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    def _written(self, request: SignedInRequest, one: StyleImport, *, dry: bool) -> Iterator[str]:
        """The page, piece by piece. What comes before the first row is made before it is sent."""
        get_token(request)
        title = gettext("What the import would do") if dry else gettext("Importing presets")
        context = {"title": title, "one": one, "dry": dry, "opts": self.opts}
        context |= self.admin_site.each_context(request)
        page = render_to_string("admin/gallery/import/run.html", context, request)
        head, _rows, rest = page.partition(ROWS)
        middle, _end, tail = rest.partition(END)
        return self._pieces(request, one, (head, middle, tail), dry=dry)

    def _pieces(
        self, request: SignedInRequest, one: StyleImport, page: tuple[str, str, str], *, dry: bool
    ) -> Iterator[str]:
        head, middle, tail = page
        yield head
        end: dict[str, Any] = {"one": one, "dry": dry}
        try:
            with one.file.open("rb") as file, archive.opened(file) as opened:
                run = Run(opened, wishes_of(one), dry=dry)
                for number, verdict in enumerate(run.verdicts(), start=1):
                    row = {"verdict": verdict, "number": number, "total": len(run.rows), "dry": dry}
                    yield render_to_string("admin/gallery/import/_row.html", row)
                end["report"] = run.report
        except archive.ArchiveError as error:
            end["error"] = error.sentence
        except FileNotFoundError:
            end["error"] = gettext("The zip is no longer there. Please upload it again.")
        except FilesUnavailableError:
            end["error"] = gettext("The store of files does not answer. Please try again soon.")
        if not dry and "report" in end and not run.report.failed:
            one.throw_away()
        yield middle
        yield render_to_string("admin/gallery/import/_end.html", end, request)
        yield tail

    def _check(self, request: HttpRequest) -> None:
        if not self.may_import(request):
            raise PermissionDenied


def wishes_of(one: StyleImport) -> Wishes:
    collection = one.collection.title if one.collection else ""
    return Wishes(by=one.owner, publish=one.publish, collection=collection, source=one.name)


def _kept(request: SignedInRequest, form: UploadForm) -> StyleImport | None:
    """The zip on record; None, with the sentence in the form, where it is none."""
    upload = form.cleaned_data["file"]
    try:
        with archive.opened(upload.file) as opened:
            table.read(opened.table())
    except archive.ArchiveError as error:
        form.add_error("file", error.sentence)
        return None
    except OSError:
        form.add_error("file", gettext("The table in the zip is damaged. Please make it anew."))
        return None
    upload.seek(0)
    one = StyleImport(
        owner=request.user,
        name=str(upload.name)[:200],
        publish=form.cleaned_data["publish"],
        collection=form.cleaned_data["collection"],
    )
    one.keep_zip(upload)
    try:
        one.save(force_insert=True)
    except BaseException:
        one.file.storage.delete(str(one.file.name))
        raise
    return one


def _too_large() -> str:
    sentence = gettext("This zip is larger than %(mb)s MB. Please make several of it.")
    return sentence % {"mb": settings.IMPORT_MAX_BYTES // 2**20}
