from django.db import migrations


def fill_in_waiting(apps, schema_editor):
    """Rank and work of what waits: as submitted, and as planned."""
    from engine import pyramid
    from engine.errors import EngineError
    from engine.params import Params

    Transfer = apps.get_model("transfers", "Transfer")
    waiting = Transfer.objects.filter(state__in=("queued", "running"))
    for row in waiting.select_related("content_image").iterator():
        row.rank = row.created_at.timestamp()
        try:
            photo = row.content_image
            plan = pyramid.plan(photo.width, photo.height, Params.from_json(row.params))
            done = plan.pixel_steps_until(row.checkpoint_step)
            row.pixel_steps_left = plan.pixel_steps - done
        except EngineError:
            pass  # Its worker will say so.
        row.save(update_fields=["rank", "pixel_steps_left"])


class Migration(migrations.Migration):

    dependencies = [
        ('transfers', '0002_fair_share_keep_continue'),
    ]

    operations = [
        migrations.RunPython(fill_in_waiting, migrations.RunPython.noop),
    ]
