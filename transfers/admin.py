"""The admin's view of photos and transfers: who, when and how it went.

Nothing can be added or changed here, and neither pictures nor what people call them are shown:
photos belong to the people who took them, and running a site is no reason to look at them.
"""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_q.admin import FailAdmin, resubmit_task
from django_q.models import Failure, OrmQ, Schedule, Success

from transfers.models import (
    ContentImage,
    MachineSpeed,
    Notice,
    Transfer,
    TransferStyle,
    WorkerHost,
)

# Messages are only wake-ups, nobody keeps their success, and no schedule would ever run. What
# failed stays: it tells of a fault. The package has registered all of them by now.
for model in (Failure, OrmQ, Schedule, Success):
    admin.site.unregister(model)


class ReadOnlyAdmin:
    """What nobody edits by hand. Deleting stays possible where the model allows it."""

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Failure)
class FailureAdmin(ReadOnlyAdmin, FailAdmin):  # type: ignore[misc]
    """Without the package's own action, which asks for no more than the permission to look."""

    actions = ("resubmit",)

    @admin.action(description=_("Run the selected tasks once more"), permissions=["resubmit"])
    def resubmit(self, request: HttpRequest, chosen: QuerySet[Any]) -> None:
        resubmit_task(self, request, chosen)

    def has_resubmit_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("django_q.change_failure")


class TransferStyleInline(ReadOnlyAdmin, admin.TabularInline):  # type: ignore[type-arg]
    model = TransferStyle
    fields = ("which", "weight", "mask")
    readonly_fields = ("which",)
    extra = 0
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[TransferStyle]:
        return super().get_queryset(request).select_related("style", "mask")

    @admin.display(description=_("style"))
    def which(self, share: TransferStyle) -> str:
        """A preset by its title; what is somebody's own by its number alone."""
        return share.style.title if share.style.owner_id is None else str(share.style_id)


@admin.register(Transfer)
class TransferAdmin(ReadOnlyAdmin, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("id", "owner", "state", "created_at", "finished_at", "painting_s", "attempts")
    list_filter = ("state", "failure", "created_at")
    search_fields = ("=id", "owner__email", "error_reference")
    date_hierarchy = "created_at"
    list_select_related = ("owner",)
    inlines = (TransferStyleInline,)
    # Each by name, so that no new column is shown unasked. Files would be links into the bucket,
    # titles are the owner's words, and the recipe of a study names the styles in it.
    fieldsets = (
        (None, {"fields": ("id", "owner", "purpose", "state", "activity", "params")}),
        (
            _("How far it is"),
            {
                "fields": (
                    ("step", "total_steps", "level", "levels"),
                    ("content_loss", "style_loss"),
                    ("preview_step", "checkpoint_step"),
                    ("seconds_left", "painting_s", "pixel_steps_left"),
                    ("rank", "stop_after", "keep_requested", "keeps_time_lapse"),
                )
            },
        ),
        (_("What went wrong"), {"fields": ("failure", "error", "error_reference")}),
        (
            _("Who paints it"),
            {"fields": ("worker", "heartbeat_at", "rung_at", "attempts", "rescues")},
        ),
        (_("When"), {"fields": ("created_at", "started_at", "finished_at")}),
        (
            _("Numbers of what belongs to it"),
            {
                "fields": (
                    "content_image_id",
                    "protect",
                    "artwork_id",
                    "continues_id",
                    "repeats_id",
                    "retry_of",
                    "booth_id",
                )
            },
        ),
    )

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False  # The owner's pages and the workers rely on the row.


@admin.register(ContentImage)
class ContentImageAdmin(ReadOnlyAdmin, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("id", "owner", "source", "width", "height", "bytes", "created_at")
    list_filter = ("source", "created_at")
    search_fields = ("=id", "owner__email")
    list_select_related = ("owner",)
    fields = ("id", "owner", "source", "width", "height", "bytes", "sha256", "created_at")

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> ContentImage | None:
        """Under its number: pages of the admin put its title at their top, which is its owner's."""
        photo = super().get_object(request, object_id, from_field)
        if photo is not None:
            photo.title = str(photo.pk)
        return photo

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False  # Deleting the row would leave its files behind.


@admin.register(MachineSpeed)
class MachineSpeedAdmin(ReadOnlyAdmin, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("host", "pixel_steps_per_s", "overhead_s", "measured_at")


@admin.register(WorkerHost)
class WorkerHostAdmin(ReadOnlyAdmin, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "state", "workers", "threads_per_worker", "version", "seen_at")


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin, admin.ModelAdmin):  # type: ignore[type-arg]
    """What is in the outbox. Where it goes, and the secret that signs it, are their owner's."""

    list_display = ("id", "owner", "channel", "event", "state", "attempts", "outcome", "tried_at")
    list_filter = ("channel", "state", "outcome", "created_at")
    search_fields = ("=id", "=transfer__id", "owner__email")
    list_select_related = ("owner",)
    exclude = ("token",)
    raw_id_fields = ("transfer",)
