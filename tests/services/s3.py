"""A real S3 server (SeaweedFS) in a folder of its own, started and stopped as tests please."""

import contextlib
import json
import shutil
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tests.services.processes import end, free_ports, start, wait_until, weed

ACCESS_KEY, SECRET_KEY = "tests-access", "tests-secret"


class S3:
    """One server on a free port of 127.0.0.1, that nobody enters without the keys."""

    def __init__(self) -> None:
        self._weed = weed()
        self._folder = Path(tempfile.mkdtemp(prefix="stylesite-s3-"))
        self._log = self._folder / "log"
        (self._folder / "data").mkdir()
        keys = {"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}
        who = {"name": "stylesite", "credentials": [keys], "actions": ["Admin"]}
        # A bucket takes one volume, as each test has a bucket; by default it is seven.
        (self._folder / "master.toml").write_text("[master.volume_growth]\ncopy_1 = 1\n")
        (self._folder / "s3.json").write_text(json.dumps({"identities": [who]}))
        self._ports = free_ports(4)
        self.endpoint = f"http://127.0.0.1:{self._ports[3]}"
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Start it, again too, at the same address with the same files."""
        master, volume, filer, s3 = self._ports
        self._process = start(
            [
                *(self._weed, "server", "-s3", "-filer", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"),
                *("-master.telemetry=false", "-s3.port.iceberg=0", "-s3.port.lance=0"),
                "-s3.autoCreateBucket=false",
                *("-volume.max=1000", "-master.volumeSizeLimitMB=64", "-master.electionTimeout=1s"),
                *(f"-dir={self._folder / 'data'}", f"-s3.config={self._folder / 's3.json'}"),
                *(f"-master.port={master}", f"-volume.port={volume}", f"-filer.port={filer}"),
                f"-s3.port={s3}",
            ],
            self._log,
            cwd=self._folder,
        )
        wait_until(self._answers, self._process, self._log)

    def stop(self) -> None:
        """Kill it, as a host dies."""
        end(self._process)
        self._process = None

    def close(self) -> None:
        """Stop it and forget its files."""
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)
        for port in self._ports:  # it leaves sockets in /tmp, named by port
            for path in Path("/tmp").glob(f"seaweedfs-*-{port}.sock"):
                path.unlink(missing_ok=True)
            for path in Path("/tmp").glob(f"seaweedfs-*-grpc-{port + 10_000}.sock"):
                path.unlink(missing_ok=True)

    def client(self, attempts: int = 3) -> Any:
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
            region_name="us-east-1",
            config=Config(
                connect_timeout=2, read_timeout=10, retries={"total_max_attempts": attempts}
            ),
        )

    def settings(self, bucket: str) -> dict[str, str]:
        """What tells a site to keep its files in `bucket`, which is made if it is not there."""
        with contextlib.suppress(ClientError):
            self.client().create_bucket(Bucket=bucket)
        return {
            "STYLESITE_S3_BUCKET": bucket,
            "STYLESITE_S3_ENDPOINT_URL": self.endpoint,
            "STYLESITE_S3_ACCESS_KEY": ACCESS_KEY,
            "STYLESITE_S3_SECRET_KEY": SECRET_KEY,
        }

    def files(self, bucket: str, prefix: str = "") -> dict[str, datetime]:
        """The names of all files below `prefix`, with the time each was written."""
        pages = (
            self.client().get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        )
        found = [item for page in pages for item in page.get("Contents", [])]
        return {item["Key"]: item["LastModified"].astimezone(UTC) for item in found}

    def cut(self, bucket: str, name: str) -> None:
        """Take the second half of a file."""
        client = self.client()
        data = client.get_object(Bucket=bucket, Key=name)["Body"].read()
        client.put_object(Bucket=bucket, Key=name, Body=data[: len(data) // 2])

    def copy(self, source: str, target: str) -> None:
        """Copy all files of one bucket into another."""
        client = self.client()
        for name in self.files(source):
            client.copy_object(Bucket=target, Key=name, CopySource={"Bucket": source, "Key": name})

    def _answers(self) -> bool:
        """Whether it takes a file: the door opens before there is room behind it."""
        with contextlib.suppress(BotoCoreError, ClientError):
            client = self.client(attempts=1)
            with contextlib.suppress(ClientError):  # it has been made already
                client.create_bucket(Bucket="ready")
            client.put_object(Bucket="ready", Key="ready", Body=b"yes")
            return True
        return False
