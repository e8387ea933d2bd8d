from django.db import migrations


def rank_as_submitted(apps, schema_editor):
    """What waits keeps its order. Its work is planned by the first supervisor that looks
    (transfers.queue.unplanned): how much a picture takes is no matter of a migration."""
    Transfer = apps.get_model("transfers", "Transfer")
    waiting = Transfer.objects.filter(state__in=("queued", "running"), rank=0)
    for pk, created_at in waiting.values_list("pk", "created_at").iterator():
        Transfer.objects.filter(pk=pk, rank=0).update(rank=created_at.timestamp())


class Migration(migrations.Migration):

    dependencies = [
        ('transfers', '0002_fair_share_keep_continue'),
    ]

    operations = [
        migrations.RunPython(rank_as_submitted, migrations.RunPython.noop),
    ]
