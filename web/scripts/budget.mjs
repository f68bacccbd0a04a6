// What the first visit of a signed-in person loads, in kB gzip, against the budget. Reads dist/.vite/manifest.json.
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { fileURLToPath } from 'node:url'

const BUDGET_KB = 90
const dist = fileURLToPath(new URL('../dist/', import.meta.url))
const manifest = JSON.parse(readFileSync(`${dist}.vite/manifest.json`, 'utf8'))

/** The entry, the shell and one language, with everything they import at once. */
const first = ['index.html', 'src/shell/Shell.svelte', 'src/i18n/it/index.ts']
const files = new Set()
function take(name) {
  const chunk = manifest[name]
  if (!chunk || files.has(chunk.file)) return
  files.add(chunk.file)
  for (const needed of chunk.imports ?? []) take(needed)
}
first.forEach(take)

const size = (file) => gzipSync(readFileSync(dist + file), { level: 9 }).length / 1000
const list = [...files].map((file) => ({ file, kb: size(file) })).sort((a, b) => b.kb - a.kb)
const total = list.reduce((sum, { kb }) => sum + kb, 0)
for (const { file, kb } of list.filter((one) => one.kb > 1)) {
  process.stdout.write(`${kb.toFixed(1).padStart(7)} kB  ${file}\n`)
}
const ok = total <= BUDGET_KB
process.stdout.write(
  `${JSON.stringify({ first_load_kb: Number(total.toFixed(1)), budget_kb: BUDGET_KB, files: list.length, ok })}\n`,
)
process.exit(ok ? 0 : 1)
