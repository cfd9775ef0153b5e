"""Matching a whole text with a pattern. It never backtracks, so no pattern and no text can make it slow. No I/O."""

from __future__ import annotations

from dataclasses import dataclass

from odcpub.model.patterns import Chain, Chars, Choice, Repeat, Tree, parse


def matches(pattern: str, text: str) -> bool:
    """Whether the whole ``text`` matches."""
    steps = _compile(parse(pattern))
    current = _closure(steps, {0})
    for char in text:
        code = ord(char)
        following = {
            at + 1 for at in current if at < len(steps) and isinstance(step := steps[at], Chars) and step.has(code)
        }
        if not following:
            return False
        current = _closure(steps, following)
    return len(steps) in current


@dataclass(frozen=True, slots=True)
class _Fork:
    targets: tuple[int, ...]


def _compile(tree: Tree, at: int = 0) -> list[Chars | _Fork]:
    """Steps from position ``at``: a character goes on to the next step, a fork to its targets (positions)."""
    if isinstance(tree, Chars):
        return [tree]
    if isinstance(tree, Chain):
        steps: list[Chars | _Fork] = []
        for item in tree.items:
            steps += _compile(item, at + len(steps))
        return steps
    if isinstance(tree, Choice):
        return _compile_choice(tree, at)
    return _compile_repeat(tree, at)


def _compile_choice(tree: Choice, at: int) -> list[Chars | _Fork]:
    starts: list[int] = []
    body: list[list[Chars | _Fork]] = []
    here = at + 1
    for branch in tree.branches:
        starts.append(here)
        body.append(_compile(branch, here))
        here += len(body[-1]) + 1
    steps: list[Chars | _Fork] = [_Fork(tuple(starts))]
    for branch_steps in body:
        steps += [*branch_steps, _Fork((here,))]
    return steps


def _compile_repeat(tree: Repeat, at: int) -> list[Chars | _Fork]:
    steps: list[Chars | _Fork] = []
    for _ in range(tree.least):
        steps += _compile(tree.item, at + len(steps))
    if tree.most is None:
        start = at + len(steps)
        body = _compile(tree.item, start + 1)
        return [*steps, _Fork((start + 1, start + len(body) + 2)), *body, _Fork((start,))]
    for _ in range(tree.most - tree.least):
        start = at + len(steps)
        body = _compile(tree.item, start + 1)
        steps += [_Fork((start + 1, start + 1 + len(body))), *body]
    return steps


def _closure(steps: list[Chars | _Fork], positions: set[int]) -> set[int]:
    seen = set(positions)
    todo = list(positions)
    while todo:
        at = todo.pop()
        if at < len(steps) and isinstance(step := steps[at], _Fork):
            todo += [target for target in step.targets if target not in seen]
            seen.update(step.targets)
    return seen
