"""Waiting for a new version in Kubernetes, and taking a failed one back. I/O through ``Cluster``.

What the API server does not answer now it may answer in a moment: that is no version's failure.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from odcpub.deployment.objects import INSTALLATION, INSTANCE, Object, instance_of, namespace_of
from odcpub.deployment.workload import Workload
from odcpub.engines.ports import Leave, NotReady, Report, never
from odcpub.engines.runner import pods
from odcpub.engines.runner.cluster import Cluster
from odcpub.engines.runner.look import (
    TEMPLATE_HASH,
    Look,
    available,
    complete,
    look,
    number,
    reached_besides,
    same_template,
    template_hash,
)
from odcpub.engines.runner.not_ready import LAST_LINES, redact
from odcpub.engines.runner.removal import prune, remove_besides
from odcpub.engines.runner.watch import Watch, not_of
from odcpub.errors import EngineError, TemporaryEngineError
from odcpub.waiting import looks

T = TypeVar("T")

SHORT_PAUSE, PAUSE, LONGEST_PAUSE = 0.05, 0.1, 0.5
LOOK_SECONDS = 0.5
"""How long what was seen counts while the Deployment is the same."""
PATIENCE_SECONDS = 5.0
"""How long what fails in a way that may pass is tried again."""
END_SECONDS = 90.0
_SERVES = "the previous version keeps serving; nothing of the new one is left"
_BACK = "the previous version is in its place again; odcpub status shows whether it serves"
_NOTHING = "there was no previous version; nothing of the new one is left"
_LEFT = "it is the only version and has served, so it is left as it is"
_AHEAD = "some of its pods serve, and none of another version do, so it is left as it is"
_REPLACED = "it is no longer there: somebody has replaced or removed it meanwhile"


@dataclass(frozen=True, slots=True)
class Rollout:
    """One new version on its way."""

    cluster: Cluster
    workload: Workload

    @property
    def namespace(self) -> str:
        return namespace_of(self.workload.stage)

    @property
    def where(self) -> str:
        return f"{self.workload.asset} in {self.workload.stage}"

    def wait(self, report: Report, seconds: float) -> Look:
        """Returns when enough new pods are ready and the Service sends to each, what it saw then; else takes the
        version back and raises NotReady. A Deployment that is scaled to 0 is ready with its template."""
        began, said, watch = time.monotonic(), "", Watch(self.cluster, self.workload)
        seen, due = Look(None, (), (), None), 0.0
        while True:
            now = time.monotonic()
            waited = now - began
            try:
                if now >= due or self._changed(seen):
                    seen, due = self._look(), now + LOOK_SECONDS
                if self._ready(seen):
                    self._alone(seen)
                    return seen
                failure, state = watch.failure(seen), watch.state(seen)
            except TemporaryEngineError as error:
                failure, state = None, error.message
            if failure is None and waited > seconds:
                failure = watch.late(seen, seconds, state)
            if failure is not None:
                raise self._taken_back(failure, report)
            if state != said:
                report(state)
                said = state
            time.sleep(SHORT_PAUSE)

    def _changed(self, seen: Look) -> bool:
        """Whether the Deployment is not as it was, which it never is once one of its pods has become ready. To ask for
        it alone costs the API server a fraction of a look."""
        before = _version(seen.deployment)
        return not before or _version(self.cluster.get("Deployment", self.workload.asset, self.namespace)) != before

    def _alone(self, seen: Look) -> None:
        """Returns when the Service sends to none of the other pods that were ``seen``, as it does within a moment
        unless somebody keeps the cluster from it; whoever comes then meets the new version."""
        for _ in looks(PATIENCE_SECONDS, SHORT_PAUSE):
            with contextlib.suppress(TemporaryEngineError):
                if not reached_besides(self.cluster, self.namespace, self.workload.asset, seen):
                    return

    def proved(self) -> bool:
        """Whether the version is ready, as ``wait`` waits for it, and pods of it show that."""
        seen = self._look()
        return not seen.idle and self._ready(seen)

    def settle(self, seconds: float, leave: Leave = never) -> bool:
        """True when only this version's pods are left; False as soon as ``leave`` says so."""
        return gone(lambda: self._old(self._look()), self.where, self.namespace, seconds, leave)

    def _look(self) -> Look:
        return look(self.cluster, self.namespace, self.workload.asset)

    def _ready(self, seen: Look) -> bool:
        """Whether the cluster has taken in this version, has made all its pods, and sends to them."""
        if not_of(seen.deployment, self.workload) or any(map(self._other_image, filter(pods.ready, seen.of_newest))):
            return False
        return complete(self.cluster, self.namespace, self.workload.asset, seen)

    def _other_image(self, pod: Object) -> str:
        return pods.other_image(pod, self.workload.digest)

    def _old(self, seen: Look) -> tuple[Object, ...]:
        """The pods that are not of this version; of those that no ReplicaSet has made, the ones of another."""
        mine = instance_of(self.workload)
        strange = [each for each in seen.nobodys if not pods.over(each)]
        others = (each for each in strange if _instance(each) != mine or self._other_image(each))
        return (*seen.others, *others)

    def _taken_back(self, failure: pods.Failure, report: Report) -> NotReady:
        """Collects what the version said, then takes it back. What cannot be taken back in time does not hide why the
        version failed; and why is told before it is taken back, since its pods may take long to end."""
        try:
            lines, event = self._told(failure)
        except TemporaryEngineError:
            lines, event = [], ""
        reason = f"{failure.reason}; last event: {event}" if event and event not in failure.reason else failure.reason
        (reason,) = redact([reason], self.workload.secrets)
        report(f"the version is removed: {reason}")
        try:
            hint = f"correct the reason and publish again; {self.take_back()}"
        except EngineError as error:
            hint = f"{error.hint or 'publish again'}; the version is not all gone: {error.message}"
        return NotReady(self.where, reason, hint, redact(lines, self.workload.secrets))

    def _told(self, failure: pods.Failure) -> tuple[list[str], str]:
        if not failure.pod:
            return [], ""
        fields = f"involvedObject.name={failure.pod}"
        event = pods.last_warning(self.cluster.find("Event", self.namespace, fields=fields))
        if not failure.ran:
            return [], event
        lines = self.cluster.log(self.namespace, failure.pod, LAST_LINES, previous=False)
        return lines or self.cluster.log(self.namespace, failure.pod, LAST_LINES, previous=True), event

    def take_back(self) -> str:
        """The template of the version that still runs again; where there is none, nothing, unless this version has
        ever served: what is the only one is not deleted. Says what there is now."""
        for _ in looks(PATIENCE_SECONDS, PAUSE):
            told, kept = patiently(self._back)
            if told:
                self._ended(told, kept)
                return told
        return _LEFT

    def _back(self) -> tuple[str, str]:
        """One attempt: what there is now, and the mark of the pods that were gone back to. Nothing to say where the
        Deployment has changed meanwhile, as it does whenever a pod becomes available: then all is looked at again."""
        seen = self._look()
        deployment, before = seen.deployment, seen.before
        if deployment is None or not_of(deployment, self.workload):
            return _REPLACED, ""
        if before is not None and seen.newest and available(seen.newest) and not available(before):
            return _AHEAD, ""
        if before is not None:
            self._again(deployment, before)
            return _SERVES if available(before) else _BACK, template_hash(before)
        if self._served(seen):
            return _LEFT, ""
        if not self.cluster.delete("Deployment", self.workload.asset, self.namespace, as_seen=deployment):
            return "", ""
        patiently(lambda: remove_besides(self.cluster, self.namespace, self.workload.asset))
        return _NOTHING, ""

    def _ended(self, told: str, kept: str) -> None:
        """Waits until the pods of what was taken back are gone, never for those with the mark ``kept``, which serve;
        and prunes what the version brought."""
        left = lambda: tuple(each for each in self._look().others if template_hash(each) != kept)  # noqa: E731
        if told in (_NOTHING, _SERVES, _BACK):
            gone(left, self.where, self.namespace, END_SECONDS)
        if told in (_SERVES, _BACK):
            patiently(lambda: prune(self.cluster, self.namespace, self.workload.asset))

    def _again(self, deployment: Object, before: Object) -> None:
        """Applies the template of the version before. What somebody else has put into the new one, a container for
        example, an apply would leave there, so it is taken out."""
        template = before["spec"]["template"]
        template["metadata"]["labels"].pop(TEMPLATE_HASH, None)
        template["metadata"].pop("creationTimestamp", None)
        told = {name: value for name, value in template["metadata"]["labels"].items() if name != INSTANCE}
        notes = template["metadata"].get("annotations", {})
        ours = {name: value for name, value in deployment["metadata"]["annotations"].items() if name == INSTALLATION}
        applied = self.cluster.apply(
            {
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "metadata": {
                    "name": self.workload.asset,
                    "namespace": self.namespace,
                    "labels": told,
                    "annotations": notes | ours,
                },
                "spec": {**_kept(deployment["spec"]), "template": template},
            }
        )
        if not same_template(applied, before):
            self.cluster.replace("Deployment", self.workload.asset, self.namespace, "/spec/template", template)

    def _served(self, seen: Look) -> bool:
        """Whether any version of the app has ever been available, as far as the cluster still knows."""
        deployment = seen.deployment or {}
        conditions = deployment.get("status", {}).get("conditions", ())
        was = any(each.get("reason") == "NewReplicaSetAvailable" for each in conditions)
        return was or available(deployment) or number(deployment) > 1 or any(map(pods.ready, seen.pods))


