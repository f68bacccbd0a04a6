"""The routing engine: pure decisions about who gets which interaction. See docs/developers/routing-engine.md.

```python
engine = Engine(queues=[Queue("support")])
engine.add_agent("ada", now=0.0)
engine.enqueue("chat-1", "support", now=1.0, channel="chat")   # -> [Offered("chat-1", "ada", ...)]
```
"""

from battito.routing.engine.config import (
    FULL_CAPACITY,
    Channel,
    Choice,
    Id,
    Levels,
    Overflow,
    Presence,
    Queue,
    Ring,
    Service,
    Settings,
)
from battito.routing.engine.decisions import (
    AnyDecision,
    Assigned,
    CallbackKept,
    Decision,
    Declined,
    Expired,
    Offered,
    Overflowed,
    PassedOver,
    PresenceAsked,
    PresenceChanged,
    Requeued,
    Resumed,
    Returned,
    RingAdvanced,
    SetAside,
    Transferred,
    Why,
    Withdrawn,
    WrapUpEnded,
    WrapUpExtended,
    WrapUpStarted,
)
from battito.routing.engine.engine import Engine
from battito.routing.engine.errors import AlreadyKnown, NoRoom, NotOffered, RoutingError, Unknown, WrongState
from battito.routing.engine.estimate import Standing
from battito.routing.engine.explain import Explanation
from battito.routing.engine.snapshot import AgentState, FlowState, InteractionState, Snapshot, WrapUpState

__all__ = [
    "FULL_CAPACITY",
    "AgentState",
    "AlreadyKnown",
    "AnyDecision",
    "Assigned",
    "CallbackKept",
    "Channel",
    "Choice",
    "Decision",
    "Declined",
    "Engine",
    "Expired",
    "Explanation",
    "FlowState",
    "Id",
    "InteractionState",
    "Levels",
    "NoRoom",
    "NotOffered",
    "Offered",
    "Overflow",
    "Overflowed",
    "PassedOver",
    "Presence",
    "PresenceAsked",
    "PresenceChanged",
    "Queue",
    "Requeued",
    "Resumed",
    "Returned",
    "Ring",
    "RingAdvanced",
    "RoutingError",
    "Service",
    "SetAside",
    "Settings",
    "Snapshot",
    "Standing",
    "Transferred",
    "Unknown",
    "Why",
    "Withdrawn",
    "WrapUpEnded",
    "WrapUpExtended",
    "WrapUpStarted",
    "WrapUpState",
    "WrongState",
]
