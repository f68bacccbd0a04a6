import type { ConversationRow, Id, Mode } from '../api/types'

/** Somebody who has the conversation open or is writing in it: a colleague, or the customer at the other end. */
export interface Attending {
  id: Id
  name: string
  customer: boolean
  doing: 'viewing' | 'typing'
  mode: Mode | undefined
  /** ms since 1970; without a repeat it is forgotten */
  until: number
}

/** One conversation as a row of the inbox. Its fields live in one signal: ten thousand of these must stay light. */
export class Conversation {
  readonly id: Id
  row: ConversationRow
  others: Attending[]

  constructor(row: ConversationRow) {
    this.id = row.id
    this.row = $state.raw(row)
    this.others = $state.raw([])
  }

  /** The colleagues among those who are here. */
  get colleagues(): Attending[] {
    return this.others.filter((one) => !one.customer)
  }

  /** Whether the customer is writing right now. */
  get customerTypes(): boolean {
    return this.others.some((one) => one.customer && one.doing === 'typing')
  }

  /** Take a newer state; an older one, which may come late, is let pass. Returns whether anything changed. */
  take(row: ConversationRow): boolean {
    if (row.seq < this.row.seq) return false
    this.row = row
    return true
  }

  /** Take the fields an event names, when the event is newer than what is known. */
  change(fields: Partial<ConversationRow>, seq: number | null): boolean {
    if (seq !== null && seq <= this.row.seq) return false
    this.row = { ...this.row, ...fields, seq: seq ?? this.row.seq }
    return true
  }
}
