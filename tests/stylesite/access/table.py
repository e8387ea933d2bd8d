"""What each address allows to whom: the one table of the whole site.

An address that is missing here fails ``test_matrix``; so does a line that no address has. First by
whom it lets in, then by the methods that it has. Each answers in one of these ways:

=====  ==================================================================================
``+``  let in: whatever it then says of the request (a page, a redirect, what is wrong)
``-``  404, as if there were nothing
``s``  sent to sign in
``u``  401: the API asks for a token
``f``  403: known, but not for this
``m``  405: not with this method
``2``  sent to take the second step
=====  ==================================================================================

A method that is not in the table is answered with 405, by the API only to those whom it knows.

``column_of`` says whose column holds for those who have none of their own, and ``permissions`` what
opens to staff who are no superusers.
"""

from __future__ import annotations

from dataclasses import dataclass

# In the order of world.COLUMNS: anonymous, stranger, owner, holder, guest, token, admin.

EVERYBODY_BUT_GUESTS = "++++-++"
OWNER = "--+----"
OWNER_ELSE_SIGN_IN = "s-+s-s-"
SIGNED_IN = "s++s-s+"
SIGNED_IN_ELSE_NOTHING = "-++---+"
HOLDER = "--++---"
"""Of a link: its owner, and whoever has typed its password."""
GUEST = "----+--"
STAFF = "ssss-s+"
STAFF_ELSE_NOTHING = "------+"

API_OWN = "u++u-++"
"""Of nobody in particular: everybody gets their own."""
API_OWNER = "u-+u-+-"
API_OWN_WRITE = "u++u-f+"
API_OWNER_WRITE = "u-+u-f-"

READ, POST, FORM = "GET HEAD", "POST", "GET HEAD POST"

