"""What somebody may choose about being told."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gallery import slow_work
from gallery.busy import NoPlaceError
from transfers.notify import destinations
from transfers.notify.destinations import BadAddressError, UndeliverableError
from transfers.notify.models import Notice, NoticeChoices

# Somebody waits for the page meanwhile.
LOOK_UP_S = 4.0

# Each look keeps a thread of the web server, and tells which names there are.
LOOK_UP_AGAIN_S = 2


class NoticeForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only for mypy
    class Meta:
        model = NoticeChoices
        fields = ("email", "webhook_url")
        labels = {"email": gettext_lazy("Write me an e-mail")}
        help_texts = {
            "email": gettext_lazy(
                "For pictures that took more than a minute, unless you saw them end. What ends "
                "together comes in one letter."
            ),
            "webhook_url": gettext_lazy(
                "We send it a signed message for each of your pictures, ready or failed."
            ),
        }
        # No URLField: a host of an intranet may have a name without a dot.
        widgets = {
            "webhook_url": forms.URLInput(
                attrs={"placeholder": "https://", "autocomplete": "off", "spellcheck": "false"}
            )
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not settings.SENDS_MAIL:
            del self.fields["email"]

    def clean_webhook_url(self) -> str:
        """Refuse at once what would never be delivered to."""
        url: str = self.cleaned_data["webhook_url"]
        if not url or url == self.instance.webhook_url:
            return url
        if not cache.add(f"webhook-address-{self.instance.owner_id}", True, LOOK_UP_AGAIN_S):
            raise forms.ValidationError(_("That was a lot at once. Wait a few seconds, please."))
        try:
            slow_work.room.enter()
            destinations.checked_addresses(destinations.parse(url), LOOK_UP_S)
        except (BadAddressError, NoPlaceError) as error:
            raise forms.ValidationError(error.sentence) from error
        except UndeliverableError as error:
            raise forms.ValidationError(SENTENCES[error.outcome]()) from error
        return url


SENTENCES = {
    Notice.Outcome.NO_HOST: lambda: _("There is no such host. Check the spelling."),
    Notice.Outcome.TIMEOUT: lambda: _("Nobody could tell where that host is. Try again later."),
    Notice.Outcome.PRIVATE: lambda: _(
        "This address lies in a private network. Only addresses on the public internet can be "
        "reached, and networks that the people who run this site have allowed."
    ),
}
