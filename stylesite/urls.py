"""Every address of the site, grouped by the app that answers."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path, re_path

from accounts.passkey_pages import PasskeyLogin, PasskeyProof
from accounts.second_factor_pages import (
    AddPasskey,
    DrawRecoveryCodes,
    RemoveApp,
    RemovePasskey,
    SetUpApp,
)
from stylesite import views
from stylesite.address_pages import ConfirmAddress
from stylesite.operating import metrics
from stylesite.password_pages import ChangePassword, SetPassword

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("transfers.urls")),
    path("", include("gallery.urls")),
    path("", include("stylesite.privacy.urls")),
    path("accounts/", include("accounts.urls")),
    # In the place of allauth's own, and under their names
    re_path(
        r"^accounts/confirm-email/(?P<key>[-:\w]+)/$",
        ConfirmAddress.as_view(),
        name="account_confirm_email",
    ),
    path("accounts/password/change/", ChangePassword.as_view(), name="account_change_password"),
    path("accounts/password/set/", SetPassword.as_view(), name="account_set_password"),
    path("accounts/2fa/totp/activate/", SetUpApp.as_view(), name="mfa_activate_totp"),
    path("accounts/2fa/totp/deactivate/", RemoveApp.as_view(), name="mfa_deactivate_totp"),
    path(
        "accounts/2fa/recovery-codes/generate/",
        DrawRecoveryCodes.as_view(),
        name="mfa_generate_recovery_codes",
    ),
    path("accounts/2fa/webauthn/add/", AddPasskey.as_view(), name="mfa_add_webauthn"),
    path(
        "accounts/2fa/webauthn/keys/<int:pk>/remove/",
        RemovePasskey.as_view(),
        name="mfa_remove_webauthn",
    ),
    path("accounts/2fa/webauthn/login/", PasskeyLogin.as_view(), name="mfa_login_webauthn"),
    path(
        "accounts/2fa/webauthn/reauthenticate/",
        PasskeyProof.as_view(),
        name="mfa_reauthenticate_webauthn",
    ),
    path("accounts/", include("allauth.urls")),
    path("api/v1/", include("transfers.api.urls")),
    path(metrics.PATH.lstrip("/"), metrics.page, name="metrics"),
    path(settings.ADMIN_PATH, admin.site.urls),
]

handler500 = "stylesite.views.server_error"
