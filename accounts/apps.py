from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import audit_sources, mailboxes, places

        audit_sources.listen()
        mailboxes.listen()
        places.listen()
