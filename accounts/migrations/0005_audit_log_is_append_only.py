"""The database itself refuses to change an entry of the audit log, but for blanking its address,
and PostgreSQL to delete one that is younger than the shortest time that settings can ask for."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

KEPT = ("id", "at", "action", "actor_id", "account_id", "subject_kind", "subject_id")
KEPT += ("subject_label",)

SQLITE = f"""
CREATE TRIGGER audit_entry_is_never_changed BEFORE UPDATE ON accounts_auditentry
WHEN NEW.address <> '' OR NEW.facts IS NOT OLD.facts
    OR {" OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in KEPT)}
BEGIN SELECT RAISE(ABORT, 'Entries of the audit log are never changed.'); END
"""

POSTGRESQL = f"""
CREATE FUNCTION refuse_to_change_audit_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.at > now() - interval '29 days' THEN
            RAISE EXCEPTION 'Entries of the audit log are kept for 30 days at least.';
        END IF;
        RETURN OLD;
    END IF;
    IF NEW.address <> '' OR NEW.facts::text IS DISTINCT FROM OLD.facts::text
        OR {" OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in KEPT)}
    THEN
        RAISE EXCEPTION 'Entries of the audit log are never changed.';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER audit_entry_is_never_changed BEFORE UPDATE OR DELETE ON accounts_auditentry
FOR EACH ROW EXECUTE FUNCTION refuse_to_change_audit_entry();
"""


def guard(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    sqlite = schema_editor.connection.vendor == "sqlite"
    schema_editor.execute(SQLITE if sqlite else POSTGRESQL)


def unguard(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TRIGGER audit_entry_is_never_changed")
    else:
        schema_editor.execute("DROP FUNCTION refuse_to_change_audit_entry() CASCADE")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_audit_log")]

    operations = [migrations.RunPython(guard, unguard)]
