"""How services call each other: HTTP with the trace context, a deadline and the services' key. In one process the network is left out."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import httpcore
import httpx
from opentelemetry import propagate

from contracts.problem import error_of
from kernel.errors import ErrorType, Kind
from runtime.auth import SERVICE_KEY_HEADER
from runtime.connections import Connections
from runtime.transport_local import LocalTransport

UNREACHABLE = ErrorType("service.unreachable", Kind.UNAVAILABLE, "服务 {service} 暂时无法连接", "service {service} cannot be reached now")
SLOW = ErrorType("service.too_slow", Kind.UNAVAILABLE, "服务 {service} 未在时限内答复", "service {service} did not answer in time")


class HttpTransport:
    """Calls services by name. `bases` maps names to base addresses; `mount` adds applications of the same process."""

    def __init__(self, *, bases: dict[str, str] | None = None, service_key: str, deadline_seconds: float = 30.0) -> None:
        self._bases = bases or {}
        self._service_key = service_key
        self._deadline_seconds = deadline_seconds
        self._remote: dict[str, Connections] = {}
        self._local: dict[str, LocalTransport] = {}

    def mount(self, service: str, app: Any) -> None:
        """Reach a service as an application of this process."""
        self._local[service] = LocalTransport(app)

    def _connections(self, service: str) -> Connections:
        """The connections to one service: who is slow keeps nobody from the others. Raises `service.unreachable` for an unknown one."""
        if service not in self._bases:
            raise UNREACHABLE(service=service)
        if service not in self._remote:
            self._remote[service] = Connections(self._bases[service])
        return self._remote[service]

    async def send(
        self, service: str, method: str, path: str, *, headers: Mapping[str, str | bytes] | None = None, **content: Any
    ) -> httpx.Response:
        """One request to a service, its answer whatever it is. Raises `service.unreachable` or `service.too_slow`."""
        sent: dict[str, Any] = {SERVICE_KEY_HEADER: self._service_key, **(headers or {})}
        propagate.inject(sent)
        if service in self._local:
            request = httpx.Request(method, f"http://{service}{path}", headers=sent, **content)
            return await self._local[service].answer(request)
        connections = self._connections(service)
        request = httpx.Request(method, f"{self._bases[service]}{path}", headers=sent, **content)
        try:
            async with asyncio.timeout(self._deadline_seconds):
                return await connections.answer(request)
        except (TimeoutError, httpcore.TimeoutException) as error:
            raise SLOW(service=service) from error
        except (OSError, httpcore.NetworkError, httpcore.ProtocolError, httpcore.ConnectionNotAvailable) as error:
            raise UNREACHABLE(service=service) from error

    async def call(
        self,
        service: str,
        method: str,
        path: str,
        *,
        json: Any = None,
        params: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Any:
        """The JSON a service answers with; its problems are raised again with their own code and sentence."""
        response = await self.send(service, method, path, json=json, params=params, headers=headers)
        if response.status_code >= 400:
            try:
                document = response.json()
            except ValueError:
                document = {}
            raise error_of(document if isinstance(document, dict) else {}, response.status_code)
        return response.json() if response.content else None

    async def close(self) -> None:
        for connections in self._remote.values():
            await connections.close()
