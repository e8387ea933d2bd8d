from django.apps import AppConfig


class StylesiteConfig(AppConfig):
    name = "stylesite"

    def ready(self) -> None:
        """Tell housekeeping what expires on this floor, have the admin's path checked, and listen
        for resets of passwords."""
        from django.core import checks

        from stylesite import admin_path, first_proof
        from stylesite.privacy import erasing, traces, write_ahead
        from transfers import housekeeping

        checks.register(admin_path.is_free)
        first_proof.listen()
        housekeeping.add(
            "things of closed accounts", erasing.erase_due, housekeeping.PICTURES_AT_ONCE
        )
        housekeeping.add(
            "counts in the cache", traces.forget_expired_cache, housekeeping.ROWS_AT_ONCE
        )
        housekeeping.add(
            "pages of the write-ahead log", write_ahead.empty, housekeeping.ROWS_AT_ONCE
        )
