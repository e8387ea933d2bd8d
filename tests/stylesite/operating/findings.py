"""What a check of the doctor found, and when things on rows happened."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.utils import timezone

from stylesite.operating.doctor.findings import Finding, Level
from transfers.models import Transfer


def only(findings: Iterator[Finding]) -> tuple[Level, str]:
    (finding,) = findings
    return finding.level, finding.sentence


def ago(seconds: float) -> Any:
    return timezone.now() - timedelta(seconds=seconds)


def set_row(transfer: Transfer, **values: Any) -> None:
    Transfer.objects.filter(pk=transfer.pk).update(**values)
