"""Who asks: the one place that says which user a request is of. No I/O."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request


async def _actor(request: Request) -> str:
    """The user whose server it is: the socket's folder lets nobody else in."""
    user: str = request.app.state.user
    return user


Actor = Annotated[str, Depends(_actor)]
"""Of a route that does something in somebody's name."""
