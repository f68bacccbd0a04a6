"""Statements of the floor's actions."""

from typing import Final

PERSON: Final = "select true from app_user where workspace_id = $1 and id = $2 and disabled_at is null"
TEAM: Final = "select true from team where workspace_id = $1 and id = $2"
PEOPLE_OF: Final = """
select m.user_id from team_member m join app_user u on u.id = m.user_id and u.workspace_id = m.workspace_id
where m.workspace_id = $1 and m.team_id = $2 and u.disabled_at is null
"""
HAVE_PRESENCE: Final = "insert into presence(user_id, workspace_id) values ($2, $1) on conflict (user_id) do nothing"
PRESENCE_NEXT: Final = "update presence set next_state = $3, next_reason = $4 where workspace_id = $1 and user_id = $2"
PRESENCE_NOW: Final = """
update presence set since = case when state = $3 and reason is not distinct from $4 then since else $5 end, state = $3, reason = $4,
  next_state = null, next_reason = null where workspace_id = $1 and user_id = $2
"""
RAISE: Final = """
insert into raised_hand(id, workspace_id, user_id, conversation_id, text, raised_at) values ($2, $1, $3, $4, $5, $6)
on conflict (user_id) where answered_at is null and lowered_at is null do update set conversation_id = excluded.conversation_id, text = excluded.text
returning id
"""
LOWER: Final = "update raised_hand set lowered_at = $4 where workspace_id = $1 and id = $2 and user_id = $3 and answered_at is null and lowered_at is null"
ANSWER: Final = "update raised_hand set answered_by = $3, answered_at = $4 where workspace_id = $1 and id = $2 and answered_at is null and lowered_at is null"
READ: Final = "insert into team_message_read(workspace_id, message_id, user_id, read_at) values ($1, $2, $3, $4) on conflict do nothing"
SEND: Final = "insert into team_message(workspace_id, id, team_id, author_id, text, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7)"
