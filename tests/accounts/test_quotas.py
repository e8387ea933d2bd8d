"""Which limits count for whom, and how an admin sets them."""

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import Quota, User
from accounts.quotas import Limits, limits_of, limits_of_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def school(user: User) -> Group:
    group = Group.objects.create(name="School")
    user.groups.add(group)
    return group


def test_without_a_row_there_are_no_limits(user: User) -> None:
    assert limits_of(user) == Limits()
    assert not limits_of(user).any


def test_everybodys_limits_count_for_whom_nothing_else_is_said(user: User) -> None:
    Quota.objects.create(waiting=20, storage_mb=500)
    assert limits_of(user) == Limits(waiting=20, storage_mb=500)


def test_a_groups_limits_replace_everybodys(user: User, stranger: User, school: Group) -> None:
    Quota.objects.create(waiting=20, storage_mb=500)
    Quota.objects.create(group=school, waiting=50)
    assert limits_of(user) == Limits(waiting=50)
    assert limits_of(stranger) == Limits(waiting=20, storage_mb=500)


def test_of_several_groups_the_most_generous_limit_counts(user: User, school: Group) -> None:
    club = Group.objects.create(name="Club")
    user.groups.add(club)
    Quota.objects.create(group=school, waiting=50, running=1)
    Quota.objects.create(group=club, waiting=10)
    assert limits_of(user) == Limits(waiting=50)


def test_a_persons_own_row_alone_decides(user: User, school: Group) -> None:
    Quota.objects.create(group=school, waiting=50)
    Quota.objects.create(user=user, waiting=5, painting_minutes_a_day=30)
    assert limits_of(user) == Limits(waiting=5, painting_minutes_a_day=30)


def test_asking_for_many_gives_each_their_own(user: User, stranger: User, school: Group) -> None:
    Quota.objects.create(group=school, running=2)
    asked = limits_of_all([user.pk, stranger.pk])
    assert asked == {user.pk: Limits(running=2)}


def test_a_row_is_for_a_person_or_a_group_and_each_has_one(user: User, school: Group) -> None:
    for wrong in ({"user": user, "group": school}, {}):
        Quota.objects.get_or_create(user=None, group=None)
        with pytest.raises(IntegrityError), transaction.atomic():
            Quota.objects.create(**wrong)


def test_an_admin_sets_limits_and_is_told_of_a_second_row(client: Client) -> None:
    client.force_login(User.objects.create_superuser("root@example.org", "x"))
    address = "/admin/accounts/quota/add/"
    assert client.post(address, {"waiting": "20"}).status_code == 302
    assert Quota.objects.get().waiting == 20
    again = client.post(address, {"waiting": "30"})
    assert "There are limits for these already." in again.content.decode()
    none_at_once = client.post(address, {"running": "0"})
    assert none_at_once.status_code == 200
    assert Quota.objects.count() == 1


def test_nobody_else_sets_limits(signed_in: Client) -> None:
    assert signed_in.get("/admin/accounts/quota/add/").status_code == 302
    assert signed_in.post("/admin/accounts/quota/add/", {"waiting": "20"}).status_code == 302
    assert not Quota.objects.exists()
