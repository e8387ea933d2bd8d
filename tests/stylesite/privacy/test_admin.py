"""The admin shows nobody's pictures, nor what people call what is theirs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib import admin as site_admin
from django.contrib.admin.options import BaseModelAdmin
from django.contrib.admin.utils import flatten_fieldsets
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.models import User
from gallery.models import StyleOffer
from stylesite.privacy import belongings
from transfers.models import ContentImage, Transfer

pytestmark = pytest.mark.django_db

OWN_WORDS_SHOWN = {
    "Zaphod B.",  # the account's name, and the credit of the style that was offered
    "Zaphod's script",  # an API token, which may have to be found and withdrawn
    "Zaphod's fault",  # the error of a transfer, which the operator has to mend
}
"""What the page *Privacy* says that admins see; all other words of hers are hers alone."""


def admins() -> Iterator[BaseModelAdmin]:
    """Every page of the admin, and every list within one."""
    for own in site_admin.site._registry.values():
        yield own
        yield from own.get_inline_instances(own_request())


def own_request() -> object:
    request = RequestFactory().get("/admin/")
    request.user = User(is_active=True, is_staff=True, is_superuser=True)
    return request


def shown_by(own: BaseModelAdmin) -> set[str]:
    names = flatten_fieldsets(own.get_fieldsets(own_request()))
    return {*map(str, names), *map(str, getattr(own, "list_display", ()))}


def is_file(model: type[models.Model], name: str) -> bool:
    try:
        return isinstance(model._meta.get_field(name), models.FileField)
    except FieldDoesNotExist:
        return False


def test_no_page_of_the_admin_has_a_file_of_what_belongs_to_people() -> None:
    """With a bucket each would be a link to it that works for everybody, for an hour."""
    theirs = [own for own in admins() if own.model in belongings.paths()]
    assert {Transfer, ContentImage} <= {own.model for own in theirs}
    files = {
        f"{type(own).__name__}.{name}"
        for own in theirs
        for name in shown_by(own)
        if is_file(own.model, name)
    }
    assert files == set()


def test_a_superuser_reads_no_name_of_a_file_and_no_title_of_somebodys(
    client: Client, admin: User, with_everything: User
) -> None:
    StyleOffer.objects.update(message="")  # is written to the curators
    client.force_login(admin)
    paths = pages_about(with_everything)
    assert len(paths) > 15
    files = {
        name
        for model in belongings.paths()
        for one in belongings.rows_of(model, with_everything)
        for field in model._meta.concrete_fields
        if isinstance(field, models.FileField) and (name := getattr(one, field.name).name)
    }
    for path in paths:
        response = client.get(path)
        assert response.status_code == 200, path
        page = response.content.decode().replace("&#x27;", "'")
        for name in files:
            assert name not in page, path
        for words in OWN_WORDS_SHOWN:
            page = page.replace(words, "")
        assert "Zaphod" not in page, path


def pages_about(user: User) -> list[str]:
    """The lists of what belongs to people, and the page of each thing of hers."""
    paths = []
    for model, own in site_admin.site._registry.items():
        if model not in belongings.paths():
            continue
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        paths.append(reverse(f"{name}_changelist"))
        theirs = own.get_queryset(own_request()) & belongings.rows_of(model, user)
        paths += [reverse(f"{name}_change", args=[one.pk]) for one in theirs]
    return paths
