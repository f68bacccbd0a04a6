import FileIcon from '@lucide/svelte/icons/file'
import FileArchive from '@lucide/svelte/icons/file-archive'
import FileSpreadsheet from '@lucide/svelte/icons/file-spreadsheet'
import FileText from '@lucide/svelte/icons/file-text'
import CalendarDays from '@lucide/svelte/icons/calendar-days'
import Film from '@lucide/svelte/icons/film'
import Mail from '@lucide/svelte/icons/mail'
import type { Component } from 'svelte'

/** The picture of a kind of file. */
export function fileIcon(type: string): Component {
  if (type.startsWith('video/')) return Film
  if (type === 'text/calendar') return CalendarDays
  if (type === 'message/rfc822') return Mail
  if (/zip|tar|gzip|7z|rar/.test(type)) return FileArchive
  if (/sheet|excel|csv/.test(type)) return FileSpreadsheet
  if (/pdf|word|text|opendocument/.test(type)) return FileText
  return FileIcon
}
