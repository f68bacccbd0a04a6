"""Closed forms of queueing theory that the twin is checked against: Erlang B, C and A.

Plain Python, stable up to tens of thousands of agents: everything is a sum of positive terms, scaled by logarithms
where it could overflow. Rates are per second, times in seconds; A = arrival rate x mean handling time is the load.
"""

import math

import msgspec


class Staffed(msgspec.Struct, frozen=True):
    """What a queue does in the long run. `service_level`: answered within the target, of all offered."""

    p_wait: float
    p_abandon: float
    mean_wait_s: float
    service_level: float
    occupancy: float


def erlang_b(agents: int, load: float) -> float:
    """The probability that all of `agents` lines are busy and a call is lost (Erlang 1917).

    By the recursion B(n) = A B(n-1) / (n + A B(n-1)), which never leaves 0 to 1.
    """
    _check(agents, load)
    blocked = 1.0
    for n in range(1, agents + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


def erlang_c(agents: int, load: float) -> float:
    """The probability of waiting when nobody gives up; 1 when the load is more than the agents can do."""
    if load >= agents:
        _check(agents, load)
        return 1.0
    blocked = erlang_b(agents, load)
    return blocked / (1.0 - load / agents * (1.0 - blocked))


def wait_without_abandonment(agents: int, arrivals_per_s: float, handle_s: float, target_s: float = 20.0) -> Staffed:
    """M/M/N (Erlang C). The mean wait is infinite when the load is not below the number of agents."""
    load = arrivals_per_s * handle_s
    waiting = erlang_c(agents, load)
    spare = agents - load
    if spare <= 0.0:
        return Staffed(1.0, 0.0, math.inf, 0.0, 1.0)
    level = 1.0 - waiting * math.exp(-spare * target_s / handle_s)
    return Staffed(waiting, 0.0, waiting * handle_s / spare, level, load / agents)


def wait_with_abandonment(
    agents: int, arrivals_per_s: float, handle_s: float, patience_s: float, target_s: float = 20.0
) -> Staffed:
    """M/M/N+M (Erlang A, Palm 1957), exactly, by the integrals of Mandelbaum and Zeltyn.

    With x = N mu/theta and y = lambda/theta: J(t) = e^y y^-x gamma(x, y e^(-theta t)) / theta,
    D = 1/B(N-1, A) + lambda J(0); P(W>0) = lambda J(0)/D; P(Ab) = (1 + (lambda - N mu) J(0))/D; E[W] = P(Ab)/theta;
    served within T = 1 - P(Ab) - lambda K(T)/D with K as J for x + 1.
    (Zeltyn and Mandelbaum, "Call centers with impatient customers", Queueing Systems 51, 2005.)
    """
    load = arrivals_per_s * handle_s
    _check(agents, load)
    if agents == 0:
        raise ValueError("at least one agent is needed")
    if patience_s <= 0.0:
        raise ValueError(f"patience must be above 0 seconds, not {patience_s}")
    if load == 0.0:
        return Staffed(0.0, 0.0, 0.0, 1.0, 0.0)
    x = agents * patience_s / handle_s
    y = arrivals_per_s * patience_s
    log_queue = _log_sum(x, y)  # ln of theta J(0)
    blocked = erlang_b(agents - 1, load)
    # everything is divided by lambda J(0), so that neither tail of D can overflow
    log_ratio = -_log(blocked) - log_queue - math.log(y)
    p_wait = _logistic(-log_ratio)
    p_abandon = p_wait * _abandoned_if_waiting(x, y, log_queue)
    discount = target_s / patience_s
    z = y * math.exp(-discount)
    log_late = y - z - (x + 1.0) * discount + _log_sum(x + 1.0, z) - log_queue
    served_late = p_wait * math.exp(min(log_late, 0.0))
    level = min(max(1.0 - p_abandon - served_late, 0.0), 1.0)
    return Staffed(p_wait, p_abandon, p_abandon * patience_s, level, load * (1.0 - p_abandon) / agents)


def _log_sum(x: float, y: float) -> float:
    """ln of the sum over k >= 0 of y^k / (x (x+1) ... (x+k)), which is e^y y^-x gamma(x, y)."""
    scale = 0.0
    term = total = 1.0 / x
    k = 0
    while True:
        k += 1
        term *= y / (x + k)
        total += term
        if term < 1e-17 * total and x + k > y:
            return scale + math.log(total)
        if total > 1e250:
            scale += math.log(total)
            term /= total
            total = 1.0


def _abandoned_if_waiting(x: float, y: float, log_queue: float) -> float:
    """P(Ab | W > 0) = (1 + (y - x) S)/(y S) with S the sum of `_log_sum`.

    Below full load, where that would cancel, it is the sum of k t_k over y S, with t_k the terms of S.
    """
    if y > x:
        return (math.exp(-log_queue) + y - x) / y
    term = math.exp(-log_queue) / x
    total = 0.0
    k = 0
    while True:
        k += 1
        term *= y / (x + k)
        total += k * term
        if k * term <= 1e-17 * total:
            return total / y


def _logistic(value: float) -> float:
    if value >= 0.0:
        return 1.0 / (1.0 + math.exp(-value))
    grown = math.exp(value)
    return grown / (1.0 + grown)


def _log(value: float) -> float:
    return math.log(value) if value > 0.0 else -math.inf


def _check(agents: int, load: float) -> None:
    if agents < 0:
        raise ValueError(f"the number of agents must not be below 0, not {agents}")
    if not load >= 0.0 or math.isinf(load):
        raise ValueError(f"the load must be a number not below 0, not {load}")
