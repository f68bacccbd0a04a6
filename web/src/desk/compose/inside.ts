import type { Attachment, Id } from '../../api/types'

/** The address by which a mail's text shows one of its own files (RFC 2392); the server marks the file by it. */
export const cidOf = (file: Id): string => `cid:${file}@battito`

/** The files that go with a message: of those put into its text, the ones that are still there. */
export function filesToSend(
  files: readonly Attachment[],
  html: string | null,
  wereInside: ReadonlySet<Id>,
): Attachment[] {
  return files.filter((file) => !wereInside.has(file.id) || html?.includes(cidOf(file.id)))
}

/** The files that stand beside the text, not in it. */
export function filesBeside(
  files: readonly Attachment[],
  html: string | null,
  wereInside: ReadonlySet<Id>,
): Attachment[] {
  return files.filter((file) => !wereInside.has(file.id) && !html?.includes(cidOf(file.id)))
}
