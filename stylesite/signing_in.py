"""Settings of people and signing in that are the same on every site; part of ``settings``."""

from accounts.networks import ONES_OWN_BITS as _ONES_OWN_BITS

AUTH_USER_MODEL = "accounts.User"
# Django's own backend is not beside it: each password would be hashed twice.
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": name}
    for name in (
        "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "django.contrib.auth.password_validation.MinimumLengthValidator",
        "django.contrib.auth.password_validation.CommonPasswordValidator",
        "django.contrib.auth.password_validation.NumericPasswordValidator",
        "accounts.new_passwords.EndsWaitingAddresses",
        "accounts.new_passwords.ForgetsKnownPlaces",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "transfers:new"
ACCOUNT_ADAPTER = "stylesite.privacy.adapter.PrivacyAdapter"
ACCOUNT_FORMS = {
    "add_email": "accounts.forms.AddEmailForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "login": "accounts.forms.LoginForm",
    "reauthenticate": "accounts.forms.ReauthenticateForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.ResetPasswordKeyForm",
    "set_password": "accounts.forms.SetPasswordForm",
    "signup": "accounts.forms.SignupForm",
}
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
# Letters tell of every change to what protects an account, and the change asks who it is, unless
# they proved it a few minutes ago.
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
PASSWORD_RESET_TIMEOUT = 3600

# Second factors: a code of an app, a passkey, and codes on paper for the day that both are lost.
# The time before and after is allowed for clocks that differ; no code opens twice
# (accounts.second_factor_forms).
MFA_ADAPTER = "accounts.second_factor.SecondFactorAdapter"
MFA_FORMS = {
    "activate_totp": "accounts.second_factor_forms.ActivateAppForm",
    "add_webauthn": "accounts.passkey_forms.AddPasskeyForm",
    "authenticate": "accounts.second_factor_forms.CodeForm",
    "authenticate_webauthn": "accounts.passkey_forms.PasskeyForm",
    "edit_webauthn": "accounts.passkey_forms.RenamePasskeyForm",
    "login_webauthn": "accounts.passkey_forms.PasskeyAloneForm",
    "reauthenticate": "accounts.second_factor_forms.CodeAgainForm",
    "reauthenticate_webauthn": "accounts.passkey_forms.PasskeyAgainForm",
}
USERSESSIONS_ADAPTER = "accounts.session_adapter.SessionAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1
# Whose address is not confirmed sets up none (accounts.second_factor), but who has one may change
# their address.
MFA_ALLOW_UNVERIFIED_EMAIL = True

# For a limit, all that somebody can have of an address is one (accounts.networks).
ALLAUTH_RATE_LIMIT_IPV6_PREFIX = _ONES_OWN_BITS[6]

# Beside allauth's own limits, and counted as they are: wrong passwords of share links ("key" is
# link and address, the link alone, or link and network; gallery.link_guesses says why), reports of
# pictures, copies of all data, and photos at booths.
# Failed sign-ins count for the account, from wherever (with codes of a second step, which have
# counts of their own), and for the visitor's address; those from a browser that the account knows
# count apart ("at_home"; accounts.places says why), and all such browsers of an account together
# ("at_homes"), above what one of them may try, so that none of them keeps out the others.
ACCOUNT_RATE_LIMITS = {
    "change_password": "5/m/user,50/d/user",
    # Letters to an address that anybody may type; the pages say so in words. No letter is held back
    # while none that went there still opens what it is for (docs/security.md).
    "confirm_email": "1/3m/key,5/d/key",
    "reset_letter": "1/h/key",
    "reset_password": "20/m/ip,100/d/ip",
    "manage_email": "10/m/user,20/d/user,100/d/ip",
    "login": "60/m/ip",
    "login_failed": "5/5m/key,50/d/key",
    "login_failed_from_address": "10/m/ip",
    "login_failed_at_home": "5/5m/key,50/d/key",
    "login_failed_at_homes": "20/5m/key,100/d/key",
    "signup": "30/m/ip,300/d/ip",
    "passkey": "30/m/ip",
    "link_password": "5/5m/key",
    "link_password_from_anywhere": "100/h/key",
    "link_password_from_network": "3/d/key",
    "report": "10/h/ip",
    "copy": "6/h/user",
    "booth_take": "12/m/key",
}