PAGES: dict[str, dict[str, str]] = {
    EVERYBODY_BUT_GUESTS: {
        READ: """
            home transfers:sample-photo transfers:guest-picture privacy:closed
            privacy:policy accounts:invitation
            transfers:guest-download transfers:guest-file
            gallery:explore gallery:explored gallery:explored-file gallery:profile gallery:styles
            account_inactive account_email_verification_sent account_reset_password_done
            account_reset_password_from_key_done account_confirm_email
            api:docs api:problems api:openapi api:api/v1/
        """,
        FORM: """
            transfers:guest-delete transfers:unsubscribe gallery:shared gallery:explored-report
            account_login account_signup account_logout account_reset_password
            account_reset_password_from_key
        """,
    },
    OWNER: {
        READ: """
            transfers:photo-file transfers:preview transfers:recipe transfers:recipe-check
            transfers:recipe-picture transfers:look-state transfers:sweep-state
            transfers:sweep-picture transfers:booth-picture
            gallery:album gallery:album-arrange gallery:mask-file gallery:artwork
            gallery:artwork-file gallery:download gallery:download-as gallery:recipe-file
            gallery:time-lapse gallery:time-lapse-frame gallery:time-lapse-animation
            gallery:style gallery:style-file
        """,
        POST: """
            transfers:up-to transfers:recipe-repeat transfers:recipe-forget transfers:recipe-give
            transfers:recipe-accept transfers:recipe-let-go transfers:look-cancel
            transfers:look-keep
            gallery:album-edit gallery:album-move gallery:album-cover gallery:album-remove
            gallery:album-put-back gallery:share-withdraw gallery:share-restore
            gallery:share-again gallery:rename gallery:annotate gallery:rate gallery:favourite
            gallery:tag gallery:delete gallery:restore gallery:time-lapse-keep
            gallery:time-lapse-delete gallery:style-delete gallery:style-restore
            gallery:style-offer-withdraw accounts:session-end
        """,
        FORM: """
            transfers:continue gallery:album-pictures gallery:album-delete gallery:album-share
            gallery:share gallery:artwork-albums gallery:artwork-share gallery:style-edit
            gallery:style-offer accounts:token-revoke
        """,
    },
    OWNER_ELSE_SIGN_IN: {
        READ: """
            transfers:tried transfers:detail transfers:progress transfers:sweep
            transfers:sweep-cell transfers:booth
        """,
        POST: """
            transfers:sweep-cancel transfers:sweep-again transfers:sweep-delete
            transfers:sweep-paint transfers:sweep-keep transfers:booth-picture-delete
            transfers:cancel transfers:keep transfers:retry transfers:move
            transfers:settings-change transfers:settings-delete transfers:settings-put-back
        """,
        FORM: """
            transfers:try transfers:booth-edit transfers:booth-start transfers:booth-end
            transfers:booth-delete mfa_edit_webauthn mfa_remove_webauthn
        """,
    },
    SIGNED_IN: {
        READ: """
            transfers:estimates transfers:many-summary transfers:style-choices transfers:camera
            transfers:photos transfers:sweeps transfers:booths transfers:use transfers:list
            gallery:albums gallery:shares gallery:statistics gallery:list gallery:trash
            gallery:compare accounts:activity accounts:tokens privacy:data
            mfa_index mfa_view_recovery_codes mfa_download_recovery_codes mfa_list_webauthn
        """,
        POST: """
            transfers:notices-secret transfers:notices-secret-show transfers:notices-test
            transfers:cancel-waiting
            transfers:settings-save transfers:look transfers:look-leave transfers:sweep-summary
            gallery:unpublish
        """,
        FORM: """
            transfers:new transfers:many transfers:recipe-import transfers:booth-add
            transfers:notices transfers:photos-delete transfers:sweep-new
            gallery:style-add gallery:style-name gallery:album-add gallery:profile-edit
            gallery:publish gallery:empty-trash accounts:settings accounts:token-add
            accounts:tokens-revoke account_email account_change_password account_set_password
            account_reauthenticate
            account_confirm_login_code usersessions_list privacy:copy privacy:delete privacy:restore
            mfa_authenticate mfa_login_webauthn
            mfa_reauthenticate mfa_reauthenticate_webauthn mfa_activate_totp mfa_deactivate_totp
            mfa_generate_recovery_codes mfa_add_webauthn
        """,
    },
    # Confirms the address for whoever has the letter, and leads on to sign in to its account.
    "ss+s-ss": {POST: "account_confirm_email"},
    SIGNED_IN_ELSE_NOTHING: {
        READ: "gallery:more",
        POST: "gallery:bulk gallery:trash-bulk gallery:undo-trash",
        FORM: "gallery:zip",
    },
    HOLDER: {
        READ: """
            gallery:shared-download-all gallery:shared-file gallery:shared-picture
            gallery:shared-download
        """,
        FORM: "gallery:shared-report",
    },
    GUEST: {
        READ: """
            transfers:booth-here transfers:booth-wall transfers:booth-wall-file
            transfers:booth-style-file transfers:booth-turn transfers:booth-turn-qr
            transfers:booth-turn-file
        """,
        POST: "transfers:booth-take transfers:booth-turn-delete",
        FORM: "transfers:booth-leave",
    },
    STAFF_ELSE_NOTHING: {READ: "metrics"},
    STAFF: {
        READ: "transfers:queue gallery:reports gallery:report-file",
        POST: "gallery:report-decide",
        FORM: "transfers:examples transfers:queue-act",
    },
}

API: dict[str, str] = {
    "api:me": "GET",
    "api:collections": "GET",
    "api:statistics": "GET",
    "api:profile": "GET PATCH:shares",
    "api:content-images": "GET POST:transfers",
    "api:styles": "GET POST:gallery",
    "api:transfers": "GET POST:transfers",
    "api:batch": "POST:transfers",
    "api:estimate": "POST",
    "api:cancel-waiting": "POST:transfers",
    "api:artworks": "GET",
    "api:artworks-bulk": "POST:gallery",
    "api:artworks-zip": "GET POST",
    "api:albums": "GET POST:gallery",
    "api:shares": "GET POST:shares",
    "api:recipes": "GET POST:transfers",
    "api:recipe-upload": "POST:transfers",
    "api:sheets": "GET POST:transfers",
    "api:saved-settings-list": "GET POST:transfers",
}
"""Of nobody in particular. A method with a scope after it changes something, and takes a token of
that scope; the others take one that may read."""

