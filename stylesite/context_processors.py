"""What every template may use besides its view's own context."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    return {
        "site_name": settings.SITE_NAME,
        "public_gallery": settings.PUBLIC_GALLERY,
        "sign_up": settings.SIGN_UP,
        "sends_mail": settings.SENDS_MAIL,
        "must_confirm": settings.ACCOUNT_EMAIL_VERIFICATION == "mandatory",
        "operator": settings.OPERATOR,
    }
