from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import audit_sources, caches, mailboxes, places

        audit_sources.listen()
        caches.listen()
        mailboxes.listen()
        places.listen()
