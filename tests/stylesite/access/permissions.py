"""What each permission opens of the pages for staff, to those who are no superusers.

A line begins with what it takes, and then has the addresses that open by it: ``a | b`` is either of
the two, ``a & b`` both, ``STAFF_ALONE`` none at all, and what takes ``SUPERUSER`` opens by no
permission. Whoever lacks it is answered with 403; where it opens, the column "admin" of ``table``
says how it answers. Permissions are added up nowhere else: what is closed to somebody who has every
other one is closed to everybody who lacks these.
"""

from __future__ import annotations

from itertools import product

from tests.stylesite.access import table
from tests.stylesite.access.table import FORM

STAFF_ALONE = ""
SUPERUSER = "superuser"

OPENED_BY: dict[str, str] = {
    STAFF_ALONE: """
        metrics admin:index admin:jsi18n admin:login admin:logout admin:password_change
        admin:password_change_done admin:view_on_site admin:admin/(?P<url>.*)
    """,
    "transfers.view_transfer": "transfers:queue",
    "transfers.manage_queue": "transfers:queue-act",
    "transfers.add_exampleorder": "transfers:examples",
    "gallery.change_report": "gallery:reports gallery:report-file gallery:report-decide",
    "gallery.view_style | gallery.change_style": "admin:gallery_style_export",
    "gallery.add_style & gallery.change_style": """
        admin:gallery_style_import admin:gallery_style_import_run
    """,
    "gallery.view_styleoffer | gallery.change_styleoffer": "admin:gallery_styleoffer_picture",
    "gallery.change_styleoffer & gallery.add_style": "admin:gallery_styleoffer_answer",
    "accounts.view_auditentry | accounts.change_auditentry": "admin:accounts_auditentry_export",
    "accounts.change_user": "admin:auth_user_password_change",
    "accounts.view_user | accounts.change_user": "admin:autocomplete",
    " | ".join(
        f"gallery.{can}"
        for can in (
            *("view_collection", "add_collection", "change_collection", "delete_collection"),
            *("view_style", "add_style", "change_style", "delete_style"),
            *("view_styleoffer", "change_styleoffer"),
        )
    ): "admin:app_list",
}

OF_MODELS: dict[tuple[str, str], str] = {
    ("accounts_user", "add"): "accounts.add_user & accounts.change_user",
    ("auth_group", "add"): SUPERUSER,
    ("auth_group", "change"): SUPERUSER,
    ("auth_group", "delete"): SUPERUSER,
}
"""Where it is not the permission of that name. What the table allows nobody is nobody's here."""

ACTIONS: dict[str, dict[str, str]] = {
    "accounts_apitoken": {"revoke": "accounts.change_apitoken"},
    "accounts_invitation": {"withdraw": "accounts.change_invitation"},
    "accounts_quota": {"delete_selected": "accounts.delete_quota"},
    "accounts_user": {"delete_selected": "accounts.delete_user"},
    "auth_group": {"delete_selected": SUPERUSER},
    "django_q_failure": {
        "resubmit": "django_q.change_failure",
        "delete_selected": "django_q.delete_failure",
    },
    "gallery_collection": {"delete_selected": "gallery.delete_collection"},
    "gallery_style": {
        "publish": "gallery.change_style",
        "hide": "gallery.change_style",
        "order_examples": "transfers.add_exampleorder",
        "export": "gallery.view_style | gallery.change_style",
    },
    "mfa_authenticator": {"delete_selected": "mfa.delete_authenticator"},
    "transfers_machinespeed": {"delete_selected": "transfers.delete_machinespeed"},
    "transfers_notice": {"delete_selected": "transfers.delete_notice"},
    "transfers_workerhost": {"delete_selected": "transfers.delete_workerhost"},
}
"""What can be done to many rows of a list at once, and what that takes beside looking at it."""

Held = set[str]


def needs() -> dict[tuple[str, str], str]:
    """What it takes, by name and method; of all that is in the table for staff."""
    found: dict[tuple[str, str], str] = {}
    for needed, names in OPENED_BY.items():
        for name in names.split():
            found |= {(name, method): needed for method in table.rules()[name]}
    for model in table.ADMIN_MODELS:
        found |= _of_model(model)
    return found


def _of_model(model: str) -> dict[tuple[str, str], str]:
    app_label, _, name = model.rpartition("_")

    def takes(what: str) -> str:
        allowed = what in table.ADMIN_MODELS[model].split()
        return OF_MODELS.get((model, what), f"{app_label}.{what}_{name}") if allowed else SUPERUSER

    looking = f"{app_label}.view_{name} | {app_label}.change_{name}"
    page = f"admin:{model}"
    by_page = {f"{page}_{which}": looking for which in ("changelist", "history", "change")}
    by_page |= {f"{page}_{what}": takes(what) for what in ("add", "delete")}
    by_page[f"admin:admin/{app_label}/{name}/<path:object_id>/"] = STAFF_ALONE
    found = {(name, method): what for name, what in by_page.items() for method in FORM.split()}
    return found | {(f"{page}_change", "POST"): takes("change")}


def enough(needed: str) -> list[Held]:
    """Each that opens by itself."""
    if needed == SUPERUSER:
        return []
    return [set(filter(None, way.split(" & "))) for way in needed.split(" | ")]


def lacking(needed: str) -> list[Held]:
    """Each whose lack closes it to whoever has all others."""
    return [set(one) for one in product(*enough(needed))]
