from django.conf import settings
from django.db import migrations, models

from accounts.index_operations import AddIndex


class Migration(migrations.Migration):
    atomic = False  # Workers report to this table, and must not wait.

    dependencies = [
        ("gallery", "0014_bytes_beside_a_picture"),
        ("transfers", "0019_waiting_for_memory"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AddIndex(
            model_name="transfer",
            index=models.Index(
                fields=["heartbeat_at"],
                name="transfer_paused",
                condition=models.Q(("heartbeat_at__isnull", False), ("state", "queued")),
            ),
        ),
    ]
