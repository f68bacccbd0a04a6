-- A visitor's session with a widget: opened with their consent, forgotten when they stay away.
-- The contact and the conversation begin with the first message; until then this row is all there is.
create table webchat_session(
  id uuid primary key,
  workspace_id uuid not null references workspace(id),
  account_id uuid not null references channel_account(id) on delete cascade,
  secret_hash bytea not null,
  visitor uuid not null,                 -- the visitor's identity, kept when the conversation changes
  host text not null default '',         -- the site that showed the widget
  language text not null default 'it',
  fields jsonb not null default '{}',    -- what the visitor wrote into the form
  consents jsonb not null default '[]',  -- what they ticked, with the exact words; goes to the ledger with the first message
  verified jsonb,                        -- what an identity token proved
  page jsonb,                            -- where on the site they are
  conversation_id uuid references conversation(id) on delete set null,
  starts_new boolean not null default false,
  expected text,                         -- inbox.provider_id of a first message: its conversation is this session's
  seen_seq bigint not null default 0,    -- up to where the visitor has read `conversation_id`
  created_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  expires_at timestamptz not null,
  ended_at timestamptz
) with (fillfactor = 80);
create index webchat_session_conversation on webchat_session(conversation_id) where conversation_id is not null;
create index webchat_session_account on webchat_session(account_id);
create index webchat_session_expiry on webchat_session(expires_at);

-- The answer to the question at the end of a chat; the latest one counts.
create table webchat_rating(
  conversation_id uuid primary key references conversation(id) on delete cascade,
  workspace_id uuid not null references workspace(id),
  account_id uuid not null,
  score int not null check (score between 1 and 5),
  comment text not null default '',
  at timestamptz not null
);
create index webchat_rating_workspace on webchat_rating(workspace_id, at desc);
