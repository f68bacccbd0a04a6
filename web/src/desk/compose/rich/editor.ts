import { Editor } from '@tiptap/core'
import Blockquote from '@tiptap/extension-blockquote'
import Bold from '@tiptap/extension-bold'
import Document from '@tiptap/extension-document'
import HardBreak from '@tiptap/extension-hard-break'
import Italic from '@tiptap/extension-italic'
import Link from '@tiptap/extension-link'
import { BulletList, ListItem, OrderedList } from '@tiptap/extension-list'
import Paragraph from '@tiptap/extension-paragraph'
import Text from '@tiptap/extension-text'
import { UndoRedo } from '@tiptap/extensions'
import { Picture } from './picture'

/** A line is a `div`, as mail programs write it: a `p` would put a gap between two lines. */
const Line = Paragraph.extend({
  parseHTML: () => [{ tag: 'p' }, { tag: 'div' }],
  renderHTML: ({ HTMLAttributes }) => ['div', HTMLAttributes, 0],
})

/** Tab leaves the editor wherever the caret stands: nobody shall be caught in a list. */
const Item = ListItem.extend({
  addKeyboardShortcuts() {
    return {
      Enter: () => this.editor.commands.splitListItem(this.name),
      'Mod-]': () => this.editor.commands.sinkListItem(this.name),
      'Mod-[': () => this.editor.commands.liftListItem(this.name),
    }
  },
})

/** What can be said with formatting in a mail: no more than every mail program shows. */
const extensions = [
  Document,
  Line,
  Text,
  Bold,
  Italic,
  Blockquote,
  BulletList,
  OrderedList,
  Item,
  // Without Ctrl Enter, which sends.
  HardBreak.extend({
    addKeyboardShortcuts() {
      return { 'Shift-Enter': () => this.editor.commands.setHardBreak() }
    },
  }),
  Link.configure({
    openOnClick: false,
    autolink: false,
    linkOnPaste: true,
    defaultProtocol: 'https',
    protocols: ['mailto', 'tel'],
    HTMLAttributes: { target: null, rel: null, class: null },
  }),
  Picture,
  UndoRedo,
]

interface Wishes {
  element: HTMLElement
  html: string
  label: string
  onchange: () => void
  onmove: () => void
  /** Returns whether the key was taken. */
  onkey: (event: KeyboardEvent) => boolean
  /** Returns whether the files were taken; `at`: where they were dropped in the text. */
  onfiles: (files: File[], at?: number) => boolean
}

/** The editor of formatted mail, in its element. */
export function richEditor({ element, html, label, onchange, onmove, onkey, onfiles }: Wishes): Editor {
  return new Editor({
    element,
    extensions,
    content: html,
    onUpdate: onchange,
    onSelectionUpdate: onmove,
    editorProps: {
      attributes: {
        role: 'textbox',
        'aria-multiline': 'true',
        'aria-label': label,
        'aria-autocomplete': 'list',
        dir: 'auto',
        class: 'written formatted',
      },
      handleKeyDown: (_, event) => onkey(event),
      handlePaste: (_, event) => {
        // Office programs offer a picture of the copied text beside the text: the text was meant.
        if (event.clipboardData?.getData('text/plain')) return false
        const files = [...(event.clipboardData?.files ?? [])]
        return files.length > 0 && onfiles(files)
      },
      handleDrop: (view, event) => {
        const files = [...(event.dataTransfer?.files ?? [])]
        const at = view.posAtCoords({ left: event.clientX, top: event.clientY })?.pos
        return files.length > 0 && onfiles(files, at)
      },
    },
  })
}

/** The mail's HTML; an empty line is one that mail programs show. */
export const htmlOf = (editor: Editor): string =>
  editor.getHTML().replaceAll('<div></div>', '<div><br></div>')
