from django.apps import AppConfig


class StylesiteConfig(AppConfig):
    name = "stylesite"

    def ready(self) -> None:
        """Tell housekeeping what expires on this floor, and have the admin's path checked."""
        from stylesite import admin_path  # noqa: F401
        from stylesite.privacy import erasing, traces
        from transfers import housekeeping

        housekeeping.add(
            "things of closed accounts", erasing.erase_due, housekeeping.PICTURES_AT_ONCE
        )
        housekeeping.add(
            "counts in the cache", traces.forget_expired_cache, housekeeping.ROWS_AT_ONCE
        )
