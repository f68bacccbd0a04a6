"""The statements behind the doors of agents: answering offers, wrapping up."""

from typing import Final

OFFER: Final = """
select o.id, o.interaction_id, o.conversation_id, o.outcome, q.rules from offer o left join queue q on q.id = o.queue_id and q.workspace_id = o.workspace_id
where o.workspace_id = $1 and o.id = $2 and o.agent_id = $3
"""
# only one of an agent's answer, the end of the time and a withdrawal can end an offer
ANSWER: Final = "update offer set outcome = $4, reason = $5, answered_at = $6 where workspace_id = $1 and id = $2 and agent_id = $3 and outcome is null"
TAKE: Final = """
update interaction i set state = 'handling', answered_at = $4, version = version + 1
where i.workspace_id = $1 and i.id = $2 and i.agent_id = $3 and i.state = 'offered' returning {columns}
"""
WAIT_AGAIN: Final = """
update interaction i set state = 'queued', agent_id = null, version = version + 1
where i.workspace_id = $1 and i.id = $2 and i.agent_id = $3 and i.state = 'offered' returning {columns}
"""
LOCK: Final = "select {columns} from interaction i where i.workspace_id = $1 and i.id = $2 for update"
WRAP_UP: Final = """
update interaction i set state = 'wrap-up', outcome = 'answered', ended_by = 'resolved', ended_at = $3, wrap_up_ends_at = $4, version = version + 1
where i.workspace_id = $1 and i.id = $2 returning {columns}
"""
EXTEND: Final = "update interaction i set wrap_up_ends_at = $3, version = version + 1 where i.workspace_id = $1 and i.id = $2 returning {columns}"
END: Final = """
update interaction i set state = 'ended', wrapped_at = $3, disposition_id = coalesce($4, disposition_id),
  disposition_note = coalesce($5, disposition_note), version = version + 1
where i.workspace_id = $1 and i.id = $2 returning {columns}
"""
DISPOSE: Final = "update interaction i set disposition_id = $3, disposition_note = $4, version = version + 1 where i.workspace_id = $1 and i.id = $2 returning {columns}"
RULES: Final = "select rules from queue where workspace_id = $1 and id = $2"
LEAF: Final = """
select true from disposition d where d.workspace_id = $1 and d.id = $2 and d.archived_at is null and (d.queue_id is null or d.queue_id = $3)
  and not exists(select from disposition c where c.workspace_id = d.workspace_id and c.parent_id = d.id and c.archived_at is null)
"""
