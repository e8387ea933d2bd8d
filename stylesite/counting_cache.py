"""The cache in the database, which adds without losing count.

Limits of pages and of the API are counters in the cache. Django's own ``incr`` reads and then
writes, so that of requests in the same moment only one counts.
"""

from __future__ import annotations

import base64
import pickle
from typing import Any

from django.core.cache.backends.db import DatabaseCache
from django.db import connections, router, transaction
from django.utils import timezone


class CountingDatabaseCache(DatabaseCache):
    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """Add ``delta`` to what is kept, for as long as it was to be kept, and return the sum.

        Two short queries under a lock: the row's on PostgreSQL, on SQLite that of the transaction,
        which is IMMEDIATE. Raises ValueError where there is nothing, as every cache does.
        """
        key = self.make_and_validate_key(key, version=version)
        using = router.db_for_write(self.cache_model_class)
        connection = connections[using]
        table = connection.ops.quote_name(self.cache_model_class._meta.db_table)
        locked = (
            connection.ops.for_update_sql() if connection.features.has_select_for_update else ""
        )
        now = connection.ops.adapt_datetimefield_value(timezone.now().replace(microsecond=0))
        with transaction.atomic(using=using), connection.cursor() as cursor:
            kept = f"SELECT value FROM {table} WHERE cache_key = %s AND expires >= %s {locked}"  # noqa: S608
            cursor.execute(kept, [key, now])
            row = cursor.fetchone()
            if row is None:
                raise ValueError(f"Key '{key}' not found")
            value: int = pickle.loads(base64.b64decode(row[0])) + delta  # noqa: S301
            written = base64.b64encode(pickle.dumps(value, self.pickle_protocol)).decode("latin1")
            cursor.execute(
                f"UPDATE {table} SET value = %s WHERE cache_key = %s",  # noqa: S608
                [written, key],
            )
        return value
