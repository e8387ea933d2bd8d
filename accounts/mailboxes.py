"""Which e-mail addresses an account has, and whether they are known to be its owner's.

``User.email`` is the one that counts. allauth's rows say whether it was confirmed, and hold a new
one that waits for its link to be opened.
"""

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from accounts.models import User


def may_be_written_to(user: User) -> bool:
    """Whether mail that nobody asked for this minute may go to `user`."""
    return bool(user.email) and user.is_active and is_confirmed(user)


def is_confirmed(user: User) -> bool:
    """Whether their address is known to be theirs, closed account or not.

    One that was never confirmed may be a stranger's. Where the operator asks nobody to confirm,
    every address counts.
    """
    if settings.ACCOUNT_EMAIL_VERIFICATION == "none":
        return True
    addresses = EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=True)
    return bool(addresses.exists())


def was_never_confirmed(user: User) -> bool:
    """Whether the account may have been made with a stranger's address.

    Who signs up gets a primary row. The rows that allauth makes up for accounts of the operator's,
    as soon as anybody asks for a reset, are none; nor are new addresses that wait.
    """
    addresses = EmailAddress.objects.filter(user=user)
    confirmed = addresses.filter(verified=True)
    return addresses.filter(primary=True).exists() and not confirmed.exists()


def has_yet_to_confirm(user: User) -> bool:
    """Whether letters reach `user`, who is to confirm the address, and has not done so."""
    asked = settings.SENDS_MAIL and settings.ACCOUNT_EMAIL_VERIFICATION != "none"
    return asked and was_never_confirmed(user)


def is_somebody_elses(address: EmailAddress) -> bool:
    """Whether another account has it, confirmed or not."""
    others = User.objects.exclude(pk=address.user_id)
    return others.filter(email__iexact=address.email).exists()


def without_one() -> QuerySet[User]:
    """Accounts that have no address: nobody signs in to one by a password, and none is told."""
    return User.objects.filter(email="")


def out_of_step() -> QuerySet[User]:
    """Accounts of which allauth's rows say another address than ``User.email`` does.

    Letters, and the proof of who one is, then go by the one, resets by the other; earlier versions
    let it come so far. `replace` mends it.
    """
    counting = EmailAddress.objects.filter(Q(primary=True) | Q(verified=True))
    others = counting.exclude(user__email="").exclude(email=Lower("user__email"))
    return User.objects.filter(pk__in=others.values("user"))


def is_being_changed(address: EmailAddress) -> bool:
    """Whether it waits to take the place of another, which counts until then."""
    return bool(address.email != address.user.email.lower())


def shortened(email: str) -> str:
    """For a stranger who was taken for its owner: enough for those who know it."""
    name, at, host = email.rpartition("@")
    return f"{name[:1]}…@{host}" if at else ""


def forget_waiting(user: User) -> None:
    """The links that were sent to addresses other than the account's own open nothing any more."""
    _waiting(user).delete()


def confirm(user: User) -> None:
    """The address of `user` is theirs: they opened a letter that was sent there."""
    own = EmailAddress.objects.get_or_create(user=user, email=user.email.lower())[0]
    own.verified = True
    own.set_as_primary()


def replace(user: User) -> None:
    """Staff gave `user` the address that they have now; all that they had before are forgotten.

    The new one counts as confirmed. Staff answer for it as for an account that they make; as
    unconfirmed it would get none of the letters that protect the account, and its first reset
    would take passkeys and tokens away.
    """
    with transaction.atomic():
        EmailAddress.objects.filter(user=user).delete()
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)


def _waiting(user: User) -> QuerySet[EmailAddress]:
    waiting = EmailAddress.objects.filter(user=user, verified=False)
    found: QuerySet[EmailAddress] = waiting.exclude(email__iexact=user.email)
    return found
