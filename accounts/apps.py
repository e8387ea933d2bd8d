from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import audit_sources, caches, places

        audit_sources.listen()
        caches.listen()
        places.listen()
