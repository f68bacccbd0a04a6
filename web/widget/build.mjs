/**
 * Builds the chat widget into web/dist/widget: the loader (one classic script), the invitation (a module loaded on
 * demand), the widget itself and the demo shop front. Prints what each weighs and fails past its budget.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'

const here = dirname(fileURLToPath(import.meta.url))
const out = process.env.BATTITO_WIDGET_OUT ?? join(here, '..', 'dist', 'widget')
const common = { configFile: false, logLevel: 'warn', root: here, publicDir: false }
const target = ['es2022', 'chrome123', 'firefox122', 'safari17.5']

rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })
for (const [name, format] of [['loader', 'iife'], ['invite', 'es']]) {
  await build({
    ...common,
    build: {
      target, outDir: out, emptyOutDir: false, modulePreload: false,
      lib: { entry: join(here, 'loader', `${name}.ts`), formats: [format], name: '_battito', fileName: () => `${name}.js` },
      rollupOptions: { output: { entryFileNames: `${name}.js` } },
    },
  })
}
await build({
  ...common, root: join(here, 'app'), base: '/widget/',
  build: { target, outDir: out, emptyOutDir: false, modulePreload: false, assetsInlineLimit: 0, cssCodeSplit: false },
})
cpSync(join(here, 'demo'), join(out, 'demo'), { recursive: true })

const gzipped = (path) => gzipSync(readFileSync(path), { level: 9 }).length
const kilobytes = (bytes) => Math.round(bytes / 10.24) / 100
const assets = readdirSync(join(out, 'assets')).map((file) => join(out, 'assets', file))
const sizes = {
  loader: { kb: kilobytes(gzipped(join(out, 'loader.js'))), budget: 2 },
  widget: { kb: kilobytes([...assets, join(out, 'index.html')].reduce((sum, file) => sum + gzipped(file), 0)), budget: 20 },
}
writeFileSync(join(out, 'sizes.json'), JSON.stringify(sizes))
let late = false
for (const [name, { kb, budget }] of Object.entries(sizes)) {
  console.log(`${name}: ${kb} kB gzipped of ${budget}`)
  late ||= kb > budget
}
if (late) {
  console.error('The chat widget is heavier than its budget: see web/widget/build.mjs.')
  process.exit(1)
}
