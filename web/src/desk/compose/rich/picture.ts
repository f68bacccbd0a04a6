import { Node, type Editor } from '@tiptap/core'
import type { Attachment, Id } from '../../../api/types'
import { cidOf } from '../inside'
import type { Writing } from '../writing.svelte'

/** px: as wide as mail programs show a letter without scrolling */
const WIDEST = 600
const KINDS = ['image/png', 'image/jpeg', 'image/gif', 'image/webp']

/** Whether a file can stand in the text of a mail. */
const isPicture = (file: File): boolean => KINDS.includes(file.type)

/**
 * A picture inside the text: an uploaded file, named by its `cid:` (RFC 2392) in the mail and shown from this product
 * while one writes. Pictures from elsewhere are none: pasting a page brings its words alone.
 */
export const Picture = Node.create({
  name: 'picture',
  group: 'inline',
  inline: true,
  draggable: true,
  addAttributes: () => ({ file: { default: null }, alt: { default: '' }, width: { default: null } }),
  parseHTML: () => [
    {
      tag: 'img[src^="cid:"]',
      getAttrs: (image) => ({
        file:
          image
            .getAttribute('src')
            ?.slice('cid:'.length)
            .replace(/@battito$/, '') ?? null,
        alt: image.getAttribute('alt') ?? '',
        width: image.getAttribute('width'),
      }),
    },
  ],
  renderHTML: ({ node }) => {
    const { file, alt, width } = node.attrs as { file: Id; alt: string; width: string | null }
    return ['img', { src: cidOf(file), alt, ...(width && { width }) }]
  },
  addNodeView:
    () =>
    ({ node }) => {
      const { file, alt, width } = node.attrs as { file: Id; alt: string; width: string | null }
      const dom = document.createElement('img')
      dom.src = `/api/v1/files/${file}`
      dom.alt = alt
      dom.title = alt
      if (width) dom.width = Number(width)
      return { dom }
    },
})

/** Take files dropped or pasted into the text: pictures stand in it (`show`), others beside it. */
export function takeFiles(writing: Writing, files: File[], show: (kept: Attachment) => boolean): true {
  writing.attach(files.filter((file) => !isPicture(file)))
  writing.attach(files.filter(isPicture), (kept) => {
    if (show(kept)) writing.inside.add(kept.id)
  })
  return true
}

/** Show an uploaded picture where it was dropped, or where one writes; false when the editor is gone. */
export function showPicture(editor: Editor | null, { id, name, width }: Attachment, at?: number): boolean {
  if (!editor || editor.isDestroyed) return false
  const attrs = { file: id, alt: name, width: width ? String(Math.min(width, WIDEST)) : null }
  const place = Math.min(at ?? editor.state.selection.from, editor.state.doc.content.size)
  return editor.chain().focus().insertContentAt(place, { type: 'picture', attrs }).run()
}
