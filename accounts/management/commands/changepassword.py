"""Give an account a new password: `manage.py changepassword EMAIL`, in the place of Django's own.

It asks for the password as that does, and then does what staff do who set one in the admin.
"""

from typing import Any

from django.contrib.auth.management.commands import changepassword
from django.core.management import CommandParser
from django.db import DEFAULT_DB_ALIAS
from django.utils import timezone

from accounts import audit, new_passwords
from accounts.audit import Action
from accounts.management.people import account_of
from accounts.models import ApiToken


class Command(changepassword.Command):
    help = (
        "Gives an account a new password. It is signed out everywhere, a new e-mail address that "
        "waits and the browsers it was used in are forgotten, and a letter tells its owner. Be "
        "sure whom you are talking to."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the account's e-mail address")

    def handle(self, *_args: Any, **options: Any) -> None:
        person = account_of(options["email"])
        super().handle(username=person.email, database=DEFAULT_DB_ALIAS)
        person.refresh_from_db()
        audit.record(Action.PASSWORD_CHANGED, None, person, None, method="command")
        new_passwords.tell_of_staff(person)
        self.stdout.write(f"{person.email} has a new password, and is signed out everywhere.")
        if ApiToken.objects.valid(timezone.now()).filter(owner=person).exists():
            self.stdout.write(
                "Programs go on with the API tokens they have: withdraw those in the admin, if "
                "somebody else may have one."
            )
