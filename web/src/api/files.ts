import { Problem, type ProblemBody } from './problem'
import type { Attachment } from './types'

/**
 * Send one file. XMLHttpRequest, because fetch cannot tell how much has gone up.
 * @param progress called with 0 to 1
 */
export function upload(
  file: File,
  progress: (share: number) => void,
  signal: AbortSignal,
): Promise<Attachment> {
  return new Promise((done, failed) => {
    const call = new XMLHttpRequest()
    const body = new FormData()
    body.append('file', file, file.name)
    call.open('POST', '/api/v1/files')
    call.setRequestHeader('x-battito', '1')
    call.setRequestHeader('accept', 'application/json')
    call.upload.onprogress = (event) => {
      if (event.lengthComputable) progress(event.loaded / event.total)
    }
    call.onerror = () => {
      failed(new Problem(0, { code: 'offline' }))
    }
    call.onload = () => {
      let answer: unknown
      try {
        answer = JSON.parse(call.responseText)
      } catch {
        answer = {}
      }
      if (call.status >= 200 && call.status < 300) done(answer as Attachment)
      else failed(new Problem(call.status, answer as ProblemBody))
    }
    signal.addEventListener('abort', () => {
      call.abort()
      failed(new DOMException('Upload cancelled', 'AbortError'))
    })
    call.send(body)
  })
}
