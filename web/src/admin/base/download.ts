/** Fetch a file of the server's with the browser's own download. */
export function download(address: string): void {
  const anchor = document.createElement('a')
  anchor.href = address
  anchor.download = ''
  anchor.click()
}
