"""Leaving: what stops at once, who is asked what, and coming back in time."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from io import BytesIO
from typing import Any
from unittest import mock

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import Permission
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection
from django.http import HttpResponse
from django.test import Client, TestCase
from django.utils import timezone
from pytest_django import Settings

from accounts import tokens
from accounts.models import AuditEntry, User
from engine.params import Params
from gallery import publishing, shares
from gallery.models import Profile
from stylesite.privacy import closing, tombstones
from stylesite.privacy.models import AccountDeletion, Tombstone
from tests.accounts.conftest import code_of_app
from tests.gallery.drawings import gradient, hang_artwork
from tests.stylesite.privacy.conftest import Erase
from tests.stylesite.privacy.everything import EMAIL, PASSWORD, preset
from tests.transfers.drawings import as_file, quadrants
from transfers.models import Transfer
from transfers.photos import add_photo
from transfers.queue import submission

pytestmark = pytest.mark.django_db

DELETE = "/data/delete/"
RESTORE = "/data/restore/"
LOGIN = "/accounts/login/"
SECOND_STEP = "/accounts/2fa/authenticate/"


def sign_in(client: Client, **said: str) -> HttpResponse:
    return client.post(LOGIN, {"login": EMAIL, "password": PASSWORD, **said})


@pytest.fixture
def sure(client: Client, zaphod: User) -> Client:
    """Signed in, and the password given once more."""
    client.force_login(zaphod)
    assert client.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302
    return client


def tick(admins: Client, person: User, **said: str) -> None:
    """An admin saves the page of ``person``, where all boxes are empty but those named."""
    address = f"/admin/accounts/user/{person.pk}/change/"
    said = {"email": person.email, "name": person.name, **said}
    assert admins.post(address, said)["Location"] == "/admin/accounts/user/"


def leave(client: Client) -> None:
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert client.post(DELETE)["Location"] == "/data/closed/"


def test_the_password_is_asked_anew_before_anything_is_shown(client: Client, zaphod: User) -> None:
    client.force_login(zaphod)
    for path in (DELETE, "/data/copy/"):
        answer = client.get(path)
        assert answer["Location"].startswith("/accounts/reauthenticate/")
        assert client.post(path)["Location"] == path
    zaphod.refresh_from_db()
    assert zaphod.is_active


def test_the_question_tells_what_goes(sure: Client, zaphod: User) -> None:
    hang_artwork(owner=zaphod, image=gradient(), before=gradient(), title="Mill", recipe={})
    page = sure.get(DELETE).content.decode()
    assert "1 picture" in page
    assert "For 14 days you can have all of it back" in page
    assert AccountDeletion.objects.count() == 0


def test_leaving_signs_out_everywhere_and_says_so(sure: Client, zaphod: User) -> None:
    elsewhere = Client()
    elsewhere.force_login(zaphod)
    leave(sure)
    for browser in (sure, elsewhere):
        assert browser.get("/gallery/").status_code == 302
    assert "Your account is closed" in sure.get("/data/closed/").content.decode()
    leaving = AccountDeletion.objects.get()
    assert leaving.due_at - leaving.asked_at > timedelta(days=13, hours=23)
    assert "will be deleted" in mail.outbox[-1].subject


def test_leaving_looks_at_no_session_of_others_and_asks_no_store_of_files_before_it_commits(
    sure: Client, zaphod: User, stranger: User
) -> None:
    for _visitor in range(20):
        Client().force_login(stranger)
    photo = add_photo(zaphod, BytesIO(as_file(quadrants())), "upload")
    submission.submit(zaphod, photo, [(preset(), 1.0)], Params(size_px=256))
    with (
        TestCase.captureOnCommitCallbacks() as afterwards,
        mock.patch("stylesite.privacy.closing.drop_files") as dropped,
    ):
        sure.post(DELETE)
        assert not dropped.called
        assert Transfer.objects.get().state == "queued"
    assert AccountDeletion.objects.filter(user__is_active=False).exists()
    with mock.patch.object(Session, "get_decoded") as decoded:
        for work in afterwards:
            work()
    assert not decoded.called
    assert Transfer.objects.get().state == "cancelled"
    assert Session.objects.count() == 20


def test_tokens_links_and_public_works_stop_at_once(sure: Client, zaphod: User) -> None:
    work = hang_artwork(owner=zaphod, image=gradient(), before=gradient(), title="Mill", recipe={})
    Profile.objects.create(owner=zaphod, handle="zaphod", name="Zaphod")
    publishing.publish([work])
    shown = [
        shares.address(shares.create(zaphod, artwork=work)),
        f"/explore/{work.pk}/",
        "/@zaphod/",
    ]
    _token, secret = tokens.issue(zaphod, "script", ["read"])
    told = {"HTTP_AUTHORIZATION": f"Bearer {secret}"}
    assert [Client().get(path).status_code for path in shown] == [200] * 3
    assert Client().get("/api/v1/me/", **told).status_code == 200
    leave(sure)
    assert [Client().get(path).status_code for path in shown] == [404] * 3
    assert Client().get("/api/v1/me/", **told).status_code == 401


def test_what_is_painted_is_cancelled(sure: Client, zaphod: User) -> None:
    photo = add_photo(zaphod, BytesIO(as_file(quadrants())), "upload")
    for state in ("queued", "running"):
        transfer = submission.submit(zaphod, photo, [(preset(state), 1.0)], Params(size_px=256))
        Transfer.objects.filter(pk=transfer.pk).update(state=state)
    leave(sure)
    assert set(Transfer.objects.values_list("state", flat=True)) == {"cancelled"}


def test_signing_in_again_offers_the_account_and_nothing_else(sure: Client, zaphod: User) -> None:
    leave(sure)
    back = Client()
    assert sign_in(back)["Location"] == RESTORE
    assert "Do you want your account back?" in back.get(RESTORE).content.decode()
    assert back.get("/gallery/").status_code == 302
    assert back.post(RESTORE).status_code == 302
    assert back.get("/gallery/").status_code == 200
    zaphod.refresh_from_db()
    assert zaphod.is_active
    assert not AccountDeletion.objects.exists()


def test_nobody_gets_an_account_back_without_its_password(sure: Client, zaphod: User) -> None:
    leave(sure)
    stranger = Client()
    sign_in(stranger, password="something else")
    for ask in (stranger.get, stranger.post):
        assert ask(RESTORE)["Location"] == LOGIN
    zaphod.refresh_from_db()
    assert not zaphod.is_active


def test_the_password_alone_opens_nothing_where_a_second_step_is_set_up(
    sure: Client, zaphod: User
) -> None:
    secret = "GEZDGNBVGY3TQOJQ"
    leave(sure)
    TOTP.activate(zaphod, secret)
    back = Client()
    assert sign_in(back)["Location"] == SECOND_STEP
    for ask in (back.get, back.post):
        assert ask(RESTORE)["Location"] == LOGIN
    assert not User.objects.get(pk=zaphod.pk).is_active
    sign_in(back)
    assert back.post(SECOND_STEP, {"code": code_of_app(secret, time.time())})["Location"] == RESTORE
    assert not User.objects.get(pk=zaphod.pk).is_active
    back.post(RESTORE)
    assert back.get("/gallery/").status_code == 200


def test_a_letter_and_the_log_tell_of_who_came_back_and_how(sure: Client, zaphod: User) -> None:
    leave(sure)
    back = Client()
    sign_in(back)
    back.post(RESTORE)
    letter = next(one for one in mail.outbox if "will not be deleted" in one.subject)
    assert letter.to == [EMAIL]
    assert "called off the deletion of your account" in letter.body
    last = AuditEntry.objects.filter(action="signed_in").latest("pk")
    assert last.facts == {"method": "password"}


def test_whoever_leaves_it_closed_leaves_nothing_to_the_next_at_this_browser(
    sure: Client, zaphod: User
) -> None:
    leave(sure)
    shared = Client()
    sign_in(shared)
    assert shared.post(RESTORE, {"leave": "yes"})["Location"] == LOGIN
    assert shared.post(RESTORE)["Location"] == LOGIN
    assert not User.objects.get(pk=zaphod.pk).is_active


def test_after_the_days_of_grace_nobody_comes_back(sure: Client, zaphod: User) -> None:
    leave(sure)
    AccountDeletion.objects.update(due_at=timezone.now())
    back = Client()
    assert sign_in(back)["Location"] == "/accounts/inactive/"
    assert back.post(RESTORE)["Location"] == LOGIN


def test_without_days_of_grace_it_goes_at_once(
    sure: Client, zaphod: User, erase: Erase, settings: Settings
) -> None:
    settings.DELETION_GRACE_DAYS = 0
    assert "Within minutes all of it is deleted" in sure.get(DELETE).content.decode()
    leave(sure)
    assert "Within minutes everything that is yours goes for good" in mail.outbox[-1].body
    assert "have all of it back" not in mail.outbox[-1].body
    erase(zaphod)
    assert not User.objects.filter(email=EMAIL).exists()


def test_the_only_admin_stays(sure: Client, zaphod: User) -> None:
    User.objects.update(is_superuser=True, is_staff=True)
    answer = sure.post(DELETE)
    assert answer.status_code == 409
    assert "You are the only admin here" in answer.content.decode()
    assert not AccountDeletion.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_admins_who_leave_at_once_one_stays(
    zaphod: User, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    User.objects.filter(pk=zaphod.pk).update(is_superuser=True, is_staff=True)
    at_once, both_have_looked = threading.Barrier(2), threading.Barrier(2)
    close = closing.close

    def looked_and_closed(user: User, **how: Any) -> AccountDeletion:
        with suppress(threading.BrokenBarrierError):
            both_have_looked.wait(0.5)
        return close(user, **how)

    monkeypatch.setattr(closing, "close", looked_and_closed)

    def leave_as(user: User) -> int:
        browser = Client()
        try:
            browser.force_login(user)
            browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
            at_once.wait(10)
            return browser.post(DELETE).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(leave_as, User.objects.filter(is_superuser=True)))
    assert sorted(answers) == [302, 409]
    assert User.objects.filter(is_superuser=True, is_active=True).count() == 1


def test_who_is_no_admin_any_more_deletes_none(client: Client, admin: User, zaphod: User) -> None:
    """Another one has just deleted them, whom they are about to delete."""
    User.objects.filter(pk=zaphod.pk).update(is_superuser=True, is_staff=True)
    client.force_login(admin)
    held = closing.admins_held

    def meanwhile() -> list[User]:
        User.objects.filter(pk=admin.pk).update(is_active=False)
        return held()

    with mock.patch.object(closing, "admins_held", meanwhile):
        answer = client.post(f"/admin/accounts/user/{zaphod.pk}/delete/", {"post": "yes"})
    assert answer.status_code == 403
    assert not AccountDeletion.objects.exists()


def test_an_admin_deletes_somebody_in_the_same_way(
    client: Client, admin: User, with_everything: User, erase: Erase
) -> None:
    client.force_login(admin)
    address = f"/admin/accounts/user/{with_everything.pk}/delete/"
    asked = client.get(address).content.decode()
    assert "2 pictures" in asked
    assert "Are you sure" in asked
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert client.post(address, {"post": "yes"}).status_code == 302
    assert sign_in(Client())["Location"] == "/accounts/inactive/"
    erase(with_everything)
    assert not User.objects.filter(email=EMAIL).exists()


def test_several_at_once_too_but_no_admin_deletes_themself(
    client: Client, admin: User, zaphod: User, erase: Erase
) -> None:
    client.force_login(admin)
    chosen = {"action": "delete_selected", "_selected_action": [zaphod.pk, admin.pk], "post": "yes"}
    assert client.post("/admin/accounts/user/", chosen).status_code == 200
    assert not AccountDeletion.objects.exists()
    chosen["_selected_action"] = [zaphod.pk]
    assert client.post("/admin/accounts/user/", chosen).status_code == 302
    erase(zaphod)
    assert list(User.objects.all()) == [admin]


def test_staff_delete_nobody_who_is_staff(client: Client, zaphod: User) -> None:
    staff = User.objects.create_user("staff@example.org", "correct horse battery", is_staff=True)
    looks_after = ("view_user", "change_user", "delete_user")
    staff.user_permissions.set(Permission.objects.filter(codename__in=looks_after))
    User.objects.filter(pk=zaphod.pk).update(is_staff=True)
    client.force_login(staff)
    client.post(f"/admin/accounts/user/{zaphod.pk}/delete/", {"post": "yes"})
    assert not AccountDeletion.objects.exists()


@pytest.mark.parametrize("how", ["on the page", "in a shell"])
def test_who_opens_an_account_again_calls_its_deletion_off_for_good(
    client: Client, admin: User, zaphod: User, erase: Erase, how: str
) -> None:
    closing.ask(zaphod)
    if how == "in a shell":
        User.objects.filter(pk=zaphod.pk).update(is_active=True)
    else:
        client.force_login(admin)
        tick(client, zaphod, is_active="on")
        assert not AccountDeletion.objects.exists()
    erase(zaphod)
    User.objects.filter(pk=zaphod.pk).update(is_active=False)  # locked, months later
    assert sign_in(Client())["Location"] == "/accounts/inactive/"
    erase(zaphod)
    assert User.objects.filter(email=EMAIL).exists()


def test_other_changes_by_an_admin_leave_a_deletion_alone(
    client: Client, admin: User, zaphod: User
) -> None:
    closing.ask(zaphod)
    client.force_login(admin)
    tick(client, zaphod, name="Zaphod")
    assert AccountDeletion.objects.filter(user=zaphod, user__is_active=False).exists()


def test_what_a_restored_backup_brings_back_goes_again(zaphod: User, erase: Erase) -> None:
    number, joined = zaphod.pk, zaphod.date_joined
    closing.ask(zaphod)
    erase(zaphod)
    kept = tombstones.all_of()
    assert EMAIL not in str(kept)
    Tombstone.objects.all().delete()
    risen = User.objects.create_user(EMAIL, PASSWORD, pk=number, date_joined=joined)
    other = User.objects.create_user("ford@example.org", PASSWORD)
    assert tombstones.apply(kept) == 1
    assert sign_in(Client())["Location"] == "/accounts/inactive/"
    erase(risen)
    assert list(User.objects.all()) == [other]
    assert tombstones.apply(kept) == 0


def test_somebody_else_who_gets_the_same_number_stays(zaphod: User, erase: Erase) -> None:
    number = zaphod.pk
    closing.ask(zaphod)
    erase(zaphod)
    User.objects.create_user("ford@example.org", PASSWORD, pk=number)
    assert tombstones.apply(tombstones.all_of()) == 0
