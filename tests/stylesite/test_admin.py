"""The admin's first page."""

from django.conf import settings
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains


def test_the_admin_says_which_site_it_is(admin_client: Client) -> None:
    response = admin_client.get("/admin/")
    assertContains(response, f"<title>Administration | {settings.SITE_NAME}</title>")
    assertNotContains(response, "Django administration")


def test_the_admin_offers_of_the_queue_only_what_failed(admin_client: Client) -> None:
    response = admin_client.get("/admin/")
    assertContains(response, "/admin/django_q/failure/")
    for model in ("ormq", "schedule", "success"):
        assertNotContains(response, f"/admin/django_q/{model}/")
