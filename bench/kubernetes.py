"""Edit one attribute → the new version ready in Kubernetes, beside a bare roll-out of the same app.

The bare one is a copy of the app's Deployment in the same namespace whose image ``kubectl set image`` changes from the
revision before to the present one, until ``kubectl rollout status`` ends; its image is on the node already.
"""

from __future__ import annotations

import copy
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from typing import Any

from bench import models
from bench.publish import answers_after, step_seconds
from bench.report import LeftOut, Table, median, seconds, times
from bench.surroundings import quiet_installation

ROUNDS = 5
ENTITIES = 10
NAMESPACE = "odc-development"
BARE = {"bench": "bare"}
NEEDED = ("KUBECONFIG", "ODCPUB_TEST_REGISTRY", "ODCPUB_TEST_DATABASE")
_COUNTED = ("compile", "image", "start", "expand", "ready", "tighten")


def kubectl(*arguments: str, content: object = None) -> str:
    done = subprocess.run(
        ["kubectl", "--namespace", NAMESPACE, *arguments],
        input=None if content is None else json.dumps(content), capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout


def deployment() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(kubectl("get", "deployment", "bench", "--output", "json"))
    return found


def bare_roll_out(image_before: str) -> float:
    """Seconds of the bare roll-out from the image before to the present one."""
    live = deployment()
    image = live["spec"]["template"]["spec"]["containers"][0]["image"]
    spec = copy.deepcopy(live["spec"])
    spec["selector"] = {"matchLabels": BARE}
    spec["template"]["metadata"] = {"labels": BARE}
    spec["template"]["spec"]["containers"][0]["image"] = image_before
    allowed = {"podSelector": {"matchLabels": BARE}, "policyTypes": ["Ingress", "Egress"]}
    named = {"metadata": {"name": "bare"}}
    policy = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", **named}
    kubectl("apply", "-f", "-", content=policy | {"spec": allowed | {"ingress": [{}], "egress": [{}]}})
    kubectl("apply", "-f", "-", content={"apiVersion": "apps/v1", "kind": "Deployment", **named, "spec": spec})
    try:
        kubectl("rollout", "status", "deployment/bare", "--timeout=180s")
        start = time.perf_counter()
        kubectl("set", "image", "deployment/bare", f"app={image}")
        kubectl("rollout", "status", "deployment/bare", "--timeout=180s")
        return time.perf_counter() - start
    finally:
        kubectl("delete", "deployment/bare", "networkpolicy/bare", "--wait=true")


def measure() -> dict[str, float]:
    """Medians in seconds: steps, ``answers``, ``command`` (the whole), ``bare``."""
    found: dict[str, list[float]] = {}
    with quiet_installation() as made:
        made.use("kind")
        folder = models.write(made.folder / "models" / "bench", ENTITIES)
        made.run("publish", str(folder))
        try:
            for number in range(ROUNDS):
                before = deployment()["spec"]["template"]["spec"]["containers"][0]["image"]
                models.add_attribute(folder, number)
                start = time.time()
                operation = made.json("publish", str(folder))
                found.setdefault("command", []).append(time.time() - start)
                found.setdefault("answers", []).append(answers_after(operation, start))
                for step, took in step_seconds(made, operation).items():
                    found.setdefault(step, []).append(took)
                found.setdefault("bare", []).append(bare_roll_out(before))
        finally:
            made.run("undeploy", "bench", "--stage", "development", code=None)
    return {name: median(values) for name, values in found.items()}


def run() -> Iterator[Table]:
    missing = [name for name in NEEDED if not os.environ.get(name)]
    if missing:
        raise LeftOut(f"{', '.join(missing)} not set: no cluster to measure on (docs/kind.md)")
    if shutil.which("kubectl") is None:
        raise LeftOut("no kubectl, which makes the roll-out to compare with")
    figures = measure()
    rows = [(step, seconds(figures[step]), times(figures[step], figures["bare"])) for step in _COUNTED]
    for line, name in (("from the command to the answer", "answers"), ("to the command's end", "command")):
        rows.append((line, seconds(figures[name]), times(figures[name], figures["bare"])))
    rows.append(("peer: kubectl set image, rollout status", seconds(figures["bare"]), "1.00 ×"))
    columns = (f"edit one attribute of {ENTITIES} entities", "median", "× bare roll-out")
    yield Table("Publish to Kubernetes", columns, rows)
