"""What Lumera sells, what it costs, and the bills that follow from what a household uses.

Prices are made up but of the right size; a bill is energy used x unit price + fixed months, so a
bill, its kilowatt-hours and a recalculation always agree to the cent.
"""

import random
from datetime import date, timedelta
from typing import Literal

import msgspec

from battito.demo.models import Bill, Supply

Service = Literal["luce", "gas"]


class Product(msgspec.Struct, frozen=True):
    """An offer. `unit_millicents` per kWh or Smc, all included; `fixed_cents` per month."""

    name: str
    service: Service
    brand: str
    unit_millicents: int
    fixed_cents: int
    fixed_price: bool


PRODUCTS: tuple[Product, ...] = (
    Product("Verde Fisso 24", "luce", "luce_gas", 44_020, 142, True),
    Product("Verde Fisso 12", "luce", "luce_gas", 39_600, 490, True),
    Product("Verde Libero", "luce", "luce_gas", 37_900, 560, False),
    Product("Notte e Weekend", "luce", "luce_gas", 38_700, 520, True),
    Product("Luce Insieme", "luce", "luce_gas", 40_800, 330, True),
    Product("Casa Serena", "gas", "luce_gas", 109_000, 1080, True),
    Product("Casa Libera", "gas", "luce_gas", 101_500, 1150, False),
    Product("Gas Insieme", "gas", "luce_gas", 106_200, 950, True),
    Product("Impresa Chiara", "luce", "business", 23_800, 1990, True),
    Product("Impresa Indice", "luce", "business", 22_600, 2290, False),
    Product("Condominio Insieme", "luce", "business", 24_400, 1690, True),
    Product("Impresa Calore", "gas", "business", 96_800, 1890, True),
)
BY_NAME = {product.name: product for product in PRODUCTS}

_LIGHT = (1.08, 1.0, 0.93, 0.88, 0.9, 1.02, 1.22, 1.16, 0.92, 0.9, 0.96, 1.07)
_LIGHT_COOLED = (0.86, 0.82, 0.8, 0.8, 0.9, 1.3, 1.78, 1.66, 1.02, 0.8, 0.82, 0.9)
_GAS = (2.55, 2.2, 1.5, 0.72, 0.3, 0.2, 0.17, 0.16, 0.22, 0.62, 1.5, 2.3)

SPAN = 2
"""A bill covers two months."""


def price(product: str, used: int, months: int) -> int:
    """What so many kWh or Smc cost over so many months, in cents."""
    found = BY_NAME[product]
    return round(used * found.unit_millicents / 1000) + months * found.fixed_cents


def month_use(service: Service, yearly: int, month: int, *, cooled: bool) -> float:
    """Expected use in one month of the year (1-12)."""
    shape = _GAS if service == "gas" else _LIGHT_COOLED if cooled else _LIGHT
    return yearly * shape[month - 1] / sum(shape)


def add_months(day: date, months: int) -> date:
    """The first day of the month so many months later."""
    total = day.year * 12 + day.month - 1 + months
    return date(total // 12, total % 12 + 1, 1)


def power_point(rng: random.Random) -> str:
    """A POD with a distributor number nobody has (999)."""
    return f"IT999E{rng.randrange(10**7, 10**8)}"


def gas_point(rng: random.Random) -> str:
    """A PDR of fourteen digits with a distributor number nobody has (9999)."""
    return f"9999{rng.randrange(10**9, 10**10)}"


def supply(rng: random.Random, service: Service, brand: str, since: date, people: int) -> Supply:
    """A supply with a yearly use fit for so many people (or a small business)."""
    options = [p for p in PRODUCTS if p.service == service and p.brand == brand]
    product = rng.choice(options)
    if brand == "business":
        yearly = int(rng.lognormvariate(9.3, 0.5)) if service == "luce" else int(rng.lognormvariate(7.6, 0.5))
        power = rng.choice([6.0, 10.0, 15.0, 20.0, 30.0])
    else:
        yearly = (
            int((620 + 470 * people) * rng.lognormvariate(0, 0.25))
            if service == "luce"
            else int((420 + 160 * people) * rng.lognormvariate(0, 0.35))
        )
        power = rng.choices([3.0, 4.5, 6.0], [78, 14, 8])[0]
    return Supply(
        service=service,
        point=power_point(rng) if service == "luce" else gas_point(rng),
        product=product.name,
        since=since,
        power_kw=power if service == "luce" else 0.0,
        meter=f"{rng.randrange(10**7, 10**8)}",
        reading=rng.randrange(200, 19000) if service == "luce" else rng.randrange(60, 5200),
        yearly=yearly,
    )


def bills(rng: random.Random, owned: Supply, first: date, until: date) -> tuple[Bill, ...]:
    """The bills of one supply that were issued between two days, oldest first."""
    cooled = rng.random() < 0.55
    offset = rng.randrange(SPAN)
    start = add_months(date(first.year, first.month, 1), -SPAN + offset)
    out: list[Bill] = []
    serial = rng.randrange(10_000, 900_000)
    day = rng.randrange(6, 24)
    while True:
        end = add_months(start, SPAN)
        issued = date(end.year, end.month, day)
        if issued >= until:
            return tuple(out)
        if start >= owned.since.replace(day=1) and issued >= first:
            expected = sum(
                month_use(owned.service, owned.yearly, add_months(start, k).month, cooled=cooled) for k in range(SPAN)
            )
            used = max(8, round(expected * rng.lognormvariate(0, 0.09)))
            estimated = rng.random() < (0.12 if owned.service == "luce" else 0.35)
            letter = "L" if owned.service == "luce" else "G"
            out.append(
                Bill(
                    number=f"{issued.year}-{letter}-{serial:06d}",
                    service=owned.service,
                    issued=issued,
                    due=issued + timedelta(days=20),
                    first_month=start,
                    months=SPAN,
                    used=used,
                    estimated=estimated,
                    cents=price(owned.product, used, SPAN),
                )
            )
        serial += rng.randrange(11, 5000)
        start = end
