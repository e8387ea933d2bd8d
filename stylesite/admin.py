"""The frame around Django's admin: which site this is, and pages of people that know this floor."""

from django.conf import settings
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from stylesite.privacy.admin import LeavingPersonAdmin

__all__ = ["LeavingPersonAdmin"]

admin.site.site_header = settings.SITE_NAME
admin.site.site_title = settings.SITE_NAME
admin.site.index_title = _("Administration")
