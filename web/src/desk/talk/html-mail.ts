import type { Attachment } from '../../api/types'

/** The server keeps the address of a picture from elsewhere in this attribute, so that nothing is fetched unasked. */
const KEPT = /\sdata-remote-src=/i
const REMOTE =
  /(?:src|background|srcset|poster)\s*=\s*["']?\s*(?:https?:)?\/\/|url\(\s*["']?\s*(?:https?:)?\/\//i

/** Whether showing this HTML would fetch something from another host, which tells the sender that it was read. */
export function hasRemotePictures(html: string): boolean {
  return KEPT.test(html) || REMOTE.test(html)
}

/** Whether the formatting says more than the text: tables and pictures. */
export function isLaidOut(html: string): boolean {
  return /<(?:table|img|figure)\b/i.test(html)
}

/** Pictures inside the mail (`cid:` addresses, RFC 2392) with the addresses of their files. */
export function withInlinePictures(html: string, files: readonly Attachment[]): string {
  const byId = new Map(
    files.flatMap((file) => (file.content_id ? [[file.content_id.replace(/^<|>$/g, ''), file.url]] : [])),
  )
  return html.replace(/\bsrc=(["'])cid:([^"']+)\1/gi, (whole, quote: string, id: string) => {
    const url = byId.get(decodeURIComponent(id).replaceAll('&amp;', '&'))
    return url ? `src=${quote}${url}${quote}` : whole
  })
}

/**
 * The whole document for the frame. Its content security policy is the second lock after the
 * server's sanitiser: no script, no form, no font, pictures of this product only.
 */
export function frameDocument(html: string): string {
  const policy = `default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; media-src 'self'; base-uri 'none'; form-action 'none'`
  return `<!doctype html><html><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><base target="_blank"><style>
html{color-scheme:light;background:#fff}body{margin:12px;font:14px/1.5 "Inter Variable",system-ui,sans-serif;color:#2a2222;overflow-wrap:anywhere}
img{max-width:100%;height:auto}table{max-width:100%}pre{white-space:pre-wrap}img:not([src]),img[src^="http"],img[src^="//"],img[src^="cid:"]{display:none}blockquote{margin:8px 0;padding-left:10px;border-left:2px solid #ddd;color:#666}
</style></head><body>${html}</body></html>`
}
