"""The first account of an installation: an admin, with a password that is shown this once.

``make run`` calls this every time. As soon as there is an admin it does and says nothing.
"""

import secrets
from typing import Any

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction
from environs import Env

from accounts.models import User

DEFAULT_EMAIL = "admin@localhost"


class Command(BaseCommand):
    help = "Creates an admin with a random password, unless there is an admin already."

    def handle(self, *args: Any, **options: Any) -> None:
        email = Env().str("STYLESITE_ADMIN_EMAIL", DEFAULT_EMAIL).strip().lower()
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError("Set STYLESITE_ADMIN_EMAIL to an e-mail address.") from error
        password = secrets.token_urlsafe(12)
        with transaction.atomic():
            if User.objects.filter(is_superuser=True).exists():
                return
            if User.objects.filter(email__iexact=email).exists():
                raise CommandError(
                    f"{email} has an account that is no admin's: set STYLESITE_ADMIN_EMAIL to"
                    " another address."
                )
            admin = User.objects.create_superuser(email, password)
            EmailAddress.objects.create(user=admin, email=email, verified=True, primary=True)
        self.stdout.write("The first admin is ready. This password is shown only now:")
        self.stdout.write(f"  e-mail    {email}")
        self.stdout.write(f"  password  {password}")
