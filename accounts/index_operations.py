"""Indexes that come and go while people work: operations for migrations, of whichever app.

PostgreSQL by itself lets nobody write to a table while an index of it is built, and nobody read it
from when one goes until the end of the transaction, with all else that is done there. It can do
both beside everybody else, one at a time, in no transaction: a migration with these operations
says ``atomic = False``, and may be run anew where it was interrupted.
"""

from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState
from django.db.models import Index, Model

Editor = BaseDatabaseSchemaEditor


class AddIndex(migrations.AddIndex):
    def database_forwards(
        self, app_label: str, editor: Editor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        build(editor, to_state.apps.get_model(app_label, self.model_name), self.index)

    def database_backwards(
        self, app_label: str, editor: Editor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        drop(editor, self.index)


class RemoveIndex(migrations.RemoveIndex):
    def database_forwards(
        self, app_label: str, editor: Editor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        drop(editor, _named(self, app_label, from_state))

    def database_backwards(
        self, app_label: str, editor: Editor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        build(editor, model, _named(self, app_label, to_state))


def build(editor: Editor, model: type[Model], index: Index) -> None:
    """Anew, where an interrupted building left one, which on PostgreSQL counts for nothing."""
    drop(editor, index)
    editor.add_index(model, index, **_beside_others(editor))


def drop(editor: Editor, index: Index) -> None:
    how = "CONCURRENTLY" if _beside_others(editor) else ""
    editor.execute(f"DROP INDEX {how} IF EXISTS {editor.quote_name(index.name)}")


def _beside_others(editor: Editor) -> dict[str, Any]:
    """Not in a transaction: a restore makes all tables in one, and nobody else has them yet."""
    connection = editor.connection
    can = connection.vendor == "postgresql" and not connection.in_atomic_block
    return {"concurrently": True} if can else {}


def _named(operation: migrations.RemoveIndex, app_label: str, state: ProjectState) -> Index:
    model_state = state.models[app_label, operation.model_name_lower]
    index: Index = model_state.get_index_by_name(operation.name)
    return index
