"""Reports of pictures, and what admins do about them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.admin.models import LogEntry
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEntry, User
from gallery import publishing, reports, shares
from gallery.models import Album, Artwork, Report, ShareLink

pytestmark = pytest.mark.django_db
State = Report.State
LIST = "/admin/reports/"


@pytest.fixture(autouse=True)
def no_reports_counted_yet() -> None:
    cache.clear()


def test_a_visitor_reports_a_published_picture(client: Client, published: Artwork) -> None:
    address = reverse("gallery:explored-report", args=[published.pk])
    assert address in client.get(f"/explore/{published.pk}/").content.decode()
    sent = client.post(address, {"reason": "person", "text": "That is me."}, follow=True)
    assert sent.redirect_chain[-1][0] == f"/explore/{published.pk}/"
    assert "Thank you." in sent.content.decode()
    report = Report.objects.get()
    assert (report.artwork, report.reporter, report.state) == (published, None, State.OPEN)
    assert report.text == "That is me."


def test_whoever_has_a_link_reports_what_it_shows(
    client: Client, stranger: User, link: ShareLink
) -> None:
    client.force_login(stranger)
    first = link.album.artworks.get(title="One")  # type: ignore[union-attr]
    address = reverse("gallery:shared-report", args=[shares.token_of(link), first.pk])
    page = f"{shares.address(link)}{first.pk}/"
    assert address in client.get(page).content.decode()
    assert client.post(address, {"reason": "rights"}).url == page
    client.post(address, {"reason": "harm", "text": "On second thought"})
    report = Report.objects.get()  # one person, one report
    assert (report.reporter, report.reason) == (stranger, "harm")


@pytest.mark.parametrize("sent", [{}, {"reason": "x"}, {"reason": "harm", "text": "y" * 2001}])
def test_a_report_that_cannot_be_is_refused_and_nothing_is_lost(
    client: Client, published: Artwork, sent: dict[str, str]
) -> None:
    address = reverse("gallery:explored-report", args=[published.pk])
    page = client.post(address, {"text": "Kept", **sent})
    assert page.status_code == 422
    assert sent.get("text", "Kept") in page.content.decode()
    assert not Report.objects.exists()


def test_reports_from_one_address_are_limited(client: Client, published: Artwork) -> None:
    address = reverse("gallery:explored-report", args=[published.pk])
    sent = {"reason": "other", "text": "Kept"}
    answers = [client.post(address, sent) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [302] * 10 + [429]
    assert "Kept" in answers[-1].content.decode()
    assert Client(REMOTE_ADDR="203.0.113.9").post(address, sent).status_code == 302


# What admins do


@pytest.fixture
def admins(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


def decide(admins: Client, artwork: Artwork, act: str, **sent: str) -> str:
    address = reverse("gallery:report-decide", args=[artwork.pk, act])
    return admins.post(address, sent, follow=True).content.decode()


def test_an_admin_sees_a_report_with_the_picture(admins: Client, published: Artwork) -> None:
    reports.report(published, None, Report.Reason.PERSON, "That is me.")
    html = admins.get(LIST).content.decode()
    assert reverse("gallery:report-file", args=[published.pk, "thumbnail"]) in html
    for said in ("Mill", "That is me.", "somebody without an account", "ada@example.org"):
        assert said in html
    assert LIST in admins.get("/admin/").content.decode()


def test_taking_down_answers_the_reports_and_tells_the_owner_why(
    admins: Client, admin: User, user: User, published: Artwork
) -> None:
    reports.report(published, None, Report.Reason.PERSON, "")
    assert "It is taken down." in decide(admins, published, "take-down", reason="rights")
    published.refresh_from_db()
    assert published.taken_down_at
    assert set(Report.objects.values_list("state", "decided_by")) == {("taken_down", admin.pk)}
    assert "Mill" in admins.get(LIST, {"show": "down"}).content.decode()
    assert [entry.change_message for entry in LogEntry.objects.all()] == ["Taken down."]
    (written,) = AuditEntry.objects.by_or_about(user)
    assert (written.actor, written.facts) == (admin, {"what": "Taken down."})
    owner = Client()
    owner.force_login(user)
    html = owner.get(reverse("gallery:artwork", args=[published.pk])).content.decode()
    assert "It belongs to somebody else" in html
    assert reverse("gallery:publish") not in html
    owner.post(reverse("gallery:publish"), {"artwork": str(published.pk)})
    assert not Artwork.objects.published().exists()


def test_what_was_taken_down_is_put_back(admins: Client, published: Artwork) -> None:
    decide(admins, published, "take-down", reason="harm")
    assert "It is shown again." in decide(admins, published, "put-back")
    assert Artwork.objects.published().get() == published
    assert set(Report.objects.values_list("state", flat=True)) == {"dismissed"}
    published.refresh_from_db()
    assert reports.why_taken_down(published) == ""


def test_a_dismissed_report_leaves_the_picture_where_it_is(
    admins: Client, published: Artwork
) -> None:
    reports.report(published, None, Report.Reason.OTHER, "")
    assert "It stays where it is." in decide(admins, published, "dismiss")
    assert Artwork.objects.published().get() == published
    assert "Nobody has reported anything" in admins.get(LIST).content.decode()


def test_of_a_shared_picture_nothing_is_seen_once_its_report_is_dismissed(
    admins: Client, artwork: Artwork
) -> None:
    reports.report(artwork, None, Report.Reason.OTHER, "")
    address = reverse("gallery:report-file", args=[artwork.pk, "display"])
    assert admins.get(address).getvalue()
    decide(admins, artwork, "dismiss")
    assert admins.get(address).status_code == 404


def test_the_second_of_two_admins_is_told_that_nothing_changed(
    admins: Client, published: Artwork
) -> None:
    decide(admins, published, "take-down", reason="harm")
    assert "Nothing was changed" in decide(admins, published, "take-down", reason="harm")
    assert "Nothing was changed" in decide(admins, published, "dismiss")


@pytest.mark.parametrize("reason", ["", "because"])
def test_taking_down_needs_a_reason(admins: Client, published: Artwork, reason: str) -> None:
    said = decide(admins, published, "take-down", reason=reason)
    assert "Choose the reason that its owner is told." in said
    published.refresh_from_db()
    assert published.taken_down_at is None


def test_there_is_nothing_else_to_do(admins: Client, published: Artwork) -> None:
    address = reverse("gallery:report-decide", args=[published.pk, "delete"])
    assert admins.post(address).status_code == 404
    take_down = reverse("gallery:report-decide", args=[published.pk, "take-down"])
    assert admins.get(take_down).status_code == 405
    assert admins.get(LIST, {"show": "everything"}).status_code == 404


def test_the_page_takes_as_many_queries_for_many_reports_as_for_one(
    admins: Client, published: Artwork, make_artwork: Callable[..., Artwork], album: Album
) -> None:
    reports.report(published, None, Report.Reason.OTHER, "")
    admins.get(LIST)  # the first page of a session also notes that it was seen
    with CaptureQueriesContext(connection) as one:
        admins.get(LIST)
    works = [make_artwork() for _ in range(4)]
    publishing.publish(works)
    for work in works:
        reports.report(work, None, Report.Reason.OTHER, "")
        reports.report(work, work.owner, Report.Reason.OTHER, "")
    with CaptureQueriesContext(connection) as many:
        page = admins.get(LIST)
    assert len(page.context["page"]) == 5
    assert len(many) == len(one)
