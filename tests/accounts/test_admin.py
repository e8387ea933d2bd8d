import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.test import Client

from accounts import tokens
from accounts.models import ApiToken, Quota, User
from tests.accounts.conftest import is_signed_in, sign_in

pytestmark = pytest.mark.django_db

PEOPLE = "/admin/accounts/user/"


@pytest.fixture
def owner(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("owner@example.org", "correct horse battery"))
    return client


@pytest.fixture
def signed_in_elsewhere(user: User) -> Client:
    elsewhere = Client()
    sign_in(elsewhere)
    return elsewhere


def test_people_are_found_by_part_of_their_address(
    owner: Client, user: User, stranger: User
) -> None:
    page = owner.get(PEOPLE, {"q": "ada@"}).content.decode()
    assert "ada@example.org" in page
    assert "bob@example.org" not in page


def test_an_admin_adds_someone_who_can_then_sign_in(owner: Client) -> None:
    form = {
        "email": "eve@example.org",
        "usable_password": "true",
        "password1": "three quiet walls",
        "password2": "three quiet walls",
    }
    assert owner.post(f"{PEOPLE}add/", form).status_code == 302
    signed_in = Client().post(
        "/accounts/login/", {"login": "eve@example.org", "password": "three quiet walls"}
    )
    assert signed_in.status_code == 302


def test_an_admin_closes_an_account(owner: Client, user: User) -> None:
    address = f"{PEOPLE}{user.pk}/change/"
    assert owner.get(address).status_code == 200
    owner.post(address, {"email": user.email, "name": "Ada"})
    user.refresh_from_db()
    assert (user.name, user.is_active) == ("Ada", False)


def test_others_stay_outside(signed_in: Client) -> None:
    page = signed_in.get(PEOPLE, follow=True)
    assert page.status_code == 403
    assert "This door is closed" in page.content.decode()


def test_visitors_sign_in_on_our_page_where_guessing_is_slowed_down(client: Client) -> None:
    response = client.get(PEOPLE, follow=True)
    assert response.redirect_chain[-1][0].startswith("/accounts/login/?next=")
    assert client.post("/admin/login/").status_code == 302


def test_staff_who_look_after_people_do_not_rise_by_it(client: Client, user: User) -> None:
    staff = User.objects.create_user("staff@example.org", "correct horse battery", is_staff=True)
    looks_after = ("view_user", "change_user", "view_authenticator", "delete_authenticator")
    staff.user_permissions.set(Permission.objects.filter(codename__in=looks_after))
    owner = User.objects.create_superuser("owner@example.org", "correct horse battery")
    factor = Authenticator.objects.create(user=owner, type=Authenticator.Type.TOTP, data={})
    theirs = Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
    client.force_login(staff)
    everything = {"is_active": "on", "is_staff": "on", "is_superuser": "on"}

    for person in (staff, user, owner):
        client.post(f"{PEOPLE}{person.pk}/change/", {"email": person.email, **everything})
    assert list(User.objects.filter(is_superuser=True)) == [owner]
    assert not User.objects.get(pk=user.pk).is_staff
    new = {"password1": "three quiet walls", "password2": "three quiet walls"}
    client.post(f"{PEOPLE}{owner.pk}/password/", new)
    assert User.objects.get(pk=owner.pk).check_password("correct horse battery")
    for one in (factor, theirs):
        client.post(f"/admin/mfa/authenticator/{one.pk}/delete/", {"post": "yes"})
    many = {"action": "delete_selected", "_selected_action": [factor.pk], "post": "yes"}
    client.post("/admin/mfa/authenticator/", many)
    assert list(Authenticator.objects.all()) == [factor]


@pytest.fixture
def root() -> User:
    return User.objects.create_superuser("root@example.org", "correct horse battery")


@pytest.fixture
def deputy(root: User) -> User:
    """May do whatever a permission allows, and is no superuser."""
    staff = User.objects.create_user("staff@example.org", "correct horse battery", is_staff=True)
    staff.user_permissions.set(Permission.objects.all())
    return staff


@pytest.fixture
def at_the_admin(deputy: User, client: Client) -> Client:
    client.force_login(deputy)
    return client


def test_nobody_gives_an_address_to_somebody_else(at_the_admin: Client, root: User) -> None:
    """With it they would reset that person's password."""
    mine = {"user": root.pk, "email": "evil@example.org", "verified": "on", "primary": "on"}
    assert at_the_admin.post("/admin/account/emailaddress/add/", mine).status_code == 404
    assert not EmailAddress.objects.exists()


