/** The shapes that cross the wire, named as the server names them (docs/developers/contract.md). */
export type * from './types/base'
export type * from './types/accounts'
export type * from './types/contacts'
export type * from './types/messages'
export type * from './types/conversations'
export type * from './types/routing'
