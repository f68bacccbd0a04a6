export type Value = string | number | boolean
export type Shape = 'text' | 'code' | 'set' | 'number' | 'date' | 'bool' | 'words'
export type Match = 'all' | 'any' | 'none'
export type Op =
  | 'any_of'
  | 'all_of'
  | 'none_of'
  | 'contains'
  | 'contains_none'
  | 'begins'
  | 'words'
  | 'no_words'
  | 'eq'
  | 'ne'
  | 'lt'
  | 'le'
  | 'gt'
  | 'ge'
  | 'before'
  | 'after'
  | 'on'
  | 'in_last'
  | 'in_next'
  | 'true'
  | 'false'
  | 'empty'
  | 'filled'
export type ContactFact =
  | 'attribute'
  | 'label'
  | 'company'
  | 'language'
  | 'identity'
  | 'domain'
  | 'brand'
  | 'since'
  | 'conversations'
  | 'care'
  | 'consent'
export type RuleFact =
  | 'segment'
  | 'channel'
  | 'account'
  | 'conversation_brand'
  | 'subject'
  | 'text'
  | 'conversation_label'
  | 'priority'
  | 'returning'
  | 'previous_agent'
  | 'field'
  | 'calendar'
export type Fact = ContactFact | RuleFact

/** As the server has it. */
export interface Test {
  kind: 'test'
  fact: Fact
  op: Op
  key?: string
  days?: number | null
  values?: Value[]
}
export interface Group {
  kind: 'group'
  match?: Match
  conditions?: (Group | Test)[]
}

/** How each fact looks, and so how it is compared; an attribute is as its definition says. */
export const shapes: Record<Exclude<Fact, 'attribute'>, Shape> = {
  label: 'set',
  company: 'code',
  language: 'set',
  identity: 'set',
  domain: 'set',
  brand: 'set',
  since: 'date',
  conversations: 'number',
  care: 'text',
  consent: 'bool',
  segment: 'set',
  channel: 'code',
  account: 'code',
  conversation_brand: 'code',
  subject: 'words',
  text: 'words',
  conversation_label: 'set',
  priority: 'code',
  returning: 'bool',
  previous_agent: 'code',
  field: 'text',
  calendar: 'set',
}
export const contactFacts: readonly ContactFact[] = [
  'attribute',
  'label',
  'company',
  'language',
  'identity',
  'domain',
  'brand',
  'since',
  'conversations',
  'care',
  'consent',
]
export const conversationFacts: readonly RuleFact[] = [
  'channel',
  'account',
  'conversation_brand',
  'text',
  'subject',
  'field',
  'conversation_label',
  'priority',
  'calendar',
]
export const customerFacts: readonly RuleFact[] = ['segment', 'returning', 'previous_agent']
export const ops: Record<Shape, readonly Op[]> = {
  text: ['any_of', 'none_of', 'contains', 'contains_none', 'begins', 'filled', 'empty'],
  code: ['any_of', 'none_of', 'filled', 'empty'],
  set: ['any_of', 'all_of', 'none_of', 'filled', 'empty'],
  number: ['ge', 'gt', 'le', 'lt', 'eq', 'ne', 'filled', 'empty'],
  date: ['in_last', 'in_next', 'before', 'after', 'on', 'filled', 'empty'],
  bool: ['true', 'false', 'filled', 'empty'],
  words: ['words', 'no_words', 'contains', 'contains_none', 'filled', 'empty'],
}
const attributeShapes: Record<string, Shape> = {
  text: 'text',
  url: 'text',
  number: 'number',
  money: 'number',
  boolean: 'bool',
  date: 'date',
  choice: 'code',
}
export const withoutValue: ReadonlySet<Op> = new Set(['true', 'false', 'empty', 'filled'])
export const keyed: ReadonlySet<Fact> = new Set(['attribute', 'field', 'consent'])

/** @param kindOf the kind of a custom attribute, by its key */
export function shapeOf(fact: Fact, key: string, kindOf: (key: string) => string | undefined): Shape {
  return fact === 'attribute' ? (attributeShapes[kindOf(key) ?? 'text'] ?? 'text') : shapes[fact]
}
