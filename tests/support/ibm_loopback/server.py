"""The loopback service itself: the REST endpoints that the runtime's client calls."""

import json
import os
import socket
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self
from urllib.parse import parse_qs, urlparse

import pytest
from qiskit_ibm_runtime.api import auth

from ibm_loopback.devices import LoopbackDevice, snapshot
from ibm_loopback.faults import GATEWAY_SECONDS, Fault, FaultKind, FaultPlan
from ibm_loopback.state import CRN, TOKEN, SeenRequest, ServiceState
from ibm_loopback.validation import refusal

# The client takes a URL with this word as it is instead of deriving a host name from it.
_API = "/experimental/api/v1"

Answer = tuple[int, Any]


class LoopbackIBM:
    """A service on this machine that the real ``QiskitRuntimeService`` takes for IBM's.

    Used as a context manager. ``environment`` makes ``QiskitRuntimeService()`` find it, in this
    process or a child; ``state`` holds jobs, requests, devices, faults and the other switches.
    """

    def __init__(
        self,
        devices: tuple[LoopbackDevice, ...] | None = None,
        *,
        seed: int = 0,
        rate: float = 0.0,
        port: int = 0,
    ) -> None:
        devices = devices or (snapshot("manila"), snapshot("fez"))
        self.state = ServiceState(
            devices={device.name: device for device in devices},
            seed=seed,
            faults=FaultPlan(rate=rate, seed=seed),
        )
        handler = type("Handler", (_Handler,), {"state": self.state})
        self._server = _Server(("127.0.0.1", port), handler)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def environment(self) -> dict[str, str]:
        """The runtime's own variables, naming this service and its account."""
        return {
            "QISKIT_IBM_CHANNEL": "ibm_quantum_platform",
            "QISKIT_IBM_TOKEN": TOKEN,
            "QISKIT_IBM_INSTANCE": CRN,
            "QISKIT_IBM_URL": self.url + _API,
            "IAM_URL": self.url,
            "GLOBAL_SEARCH_URL": f"{self.url}/search",
            "GLOBAL_CATALOG_URL": f"{self.url}/catalog",
            "USAGE_DATA_OPT_OUT": "True",  # else the client walks the stack for every request
            "NO_PROXY": ",".join(filter(None, (os.environ.get("NO_PROXY"), "127.0.0.1"))),
        }

    def connect(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Make this process's default account the loopback one, and let no retry sleep."""
        if '"IAM_URL"' not in Path(auth.__file__).read_text():
            pytest.skip("this qiskit-ibm-runtime is older than 0.49 and knows one identity service")
        for name, value in self.environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr("qdenseam.execution.ibm.requests.PAUSES", (0.0,) * 4)
        monkeypatch.setattr("qdenseam.execution.job_service.POLL_SECONDS", (0.0,))
        monkeypatch.setattr("qdenseam.execution.ibm.jobs.IBMJobService.settle_seconds", 0.0)
        monkeypatch.setattr("urllib3.util.retry.Retry.sleep", lambda *_, **__: None)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.state.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):  # that is a client which was killed
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    state: ClassVar[ServiceState]

    def log_message(self, *_: Any) -> None:
        pass

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = urlparse(self.path).path.removeprefix(_API)
        if self.state.latency:
            time.sleep(self.state.latency)
        with self.state.lock:
            fault = self.state.faults.draw(self.command, path)
            failure = None if fault is None else f"{fault.kind} carried_out={fault.carried_out}"
            self.state.requests.append(SeenRequest(method=self.command, path=path, failure=failure))
            carried_out = fault is None or fault.carried_out
            status, answer = self._answer(path, body) if carried_out else (502, {})
            if fault is not None and fault.kind is FaultKind.EXPIRED:
                self.state.access_tokens.clear()
        encoded = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        if fault is None:
            self._send(status, encoded)
        else:
            self._fail(fault, encoded)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _handle  # noqa: N815

    def _send(self, status: int, body: bytes, shown: int | None = None) -> None:
        body = b"" if status == 204 else body
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:shown])

    def _fail(self, fault: Fault, body: bytes) -> None:
        if fault.kind is FaultKind.DROPPED:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        elif fault.kind in (FaultKind.STALLED, FaultKind.TIMED_OUT):
            self.close_connection = True
            patience = GATEWAY_SECONDS if fault.kind is FaultKind.TIMED_OUT else None
            self.state.closing.wait(patience)
        elif fault.kind is FaultKind.TRUNCATED:
            self.close_connection = True
            self._send(200, body, shown=len(body) // 2)
        elif fault.kind is FaultKind.MALFORMED:
            self._send(200, self.state.faults.malformed(body))
        else:
            secrets = f" for {self.headers.get('Authorization')}, key {self.state.token}"
            quoted = secrets if self.state.quotes_secrets else ""
            message = f"planned {fault.kind}{quoted}"
            self._send(int(fault.kind), json.dumps(_error(message)).encode())

    def _answer(self, path: str, body: bytes) -> Answer:
        if path == "/identity/token":
            return self._token(parse_qs(body.decode()))
        granted = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if not self.state.grants(granted):
            return 401, _error("The access token is not valid.")
        if path.startswith("/search"):
            allocation = {"extensions": {"allocation": 1}}
            item = {"crn": CRN, "name": "loopback", "service_plan_unique_id": "plan", "tags": []}
            return 200, {"items": [item | {"doc": allocation}], "limit": 100}
        if path.startswith("/catalog"):
            plan = {"overview_ui": {"en": {"display_name": "Open"}}}
            return 200, plan | {"metadata": {"pricing": {"type": "free"}}}
        if self.headers.get("Service-CRN") != CRN:
            return 403, _error("The instance is not one of this account.")
        rooms = {
            "backends": self._backends,
            "jobs": self._jobs,
            "sessions": self._sessions,
            "instances": lambda *_: (200, self.state.usage),
        }
        first, *rest = path.strip("/").split("/")
        if first not in rooms:
            return 404, _error(f"No such path: {path}")
        if (self.command, path) == ("POST", "/jobs"):
            return self._post_job(json.loads(body), len(body))
        return rooms[first](rest, json.loads(body) if body else {})

    def _token(self, form: dict[str, list[str]]) -> Answer:
        if form.get("apikey") != [self.state.token]:
            quoted = f" ({form.get('apikey')})" if self.state.quotes_secrets else ""
            message = f"Provided API key could not be found.{quoted}"
            return 400, {"errorCode": "BXNIM0415E", "errorMessage": message}
        life = self.state.token_seconds
        expiry = {"expires_in": life, "expiration": int(time.time()) + life}
        granted = {"access_token": self.state.new_access_token(), "refresh_token": "none"}
        return 200, granted | expiry | {"token_type": "Bearer"}

    def _backends(self, rest: list[str], _: Any) -> Answer:
        devices = self.state.devices
        match rest:
            case []:
                return 200, {"devices": [device.listed() for device in devices.values()]}
            case [name, part] if name in devices:
                answer = devices[name].answer(part)
                return (200, answer) if answer else (404, _error(f"No {part} of {name}."))
        return 404, _error(f"No such backend: {rest[0]}")

    def _jobs(self, rest: list[str], body: Any) -> Answer:
        if not rest:
            return self._list_jobs()
        job = self.state.jobs.get(rest[0])
        if job is None:
            return 404, _error(f"Job not found. Job ID: {rest[0]}")
        self.state.advance(job)
        match self.command, rest[1:]:
            case "GET", []:
                bare = parse_qs(urlparse(self.path).query).get("exclude_params") == ["true"]
                return 200, job.described(with_params=not bare)
            case "DELETE", []:
                del self.state.jobs[job.id]
                return 204, {}
            case "GET", ["results"]:
                return (204, {}) if job.results is None else (200, job.results.encode())
            case "GET", ["metrics"]:
                return 200, self.state.metrics(job)
            case "GET", ["logs"]:
                return 200, b""
            case "PUT", ["tags"]:
                job.tags = body["tags"]
                return 204, {}
            case "POST", ["cancel"] if not self.state.cancel(job):
                return 409, _error(f"Job {job.id} is already {job.status.lower()}.")
            case "POST", ["cancel"]:
                return 204, {}
        return 404, _error(f"No such path: {self.path}")

    def _post_job(self, body: dict[str, Any], num_bytes: int) -> Answer:
        refused = refusal(self.state, body, num_bytes)
        if refused is not None:
            status, code, words = refused
            return status, _error(words, code)
        job = self.state.store(body)
        return 200, {"id": job.id, "backend": job.backend}

    def _list_jobs(self) -> Answer:
        query = parse_qs(urlparse(self.path).query)
        wanted = set(query.get("tags", []))
        jobs = [
            job
            for job in self.state.jobs.values()
            if wanted <= set(job.tags) and self.state.is_listed(job)
        ]
        if query.get("sort") != ["ASC"]:
            jobs.reverse()
        offset, limit = (int(query.get(key, [default])[0]) for key, default in _PAGE.items())
        page = [job.described() for job in jobs[offset : offset + limit]]
        return 200, {"jobs": page, "count": len(jobs), "limit": limit, "offset": offset}

    def _sessions(self, rest: list[str], body: Any) -> Answer:
        sessions = self.state.sessions
        if not rest:
            name = f"session{len(sessions)}"
            defaults = {"state": "open", "accepting_jobs": True, "max_ttl": 600}
            sessions[name] = {"id": name, **defaults, "backend_name": body.get("backend")} | body
            return 200, sessions[name]
        if rest[0] not in sessions:
            return 404, _error(f"No such session: {rest[0]}")
        if self.command == "PATCH":
            sessions[rest[0]] |= body
        elif self.command == "DELETE":
            sessions[rest[0]] |= {"state": "closed", "accepting_jobs": False}
            for job in self.state.jobs.values():
                if job.session_id == rest[0]:
                    self.state.cancel(job)
        return 200, sessions[rest[0]]


_PAGE = {"offset": "0", "limit": "10"}


def _error(message: str, code: int = 1) -> dict[str, Any]:
    told = {"code": code, "message": message}
    return {"errors": [told], "error": told}
