"""Log files are rotated by size, and their total size is limited."""

import os

import pytest

from serving.server.log_files import LogFiles
from serving.tfrecords import framed, read_records

RECORD = b"r" * 84  # its frame has 100 bytes
FILE_BYTES = 250  # two records


def files(folder):
    return sorted(path for path in folder.iterdir() if path.name.startswith("requests-"))


def append(logs, count):
    for number in range(count):
        logs.append(str(number).encode().rjust(84, b"r"))


def numbers(folder):
    return [[int(record.lstrip(b"r")) for record in read_records(path)] for path in files(folder)]


def test_a_full_file_is_followed_by_another(tmp_path):
    logs = LogFiles(str(tmp_path / "logs" / "requests"), FILE_BYTES, 10_000)
    append(logs, 5)
    assert len(framed(RECORD)) == 100
    assert numbers(tmp_path / "logs") == [[0, 1], [2, 3], [4]]


def test_the_oldest_files_are_deleted_beyond_the_limit(tmp_path):
    logs = LogFiles(str(tmp_path / "requests"), FILE_BYTES, 700)
    append(logs, 9)
    assert numbers(tmp_path) == [[4, 5], [6, 7], [8]]
    assert sum(path.stat().st_size for path in files(tmp_path)) <= 700


def test_the_limit_includes_files_of_earlier_servers_and_no_other_files(tmp_path):
    for _ in range(3):
        logs = LogFiles(str(tmp_path / "requests"), FILE_BYTES, 10_000)
        append(logs, 2)
        logs.close()
    others = [tmp_path / "requests-20260101.csv", tmp_path / "requests2-20260101T000000000000Z-h-1.tfrecord"]
    for other in others:
        other.write_bytes(b"x" * 1000)
    LogFiles(str(tmp_path / "requests"), FILE_BYTES, 500).append(RECORD)
    assert [path.stat().st_size for path in files(tmp_path) if path not in others] == [200, 100]
    assert all(other.exists() for other in others)


def test_a_record_larger_than_a_file_has_a_file_of_its_own(tmp_path):
    logs = LogFiles(str(tmp_path / "requests"), FILE_BYTES, 10_000)
    logs.append(b"1")
    logs.append(b"2" * 1000)
    logs.append(b"3")
    assert [[len(record) for record in read_records(path)] for path in files(tmp_path)] == [[1], [1000], [1]]


def test_a_deleted_file_is_followed_by_another(tmp_path):
    logs = LogFiles(str(tmp_path / "requests"), FILE_BYTES, 10_000)
    logs.append(b"1")
    files(tmp_path)[0].unlink()
    logs.append(b"2")
    assert [list(read_records(path)) for path in files(tmp_path)] == [[b"2"]]


def test_others_cannot_read_the_files(tmp_path):
    LogFiles(str(tmp_path / "requests"), FILE_BYTES, 10_000).append(RECORD)
    assert files(tmp_path)[0].stat().st_mode & 0o7 == 0


def test_a_record_is_written_completely_or_not_at_all(tmp_path, monkeypatch):
    """A disk that is full after 30 bytes of the second record."""
    logs = LogFiles(str(tmp_path / "requests"), FILE_BYTES, 10_000)
    logs.append(b"first")
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, data: write(file, data[:10]))
    with pytest.raises(OSError, match="only 10 of 22 bytes could be written"):
        logs.append(b"second")
    monkeypatch.undo()
    logs.append(b"third")
    assert [list(read_records(path)) for path in files(tmp_path)] == [[b"first"], [b"third"]]
