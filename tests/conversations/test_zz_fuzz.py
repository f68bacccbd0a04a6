import re

import httpx
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.support.server import serving
from tests.support.workspace import a_conversation


async def test_fuzz(database_url, tmp_path_factory, workspace, connection):
    one = await a_conversation(connection, workspace)
    import asyncio

    with serving(database_url, tmp_path_factory.mktemp("fuzzed"), rate_limit="0") as fuzzed:
        document = httpx.get(f"{fuzzed.url}/api/openapi.json").json()
        keep = re.compile(r"^/api/v1/(conversations|labels|views|undo|snooze|search|messages|canned-replies|macros)")
        document["paths"] = {p: v for p, v in document["paths"].items() if keep.match(p)}
        document["servers"] = [{"url": fuzzed.url}]
        api = schemathesis.openapi.from_dict(document)
        wrong = []
        n = 0
        codes = {}

        def run():
            nonlocal n
            for r in api.get_all_operations():
                operation = r.ok()
                n += 1

                @settings(
                    max_examples=25,
                    deadline=None,
                    phases=[Phase.generate],
                    suppress_health_check=list(HealthCheck),
                    database=None,
                )
                @seed(2)
                @given(case=operation.as_strategy())
                def ask(case):
                    if "conversation_id" in (case.path_parameters or {}):
                        case.path_parameters["conversation_id"] = str(one)
                    response = case.call(base_url=fuzzed.url, headers=workspace.administrator.headers, timeout=20)
                    codes[response.status_code] = codes.get(response.status_code, 0) + 1
                    where = f"{case.method} {case.formatted_path}: {response.status_code} {response.text[:300]} BODY {str(case.body)[:300]} Q {case.query}"
                    if response.status_code >= 500:
                        wrong.append(where)
                    elif response.status_code >= 400 and "application/problem+json" not in str(
                        response.headers["content-type"]
                    ):
                        wrong.append("notproblem " + where)

                ask()

        await asyncio.to_thread(run)
        print(n, codes)
        print(fuzzed.log.read_text()[-3000:])
        print("\n".join(sorted(set(wrong))[:30]))
        assert not wrong
