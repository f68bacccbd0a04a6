import type { ConversationRow } from '../api/types'

/** A row for tests; what matters to the test is given, the rest is plain. */
export function row(fields: Partial<ConversationRow> & { id: string }): ConversationRow {
  return {
    number: 1,
    brand_id: null,
    channel: 'email',
    account_id: null,
    contact: { id: 'c1', name: 'Teresa Colombo', initials: 'TC' },
    subject: '',
    preview: '',
    status: 'open',
    priority: 'normal',
    owner: null,
    team_id: null,
    queue_id: null,
    labels: [],
    live: false,
    waiting_since: null,
    due_at: null,
    due_kind: null,
    snoozed_until: null,
    unread: 0,
    last_message_at: null,
    last_author_kind: null,
    message_count: 0,
    mentions: [],
    followers: [],
    linked: [],
    merged_into: null,
    created_at: '2026-11-20T08:00:00Z',
    resolved_at: null,
    seq: 1,
    version: 1,
    ...fields,
  }
}
