"""Writes what other people's tools read about the messages: one JSON schema per message and an AsyncAPI 3 document of the bus.

python -m contracts.generate            writes contracts/generated/
python -m contracts.generate --check    ends with 1 when a file there is not what it should be
"""

from __future__ import annotations

import argparse
import inspect
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from msgspec.json import schema_components
from pydantic import BaseModel

from contracts.message import Envelope, Message
from contracts.topology import EXCHANGE, MESSAGES, OWNERS, QUEUES, SHARD_SLOTS, Queue, bindings

FOLDER = Path(__file__).parent / "generated"
EXAMPLES = Path(__file__).parent / "examples"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
ENVELOPE = "envelope"
VERSION = "1.0.0"
SHARD_ADDRESS = ".shard.{slot}"


def generate() -> dict[str, str]:
    """The text of every generated file by its path under `FOLDER`."""
    files = {f"schemas/{ENVELOPE}.json": _json(_envelope_schema())}
    for name, message in sorted(MESSAGES.items()):
        files[f"schemas/{name}.json"] = _json(_schema(name, message))
    files["asyncapi.yaml"] = yaml.dump(asyncapi(), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=120)
    return files


class _Dumper(yaml.SafeDumper):
    """Quotes text of digits: readers of different ages of YAML disagree on what `08` is."""

    def represent_str(self, data: str) -> yaml.ScalarNode:
        return self.represent_scalar("tag:yaml.org,2002:str", data, style="'" if data.isdigit() else None)

    def ignore_aliases(self, data: Any) -> bool:
        return True


_Dumper.add_representer(str, _Dumper.represent_str)


def asyncapi() -> dict[str, Any]:
    """The AsyncAPI document: a channel per message and per queue, who sends into it, who receives from it."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Huitong 汇通: the message bus",
            "version": VERSION,
            "description": "Facts travel over a topic exchange to durable queues, at least once; the envelope's id tells repetitions. "
            "A payload is a JSON list of envelopes with one routing key.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {
            **{name: _message_channel(message) for name, message in sorted(MESSAGES.items())},
            **{queue.name: _queue_channel(queue) for queue in QUEUES},
        },
        "operations": {
            **{f"{owner}.sends.{name}": _sending(owner, name) for name in sorted(MESSAGES) for owner in OWNERS.get(name, ())},
            **{f"{queue.service}.receives.{queue.name}": _receiving(queue) for queue in QUEUES},
        },
        "components": {"messages": {name: _message(message) for name, message in sorted(MESSAGES.items())}},
    }


def example(name: str) -> dict[str, Any]:
    """The hand-written example of a message: one envelope."""
    return json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8"))


def _envelope_schema() -> dict[str, Any]:
    _, described = schema_components([Envelope])
    return {"$schema": DIALECT, "$id": f"{ENVELOPE}.json", **described[Envelope.__name__]}


def _schema(name: str, model: type[BaseModel]) -> dict[str, Any]:
    # What a receiver must accept: a field with a default may be missing, as in messages from before the field was there.
    return {"$schema": DIALECT, "$id": f"{name}.json", **model.model_json_schema(mode="validation")}


def _is_sharded(message: type[Message]) -> bool:
    return message.shard_key is not Message.shard_key


def _message_channel(message: type[Message]) -> dict[str, Any]:
    channel: dict[str, Any] = {"address": message.NAME, "messages": _references([message])}
    if _is_sharded(message):
        channel["address"] += SHARD_ADDRESS
        slots = [f"{slot:02d}" for slot in range(SHARD_SLOTS)]
        channel["parameters"] = {"slot": {"description": "CRC-32 of the shard key modulo the number of slots", "enum": slots}}
    channel["bindings"] = {"amqp": {"is": "routingKey", "exchange": {"name": EXCHANGE, "type": "topic", "durable": True}}}
    return channel


def _queue_channel(queue: Queue) -> dict[str, Any]:
    return {
        "address": queue.name,
        "description": f"Consumed by {queue.service}; one active consumer per physical queue.",
        "messages": _references(queue.messages),
        "bindings": {"amqp": {"is": "queue", "queue": {"name": queue.name, "durable": True, "exclusive": False, "autoDelete": False}}},
        "x-physical-queues": _physical(queue),
    }


def _physical(queue: Queue) -> dict[str, list[str]]:
    """The routing keys bound to each physical queue."""
    keys: dict[str, list[str]] = {name: [] for name in queue.shard_names()}
    for name, key in bindings(queue):
        keys[name].append(key)
    return keys


def _references(messages: Sequence[type[Message]]) -> dict[str, Any]:
    return {message.NAME: {"$ref": f"#/components/messages/{message.NAME}"} for message in messages}


def _sending(owner: str, name: str) -> dict[str, Any]:
    return {"action": "send", "channel": {"$ref": f"#/channels/{name}"}, "tags": [{"name": owner}]}


def _receiving(queue: Queue) -> dict[str, Any]:
    return {"action": "receive", "channel": {"$ref": f"#/channels/{queue.name}"}, "tags": [{"name": queue.service}]}


def _message(message: type[Message]) -> dict[str, Any]:
    envelope = {
        "allOf": [
            {"$ref": f"./schemas/{ENVELOPE}.json"},
            {"type": "object", "properties": {"name": {"const": message.NAME}, "body": {"$ref": f"./schemas/{message.NAME}.json"}}},
        ]
    }
    return {
        "name": message.NAME,
        "title": message.__name__,
        "summary": inspect.cleandoc(message.__doc__ or ""),
        "headers": {
            "type": "object",
            "properties": {"x-attempt": {"type": "integer", "minimum": 0, "description": "how often the consumer has tried before"}},
        },
        "payload": {"type": "array", "minItems": 1, "items": envelope},
        "examples": [{"name": "example", "payload": [example(message.NAME)]}],
    }


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _existing(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in files}


def stale(folder: Path = FOLDER) -> list[str]:
    """The files that are missing, out of date, or not generated any more."""
    wanted, found = generate(), _existing(folder)
    return sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))


def write(folder: Path = FOLDER) -> list[str]:
    """Bring the folder up to date; gives back what was changed or removed."""
    wanted, changed = generate(), stale(folder)
    for name in changed:
        path = folder / name
        if name in wanted:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[name], encoding="utf-8")
        else:
            path.unlink()
    return changed


def main(arguments: Sequence[str] | None = None) -> int:
    """Write what is out of date; with `--check` only say what is. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m contracts.generate", description="Generate the schemas of the messages.")
    parser.add_argument("--check", action="store_true", help="change nothing; end with 1 when a file is out of date")
    check = parser.parse_args(arguments).check
    changed = stale() if check else write()
    for name in changed:
        print(f"{'out of date' if check else 'written'}: contracts/generated/{name}")
    return 1 if check and changed else 0


if __name__ == "__main__":
    sys.exit(main())
