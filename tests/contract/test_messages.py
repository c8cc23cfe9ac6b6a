"""Messages are promises between services: every one has an owner, a hearer, an example that holds, and a schema that is up to date."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator, FormatChecker
from msgspec import Raw, Struct, structs
from pydantic import BaseModel
from referencing import Registry, Resource

from contracts.generate import ENVELOPE, EXAMPLES, FOLDER, asyncapi, example, stale, write
from contracts.message import Message, decode_bundle, decode_envelope, encode_bundle
from contracts.reading import read_body, record_of
from contracts.topology import MESSAGES, OWNERS, PARTIES, QUEUES, bindings, bundle_key, message_name_of, queue_named, routing_key
from launch.catalogue import all_services

SERVICES = {service.name: service for service in all_services()}


def test_generated_files_are_up_to_date() -> None:
    assert stale() == [], "run: python -m contracts.generate"


def test_a_stale_missing_or_left_over_file_is_noticed_and_mended(tmp_path: Path) -> None:
    folder = tmp_path / "generated"
    shutil.copytree(FOLDER, folder)
    (folder / "asyncapi.yaml").write_text("asyncapi: 2.6.0\n")
    (folder / "schemas" / f"{ENVELOPE}.json").unlink()
    (folder / "schemas" / "ledger.forgotten.v1.json").write_text("{}")
    expected = ["asyncapi.yaml", f"schemas/{ENVELOPE}.json", "schemas/ledger.forgotten.v1.json"]
    assert stale(folder) == expected
    assert write(folder) == expected
    assert stale(folder) == []


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_the_example_satisfies_schema_and_class_and_survives_the_wire(name: str) -> None:
    written = example(name)
    _validator(f"{ENVELOPE}.json").validate(written)
    _validator(f"{name}.json").validate(written["body"])
    envelope = decode_envelope(json.dumps(written))
    message = MESSAGES[name].model_validate_json(bytes(envelope.body))
    assert envelope.name == name
    assert json.loads(envelope.encode()) == {key: value for key, value in written.items() if value is not None}, "what is said shortly"
    assert message.model_dump(mode="json") == written["body"], "an example shows every field"
    (received,) = decode_bundle(encode_bundle([envelope.encode()]))
    assert received == envelope
    short = decode_envelope(structs.replace(envelope, body=Raw(message.model_dump_json(exclude_defaults=True))).encode())
    for body in (received.body, short.body):
        assert _values(read_body(MESSAGES[name], body)) == _values(message)


def _values(message: Any) -> Any:
    """What a message holds, whether it came as its class or as a record."""
    if isinstance(message, Struct):
        message = structs.asdict(message)
    elif isinstance(message, BaseModel):
        message = dict(message)
    if isinstance(message, dict):
        return {key: _values(value) for key, value in message.items()}
    return [_values(value) for value in message] if isinstance(message, tuple) else message


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_the_schema_refuses_what_the_class_refuses(name: str) -> None:
    body = example(name)["body"]
    required = [field for field, about in MESSAGES[name].model_fields.items() if about.is_required()]
    assert required
    broken: list[dict[str, Any]] = [{**body, "nobody_knows_this": 1}]
    broken += [{key: value for key, value in body.items() if key != field} for field in required]
    for wrong in broken:
        assert not _validator(f"{name}.json").is_valid(wrong)
        with pytest.raises(ValueError):
            MESSAGES[name].model_validate(wrong)
        with pytest.raises(ValueError):
            read_body(MESSAGES[name], Raw(json.dumps(wrong)))


@pytest.mark.parametrize("name", sorted(name for name, message in MESSAGES.items() if message.BY_THE_THOUSAND))
def test_a_record_has_the_fields_and_defaults_of_its_class_and_yields_to_it(name: str) -> None:
    body = example(name)["body"]
    contract = MESSAGES[name]
    assert isinstance(read_body(contract, Raw(json.dumps(body))), record_of(contract))
    shortest = {key: value for key, value in body.items() if contract.model_fields[key].is_required()}
    assert _values(read_body(contract, Raw(json.dumps(shortest)))) == _values(contract.model_validate(shortest))
    lax = {**body, "amounts_minor": {"amount": "100"}}
    assert read_body(contract, Raw(json.dumps(lax))) == contract.model_validate(lax), "the class decides on what the record does not take"


def test_every_example_belongs_to_a_message() -> None:
    assert {path.stem for path in EXAMPLES.glob("*")} == set(MESSAGES)


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_a_message_has_a_name_with_a_version_an_owner_and_a_consumer(name: str) -> None:
    assert re.fullmatch(r"[a-z]+\.[a-z_]+\.v[1-9][0-9]*", name)
    assert name == MESSAGES[name].NAME
    assert MESSAGES[name].__doc__
    assert OWNERS[name]
    assert set(OWNERS[name]) <= {*SERVICES, *PARTIES}
    assert any(MESSAGES[name] in queue.messages for queue in QUEUES)


def test_every_message_class_is_in_the_table() -> None:
    assert {subclass.NAME for subclass in Message.__subclasses__() if subclass.__module__.startswith("contracts.")} == set(MESSAGES)
    assert set(OWNERS) == set(MESSAGES)


@pytest.mark.parametrize("queue", QUEUES, ids=lambda queue: queue.name)
def test_a_queue_is_consumed_by_the_service_it_names_and_bound_to_every_key(queue) -> None:
    assert queue.name.startswith(f"{queue.service}.")
    assert queue.service in PARTIES or queue in [consumption.queue for consumption in SERVICES[queue.service].consumes]
    keys = [key for _, key in bindings(queue)]
    assert len(keys) == len(set(keys)), "no key reaches two shards"
    assert {message_name_of(key) for key in keys} == {message.NAME for message in queue.messages}
    assert {physical for physical, _ in bindings(queue)} == set(queue.shard_names())
    for message in queue.messages:
        assert routing_key(message.model_validate(example(message.NAME)["body"])) in keys


def test_a_bundle_goes_where_each_of_its_messages_goes() -> None:
    led: dict[str, set[str]] = {}
    for queue in QUEUES:
        for physical, key in bindings(queue):
            led.setdefault(key, set()).add(physical)
    for key, queues in led.items():
        together = bundle_key(key)
        assert led[together] == queues and message_name_of(together) == message_name_of(key)
    keys = {bundle_key(key) for key in led if message_name_of(key) == "ledger.posting_requested.v1"}
    assert len(keys) == len(queue_named("ledger.postings").shard_names()), "a bundle for each physical queue"
    assert bundle_key("nobody.knows.v1.shard.03") == "nobody.knows.v1.shard.03"


def test_no_service_consumes_a_queue_that_nobody_declared() -> None:
    assert {consumption.queue.name for service in SERVICES.values() for consumption in service.consumes} == {
        queue.name for queue in QUEUES if queue.service not in PARTIES
    }


def test_the_asyncapi_document_refers_only_to_what_is_there() -> None:
    written = (FOLDER / "asyncapi.yaml").read_text(encoding="utf-8")
    assert not re.search(r"^\s*- 0\d$", written, re.MULTILINE), "slots are text for every reader"
    document = yaml.safe_load(written)
    assert document == asyncapi()
    references = list(_references(document))
    assert references
    for reference in references:
        if reference.startswith("#/"):
            place: Any = document
            for part in reference.removeprefix("#/").split("/"):
                place = place[part]
        else:
            assert (FOLDER / reference).is_file(), reference


def test_the_asyncapi_document_names_who_sends_and_who_hears() -> None:
    operations = asyncapi()["operations"]
    assert operations["savings.sends.ledger.posting_requested.v1"]["action"] == "send"
    assert operations["ledger.receives.ledger.postings"]["action"] == "receive"
    assert "savings.sends.ledger.posted.v1" not in operations


def _references(value: Any) -> Any:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "$ref":
                yield inner
            else:
                yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def _validator(file_name: str) -> Draft202012Validator:
    schema = json.loads((FOLDER / "schemas" / file_name).read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    registry = Registry().with_resource(file_name, Resource.from_contents(schema))
    return Draft202012Validator(schema, registry=registry, format_checker=FormatChecker())