API_THINGS: dict[str, str] = {
    "api:content-image": "GET DELETE:transfers",
    "api:content-image-file": "GET",
    "api:content-image-masks": "POST:transfers",
    "api:mask": "GET DELETE:transfers",
    "api:mask-file": "GET",
    "api:style": "GET PATCH:gallery DELETE:gallery",
    "api:style-file": "GET",
    "api:style-restore": "POST:gallery",
    "api:style-crop": "POST:gallery",
    "api:style-picture": "POST:gallery",
    "api:style-offer": "GET POST:gallery DELETE:gallery",
    "api:transfer": "GET",
    "api:transfer-cancel": "POST:transfers",
    "api:transfer-keep": "POST:transfers",
    "api:transfer-move": "POST:transfers",
    "api:transfer-retry": "POST:transfers",
    "api:transfer-continue": "POST:transfers",
    "api:transfer-up-to": "POST:transfers",
    "api:transfer-losses": "GET",
    "api:transfer-preview": "GET",
    "api:transfer-result": "GET",
    "api:artwork": "GET PATCH:gallery DELETE:gallery",
    "api:artwork-restore": "POST:gallery",
    "api:artwork-publish": "POST:shares",
    "api:artwork-unpublish": "POST:shares",
    "api:artwork-recipe": "GET",
    "api:artwork-file": "GET",
    "api:artwork-download": "GET",
    "api:artwork-difference": "GET",
    "api:recipe-check": "GET",
    "api:time-lapse": "GET DELETE:gallery",
    "api:time-lapse-file": "GET",
    "api:time-lapse-animation": "GET",
    "api:time-lapse-frame": "GET",
    "api:time-lapse-keep": "POST:gallery",
    "api:album": "GET PATCH:gallery DELETE:gallery",
    "api:album-artworks": "GET POST:gallery",
    "api:album-remove": "POST:gallery",
    "api:album-order": "POST:gallery",
    "api:share": "GET PATCH:shares",
    "api:share-withdraw": "POST:shares",
    "api:share-restore": "POST:shares",
    "api:recipe": "GET DELETE:transfers",
    "api:recipe-repeat": "POST:transfers",
    "api:sheet": "GET DELETE:transfers",
    "api:sheet-picture": "GET",
    "api:sheet-cancel": "POST:transfers",
    "api:sheet-retry": "POST:transfers",
    "api:sheet-paint": "POST:transfers",
    "api:sheet-keep": "POST:transfers",
    "api:saved-settings": "GET PATCH:transfers DELETE:transfers",
    "api:saved-settings-restore": "POST:transfers",
}
"""Somebody's things."""

ADMIN_MODELS: dict[str, str] = {
    "accounts_apitoken": "",
    "accounts_auditentry": "",
    "accounts_invitation": "add",
    "accounts_quota": "add change delete",
    "accounts_user": "add change delete",
    "auth_group": "add change delete",
    "django_q_failure": "delete",
    "gallery_collection": "add change delete",
    "gallery_style": "add change",  # one that is in use is hidden, not deleted
    "gallery_styleoffer": "change",
    "mfa_authenticator": "delete",
    "transfers_contentimage": "",
    "transfers_machinespeed": "delete",
    "transfers_notice": "delete",
    "transfers_transfer": "",
    "transfers_workerhost": "delete",
}
"""What even a superuser can do with the rows of a table, besides looking at them."""

