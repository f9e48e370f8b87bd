"""Records of customers leave the request log; all others stay byte for byte."""

from operations.customer_search import CustomerSearch
from operations.request_logs import remove_records
from serving.hashed_ids import hashed_id
from serving.tfrecords import framed, read_records


def record_of(customer):
    """The beginning of a message: a field with the text, and another field."""
    text = customer if isinstance(customer, bytes) else customer.encode()
    return b"\x0a" + bytes([len(text)]) + text + b"\x12\x03abc"


def write(file, *customers):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"".join(framed(record_of(customer)) for customer in customers))


def test_records_with_the_customer_are_removed_and_a_file_without_others_is_deleted(tmp_path):
    write(tmp_path / "requests-1.tfrecord", "12346", "777", "12346")
    write(tmp_path / "b" / "requests-2.tfrecord", "12346")
    write(tmp_path / "requests-3.tfrecord", "112346", "777")
    (tmp_path / "requests-1.tfrecord").chmod(0o640)
    removed = remove_records(tmp_path, CustomerSearch(["12346"]))
    assert {each.file.name: each.records for each in removed} == {"requests-1.tfrecord": 2, "requests-2.tfrecord": 1}
    assert list(read_records(tmp_path / "requests-1.tfrecord")) == [record_of("777")]
    assert (tmp_path / "requests-1.tfrecord").stat().st_mode & 0o777 == 0o640
    assert not (tmp_path / "b" / "requests-2.tfrecord").exists()
    assert len(list(read_records(tmp_path / "requests-3.tfrecord"))) == 2
    assert remove_records(tmp_path, CustomerSearch(["12346"])) == []


def test_hashed_ids_are_found_by_their_hash(tmp_path):
    salt = b"0123456789abcdef"
    write(tmp_path / "requests-1.tfrecord", hashed_id(salt, b"12346"), hashed_id(salt, b"777"))
    search = CustomerSearch([hashed_id(salt, b"12346").decode()])
    assert [each.records for each in remove_records(tmp_path, search)] == [1]
    assert list(read_records(tmp_path / "requests-1.tfrecord")) == [record_of(hashed_id(salt, b"777"))]


def test_a_record_whose_writer_was_killed_is_dropped_with_the_customers(tmp_path):
    file = tmp_path / "requests-1.tfrecord"
    write(file, "12346", "777")
    file.write_bytes(file.read_bytes() + framed(record_of("12346"))[:-3])
    remove_records(tmp_path, CustomerSearch(["12346"]))
    assert list(read_records(file)) == [record_of("777")]
    assert not CustomerSearch(["12346"]).in_file(file)
