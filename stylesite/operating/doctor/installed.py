"""What came with the packages or was built from them: the network's weights, the stylesheet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import ManifestFilesMixin, staticfiles_storage

from engine.errors import WeightsError
from engine.weight_files import check_source
from stylesite.operating.doctor.findings import Finding, note, ok, wrong

STYLESHEET = "css/dist/styles.css"


def weights() -> Iterator[Finding]:
    """Whether workers will find the VGG19 weights, and the right ones."""
    try:
        path = check_source(settings.VGG19_WEIGHTS)
    except WeightsError as error:
        yield wrong(error.sentence)
        return
    if path is None:
        yield note(
            "The torchvision weights (550 MB) are downloaded when the first picture is painted: "
            "this host needs the internet until then."
        )
    else:
        yield ok(f"The VGG19 weights are there and whole ({path.name}).")


def stylesheet() -> Iterator[Finding]:
    """Whether pages will find the stylesheet, under its hashed name where names are hashed."""
    mend = "run `python manage.py prepare`."
    if settings.STATIC_HASHED:
        try:
            name = cast(ManifestFilesMixin, staticfiles_storage).stored_name(STYLESHEET)
            built = staticfiles_storage.exists(name)
        except ValueError:  # not in the manifest, or no manifest
            built = False
        missing = "The stylesheet is not among the collected files, so pages fail"
    else:
        built = finders.find(STYLESHEET) is not None
        missing = "The stylesheet has not been built, so pages are bare"
    yield ok("The stylesheet is built.") if built else wrong(f"{missing}: {mend}")