ADMIN_PAGES: dict[str, dict[str, str]] = {
    STAFF: {
        READ: """
            admin:jsi18n admin:gallery_styleoffer_picture admin:autocomplete
        """,
        POST: "admin:gallery_styleoffer_answer",
        FORM: """
            admin:index admin:app_list admin:gallery_style_export
            admin:accounts_auditentry_export admin:password_change admin:password_change_done
            admin:auth_user_password_change admin:gallery_style_import
            admin:gallery_style_import_run
        """,
    },
    # Both find nothing on purpose: no model says its own address (get_absolute_url), and the other
    # is all that is no page of the admin, which tells only staff so.
    "ssss-s-": {FORM: "admin:view_on_site admin:admin/(?P<url>.*)"},
    "sffs-s+": {FORM: "admin:login"},
    "++++-+m": {READ: "admin:logout"},
    "++++-++": {POST: "admin:logout"},
}

HALF: dict[str, str] = {
    "mfa_authenticate": "+",
    "account_login": "2",
    "mfa_login_webauthn": "2",
}
"""What is not as for visitors to whoever has typed the password of an account with a second step,
and not taken that."""


def column_of(role: str, name: str) -> str:
    """Whose column says what ``role`` is answered there.

    Other people's programs are other people to the API, and nobody to pages; staff are somebody
    else, but on the pages for staff.
    """
    if role == "half":
        return "anonymous"
    if role == "program":
        return "stranger" if name in API | API_THINGS else "anonymous"
    if role == "deputy":
        return "admin" if is_for_staff(name) else "stranger"
    return role


def is_for_staff(name: str) -> bool:
    rows = [*PAGES[STAFF].values(), *PAGES[STAFF_ELSE_NOTHING].values()]
    return name.startswith("admin:") or any(name in row.split() for row in rows)


@dataclass(frozen=True, slots=True)
class Rule:
    """What one method of one address answers to each role, and which scope a token needs."""

    answers: str
    scope: str = ""


def rules() -> dict[str, dict[str, Rule]]:
    """By name and method. What is not in it is refused."""
    found: dict[str, dict[str, Rule]] = {}
    for answers, by_methods in [*PAGES.items(), *ADMIN_PAGES.items()]:
        for methods, names in by_methods.items():
            for name in names.split():
                _add(found, name, {method: Rule(answers) for method in methods.split()})
    for table, read, write in (
        (API, API_OWN, API_OWN_WRITE),
        (API_THINGS, API_OWNER, API_OWNER_WRITE),
    ):
        for name, line in table.items():
            _add(found, name, _api_rules(line, read, write))
    for model, can in ADMIN_MODELS.items():
        for name, rule in _admin_rules(model, can.split()).items():
            _add(found, name, rule)
    return found


def _api_rules(line: str, read: str, write: str) -> dict[str, Rule]:
    found = {}
    for word in line.split():
        method, _colon, scope = word.partition(":")
        found[method] = Rule(write, f"write:{scope}") if scope else Rule(read, "read")
    if "GET" in found:
        found["HEAD"] = found["GET"]
    return found


def _admin_rules(model: str, can: list[str]) -> dict[str, dict[str, Rule]]:
    def form(allowed: bool) -> dict[str, Rule]:
        return dict.fromkeys(FORM.split(), Rule(STAFF if allowed else "ssss-sf"))

    looked_at = {"GET": Rule(STAFF), "HEAD": Rule(STAFF)}
    return {
        f"admin:{model}_changelist": form(True),
        f"admin:{model}_history": form(True),
        f"admin:{model}_add": form("add" in can),
        f"admin:{model}_delete": form("delete" in can),
        f"admin:{model}_change": looked_at | {"POST": form("change" in can)["POST"]},
        f"admin:admin/{'/'.join(model.rsplit('_', 1))}/<path:object_id>/": form(True),
    }


def _add(found: dict[str, dict[str, Rule]], name: str, rules: dict[str, Rule]) -> None:
    known = found.setdefault(name, {})
    if twice := known.keys() & rules.keys():
        raise ValueError(f"{name} is in the table twice for {twice}")
    known.update(rules)
