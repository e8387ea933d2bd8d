"""Django's admin as an app of this site, behind the door of ``staff_site``."""

from django.contrib.admin import apps


class StaffConfig(apps.AdminConfig):
    default_site = "accounts.staff_site.StaffSite"
