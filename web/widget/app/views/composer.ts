import { bytes, t } from '../i18n'
import { choose, h, type Child } from '../kit/dom'
import { icon } from '../kit/icons'
import { signal } from '../kit/reactive'
import type { Chat } from '../model/chat'
import type { Picked } from '../model/outbox'
import { player } from './player'
import { canRecord, listen, recorder } from './recorder'

/** Files that may be sent join the message; the others are named with the reason. */
function pick(chat: Chat, files: Iterable<File>): void {
  const { max_bytes: limit, types, max_count: most } = chat.config.files
  for (const file of files) {
    const fits = types.some((type) => (type.startsWith('.') ? file.name.toLowerCase().endsWith(type) : file.type.match(`^${type.replace('*', '.*')}$`)))
    if (chat.picked().length >= most) return chat.notice.set(t.tooMany(most))
    if (!fits) chat.notice.set(t.wrongKind(file.name))
    else if (file.size > limit) chat.notice.set(t.tooBig(file.name, bytes(limit)))
    else chat.picked.set([...chat.picked(), { id: crypto.randomUUID(), blob: file, name: file.name, duration: null, url: URL.createObjectURL(file) }])
  }
}

function chip(chat: Chat, file: Picked): Child {
  const shown = file.blob.type.startsWith('audio/') ? player(file.url, file.duration)
    : [file.blob.type.startsWith('image/') ? h('img', { src: file.url, alt: '' }) : icon('file', 18), h('span', null, file.name, h('small', null, bytes(file.blob.size)))]
  return h('li', null, shown, h('button', {
    class: 'small', 'aria-label': t.remove(file.name), onclick: () => chat.picked.set(chat.picked().filter((f) => f !== file)),
  }, icon('close', 14)))
}

export function composer(chat: Chat): Child {
  const { files, voice_seconds: voice, text_limit: limit } = chat.config
  const stream = signal<MediaStream | null>(null)
  const empty = signal(!chat.draft.trim())
  const over = signal(0)
  const touch = matchMedia('(pointer: coarse)').matches
  const box = h('textarea', {
    rows: 1, id: 'write', 'aria-label': t.write, placeholder: t.write, dir: 'auto', value: chat.draft, 'aria-invalid': () => `${over() > 0}`,
    oninput: () => { chat.write(box.value); measure() },
    onkeydown: (e: KeyboardEvent) => { if (e.key === 'Enter' && !e.shiftKey && !e.isComposing && !touch) { e.preventDefault(); send() } },
    onpaste: (e: ClipboardEvent) => pick(chat, e.clipboardData?.files ?? []),
  })
  const measure = (): void => {
    empty.set(!box.value.trim())
    over.set([...box.value].length - limit)
    box.style.height = 'auto'
    box.style.height = `${Math.min(box.scrollHeight, 132)}px`
  }
  const ready = (): boolean => (!empty() || chat.picked().length > 0) && over() <= 0
  function send(): void {
    if (!ready()) return
    void chat.send(box.value.trim())
    box.value = ''
    measure()
    box.focus()
  }
  async function talk(): Promise<void> {
    try { stream.set(await listen()) } catch { chat.notice.set(t.microphone) }
  }
  const chooser = h('input', {
    type: 'file', hidden: true, multiple: true, accept: files.types.join(','),
    onchange: () => { pick(chat, chooser.files ?? []); chooser.value = ''; box.focus() },
  })
  requestAnimationFrame(measure)
  const writing = (): Child => [
    files.max_count > 0 && h('button', { type: 'button', class: 'round', 'aria-label': t.attach, title: t.attach, onclick: () => chooser.click() }, icon('clip')),
    box,
    choose(() => (ready() || over() > 0 || !voice || !canRecord() ? 'send' : 'voice'), {
      send: () => h('button', { class: 'round solid', 'aria-label': t.send, title: t.send, disabled: () => !ready() }, icon('send')),
      voice: () => h('button', { type: 'button', class: 'round', 'aria-label': t.voice, title: t.voice, onclick: () => void talk() }, icon('mic')),
    }),
  ]
  return h('form', {
    class: 'composer', onsubmit: (e: Event) => { e.preventDefault(); send() },
    ondragover: (e: DragEvent) => e.preventDefault(),
    ondrop: (e: DragEvent) => { e.preventDefault(); pick(chat, e.dataTransfer?.files ?? []) },
  },
    h('ul', { class: 'picked' }, () => chat.picked().map((file) => chip(chat, file))),
    h('p', { class: 'error', role: 'status' }, () => (over() > 0 ? t.tooLong(over()) : '')),
    chooser,
    choose(() => (stream() ? 'recording' : 'writing'), {
      writing: () => h('div', { class: 'row' }, writing()),
      recording: () => recorder(stream() as MediaStream, voice, (note) => {
        stream.set(null)
        if (note) chat.picked.set([...chat.picked(), note])
        requestAnimationFrame(() => box.focus())
      }),
    }))
}
