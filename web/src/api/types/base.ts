export type Id = string

/** RFC 3339, UTC. */
export type Time = string

export type AuthorKind = 'customer' | 'agent' | 'bot' | 'system'

export interface Actor {
  kind: AuthorKind
  id: Id | null
  name: string
}

export interface Page<T> {
  items: T[]
  next: string | null
}