def patiently(ask: Callable[[], T], seconds: float = PATIENCE_SECONDS) -> T:
    """The answer, asked for again while the API server fails in a way that may pass."""
    for _ in looks(seconds, PAUSE):
        try:
            return ask()
        except TemporaryEngineError as error:
            failed = error
    raise failed


def gone(
    pods_of: Callable[[], tuple[Object, ...]], what: str, namespace: str, seconds: float, leave: Leave = never
) -> bool:
    """True when no such pod is left; False as soon as ``leave`` says so. ``what``: whose they are, in words."""
    deadline = time.monotonic() + seconds
    for _ in looks(seconds, PAUSE, LONGEST_PAUSE, 1.5):  # nobody waits for it, and the API server has others to serve
        left = patiently(pods_of, deadline - time.monotonic())
        if not left or leave():
            return not left
    names = " ".join(sorted(str(each["metadata"]["name"]) for each in left))
    raise TemporaryEngineError(
        f"{what}: pods are still there after {seconds:g} s: {names}",
        f"see what keeps them, then run the same command again: kubectl -n {namespace} get pods {names}",
    )


def _kept(spec: Object) -> Object:
    names = ("replicas", "revisionHistoryLimit", "progressDeadlineSeconds", "selector", "strategy")
    return {name: spec[name] for name in names if name in spec}


def _version(found: Object | None) -> str:
    return str(found["metadata"].get("resourceVersion", "")) if found else ""


def _instance(found: Object) -> str:
    return str(found["metadata"].get("labels", {}).get(INSTANCE, ""))
