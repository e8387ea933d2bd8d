"""Second factors in Django's admin: who has which; they can be taken away, and never given."""

from typing import Any

from allauth.mfa import admin as mfa_admin
from allauth.mfa.models import Authenticator
from allauth.usersessions import admin as sessions_admin
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.http import HttpRequest

from accounts import second_factor
from accounts.access import may_act_on

# allauth's own pages would show secrets, let staff change them, and list everybody's whereabouts.
# They are imported here, so that they register themselves before and not after.
__all__ = ["mfa_admin", "sessions_admin"]
admin.site.unregister(Authenticator)
admin.site.unregister(UserSession)


@admin.register(Authenticator)
class SecondFactorAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("user", "type", "created_at", "last_used_at")
    list_display_links = None
    list_filter = ("type",)
    list_select_related = ("user",)
    search_fields = ("user__email", "user__name")
    fields = ("user", "type", "created_at", "last_used_at")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("data")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        may = super().has_delete_permission(request, obj)
        return may and (obj is None or may_act_on(request, obj.user))

    def delete_model(self, request: HttpRequest, obj: Authenticator) -> None:
        super().delete_model(request, obj)
        second_factor.tell_of_removal(obj.user)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        people = {factor.user for factor in queryset}
        super().delete_queryset(request, queryset)
        for person in people:
            second_factor.tell_of_removal(person)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Of many at once each is looked at, too."""
        gone, counts, needed, protected = super().get_deleted_objects(objs, request)
        kept = [str(factor) for factor in objs if not may_act_on(request, factor.user)]
        return gone, counts, needed, [*protected, *kept]