def test_staff_do_not_say_what_a_group_may_do(at_the_admin: Client, deputy: User) -> None:
    curators = Group.objects.create(name="Curators")
    deputy.groups.add(curators)
    everything = {"name": "Curators", "permissions": [p.pk for p in Permission.objects.all()]}
    change = f"/admin/auth/group/{curators.pk}/change/"
    assert at_the_admin.get(change).status_code == 200, "looking is allowed"
    for address in (change, "/admin/auth/group/add/", f"/admin/auth/group/{curators.pk}/delete/"):
        assert at_the_admin.post(address, {**everything, "post": "yes"}).status_code == 403
    assert not curators.permissions.exists()


def test_a_superuser_says_what_a_group_may_do(client: Client, root: User) -> None:
    client.force_login(root)
    one = Permission.objects.get(codename="view_user")
    client.post("/admin/auth/group/add/", {"name": "Helpers", "permissions": [one.pk]})
    assert list(Group.objects.get().permissions.all()) == [one]


def test_staff_withdraw_tokens_of_people_and_none_of_staff(
    at_the_admin: Client, root: User, user: User
) -> None:
    theirs, roots = (tokens.issue(owner, "program", ["read"])[0] for owner in (user, root))
    chosen = {"action": "revoke", "confirmed": "yes", "_selected_action": [theirs.pk, roots.pk]}
    page = at_the_admin.post("/admin/accounts/apitoken/", chosen, follow=True)
    assert list(ApiToken.objects.filter(revoked_at=None)) == [roots]
    assert "left alone" in page.content.decode()


def test_staff_limit_people_and_no_staff(
    at_the_admin: Client, deputy: User, root: User, user: User
) -> None:
    own = Quota.objects.create(user=deputy, waiting=5)
    theirs = Quota.objects.create(user=user, waiting=5)
    quotas = "/admin/accounts/quota/"
    at_the_admin.post(f"{quotas}add/", {"user": root.pk, "waiting": 1})
    for quota in (own, theirs):
        at_the_admin.post(f"{quotas}{quota.pk}/change/", {"user": quota.user_id, "waiting": 9})
    at_the_admin.post(f"{quotas}{theirs.pk}/change/", {"user": root.pk, "waiting": 1})
    many = {"action": "delete_selected", "_selected_action": [own.pk], "post": "yes"}
    at_the_admin.post(quotas, many)
    found = dict(Quota.objects.values_list("user__email", "waiting"))
    assert found == {deputy.email: 5, user.email: 9}


def test_another_address_takes_the_old_one_out_of_charge(
    owner: Client, confirmed: User, signed_in_elsewhere: Client
) -> None:
    EmailAddress.objects.create(user=confirmed, email="waits@example.org")
    change = {"email": "Ada@New.Example", "name": "Ada", "is_active": "on"}
    assert owner.post(f"{PEOPLE}{confirmed.pk}/change/", change).status_code == 302
    confirmed.refresh_from_db()
    assert confirmed.email == "ada@new.example"
    [address] = EmailAddress.objects.filter(user=confirmed)
    assert (address.email, address.verified, address.primary) == ("ada@new.example", True, True)
    assert not is_signed_in(signed_in_elsewhere)
    [told] = mail.outbox
    assert told.to == ["ada@example.org"]
    assert "to ada@new.example" in told.body

    visitor = Client()
    visitor.post("/accounts/password/reset/", {"email": "ada@example.org"})
    assert "there is no account with this address" in mail.outbox[-1].body


def test_an_admin_who_changes_their_own_address_stays_signed_in(owner: Client) -> None:
    person = User.objects.get(email="owner@example.org")
    powers = {"is_active": "on", "is_staff": "on", "is_superuser": "on"}
    change = {"email": "owner@new.example", **powers}
    assert owner.post(f"{PEOPLE}{person.pk}/change/", change, follow=True).status_code == 200
    assert is_signed_in(owner)


def test_an_address_that_is_confirmed_elsewhere_is_refused(
    owner: Client, user: User, stranger: User
) -> None:
    EmailAddress.objects.create(user=stranger, email="old@example.org", verified=True)
    page = owner.post(f"{PEOPLE}{user.pk}/change/", {"email": "OLD@example.org"})
    assert "This address belongs to another account." in page.content.decode()


def test_a_password_that_an_admin_sets_ends_a_change_of_address(
    owner: Client, confirmed: User
) -> None:
    EmailAddress.objects.create(user=confirmed, email="thief@example.org")
    new = {"password1": "three quiet walls", "password2": "three quiet walls"}
    owner.post(f"{PEOPLE}{confirmed.pk}/password/", new)
    assert EmailAddress.objects.get().email == confirmed.email
