"""Let somebody in again who lost phone and recovery codes: `manage.py remove_second_step EMAIL`."""

from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from accounts import audit, second_factor
from accounts.audit import Action
from accounts.management.people import account_of


class Command(BaseCommand):
    help = (
        "Removes the app, the passkeys and the recovery codes of an account; the password alone "
        "opens it then. Be sure whom you are talking to."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the account's e-mail address")

    def handle(self, *_args: Any, **options: Any) -> None:
        person = account_of(options["email"])
        if not second_factor.remove_all(person):
            raise CommandError(f"{person.email} has no second step.")
        audit.record(Action.SECOND_FACTOR_REMOVED, None, person, None, method="command")
        self.stdout.write(f"{person.email} signs in with the password alone now.")
