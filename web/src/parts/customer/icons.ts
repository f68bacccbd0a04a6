import AtSign from '@lucide/svelte/icons/at-sign'
import BookOpen from '@lucide/svelte/icons/book-open'
import CalendarClock from '@lucide/svelte/icons/calendar-clock'
import Clock from '@lucide/svelte/icons/clock'
import Ear from '@lucide/svelte/icons/ear'
import Eye from '@lucide/svelte/icons/eye'
import FileText from '@lucide/svelte/icons/file-text'
import Flag from '@lucide/svelte/icons/flag'
import GitMerge from '@lucide/svelte/icons/git-merge'
import Hash from '@lucide/svelte/icons/hash'
import Heart from '@lucide/svelte/icons/heart'
import House from '@lucide/svelte/icons/house'
import Languages from '@lucide/svelte/icons/languages'
import Lock from '@lucide/svelte/icons/lock'
import Mail from '@lucide/svelte/icons/mail'
import MessageSquare from '@lucide/svelte/icons/message-square'
import Monitor from '@lucide/svelte/icons/monitor'
import Phone from '@lucide/svelte/icons/phone'
import Receipt from '@lucide/svelte/icons/receipt'
import Sun from '@lucide/svelte/icons/sun'
import Users from '@lucide/svelte/icons/users'
import type { Component } from 'svelte'
import type { IdentityKind, TimelineItem } from '../../api/types'
import { channelIcon } from '../channels'

const care: Record<string, Component> = {
  ear: Ear,
  eye: Eye,
  phone: Phone,
  mail: Mail,
  clock: Clock,
  sun: Sun,
  languages: Languages,
  language: Languages,
  home: House,
  house: House,
  users: Users,
  family: Users,
  message: MessageSquare,
  chat: MessageSquare,
  paper: FileText,
  book: BookOpen,
  calendar: CalendarClock,
  flag: Flag,
  receipt: Receipt,
}

/** The picture of a wish; a heart where none fits. */
export const careIcon = (name: string): Component => care[name] ?? Heart

const identities: Record<IdentityKind, Component> = {
  email: Mail,
  phone: Phone,
  visitor: Monitor,
  handle: AtSign,
  external: Hash,
}

export const identityIcon = (kind: IdentityKind): Component => identities[kind]

const steps: Record<string, Component> = {
  note: Lock,
  consent: Lock,
  merge: GitMerge,
  unmerge: GitMerge,
  identity: AtSign,
  created: Flag,
  document: FileText,
  bill: Receipt,
  invoice: Receipt,
}

/** The picture of a step of the customer's journey. */
export const stepIcon = (item: TimelineItem): Component =>
  item.channel ? channelIcon(item.channel) : (steps[item.kind] ?? FileText)
