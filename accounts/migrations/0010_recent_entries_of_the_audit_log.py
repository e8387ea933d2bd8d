from django.db import migrations, models

from accounts.index_operations import AddIndex, RemoveIndex


class Migration(migrations.Migration):
    atomic = False  # Signing in writes to this table, and must not wait.

    dependencies = [("accounts", "0009_letters_about_accounts")]

    operations = [
        AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["account", "action", "-at"], name="audit_of_kind"),
        ),
        AddIndex(
            model_name="auditentry",
            index=models.Index(
                fields=["actor", "action", "-at"],
                name="audit_by_kind_on_others",
                condition=models.Q(
                    ("account", None),
                    models.Q(("account", models.F("actor")), _negated=True),
                    _connector="OR",
                ),
            ),
        ),
        RemoveIndex(model_name="auditentry", name="audit_of_account"),
        RemoveIndex(model_name="auditentry", name="audit_by_actor"),
    ]
