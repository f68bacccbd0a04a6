import Bird from '@lucide/svelte/icons/bird'
import Camera from '@lucide/svelte/icons/camera'
import Mail from '@lucide/svelte/icons/mail'
import MessageCircle from '@lucide/svelte/icons/message-circle'
import MessageSquare from '@lucide/svelte/icons/message-square'
import MessagesSquare from '@lucide/svelte/icons/messages-square'
import Phone from '@lucide/svelte/icons/phone'
import Send from '@lucide/svelte/icons/send'
import ShieldCheck from '@lucide/svelte/icons/shield-check'
import Smartphone from '@lucide/svelte/icons/smartphone'
import Star from '@lucide/svelte/icons/star'
import type { Component } from 'svelte'
import { tr } from '../i18n/i18n.svelte'

const icons: Record<string, Component> = {
  email: Mail,
  pec: ShieldCheck,
  webchat: MessageSquare,
  whatsapp: MessageCircle,
  telegram: Send,
  messenger: MessagesSquare,
  instagram: Camera,
  sms: Smartphone,
  voice: Phone,
  mastodon: MessagesSquare,
  bluesky: Bird,
  review: Star,
}

/** The picture of a channel; one we do not know is a message. */
export const channelIcon = (channel: string): Component => icons[channel] ?? MessageSquare

/** Its name in the person's language; one we do not know keeps the server's. */
export const channelName = (channel: string): string =>
  (tr.channels as Record<string, string>)[channel] ?? channel
