"""Passwords: who is not there takes as long to refuse as who is."""

from argon2 import Parameters, extract_parameters

from battito.accounts.passwords import _NOBODY, hash_password, verify_password


async def test_only_the_right_password_fits() -> None:
    stored = await hash_password("una parola lunga e segreta")
    assert await verify_password(stored, "una parola lunga e segreta")
    assert not await verify_password(stored, "un'altra parola")


async def test_nobody_is_verified_like_somebody() -> None:
    def cost(hash_: str) -> Parameters:
        return extract_parameters(hash_)

    assert cost(_NOBODY) == cost(await hash_password("qualunque cosa"))
    assert not await verify_password(None, "nobody has this password")


async def test_a_hash_of_something_else_is_no_password() -> None:
    assert not await verify_password("$2b$12$abcdefghijklmnopqrstuv", "x")
