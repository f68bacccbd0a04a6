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
const target = 'es2022'
// the first browsers with light-dark(): without this every colour is written twice
const cssTarget = ['chrome123', 'firefox120', 'safari17.5']

rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })
for (const [name, format] of [['loader', 'iife'], ['invite', 'es']]) {
  await build({
    ...common,
    build: {
      target, cssTarget, outDir: out, emptyOutDir: false, modulePreload: false,
      lib: { entry: join(here, 'loader', `${name}.ts`), formats: [format], name: '_battito', fileName: () => `${name}.js` },
      rollupOptions: { output: { entryFileNames: `${name}.js` } },
    },
  })
}
await build({
  ...common, root: join(here, 'app'), base: '/widget/',
  build: { target, cssTarget, outDir: out, emptyOutDir: false, modulePreload: false, assetsInlineLimit: 0, cssCodeSplit: false,
    rollupOptions: { output: { assetFileNames: ({ names }) => (names[0]?.endsWith('.woff2') ? 'assets/inter.woff2' : 'assets/[name]-[hash][extname]') } },
  },
})
cpSync(join(here, 'demo'), join(out, 'demo'), { recursive: true })

const gzipped = (path) => gzipSync(readFileSync(path), { level: 9 }).length
const kilobytes = (bytes) => Math.round(bytes / 10.24) / 100
// the font is not code: it is fetched after the panel has been painted
const assets = readdirSync(join(out, 'assets')).filter((file) => !file.endsWith('.woff2')).map((file) => join(out, 'assets', file))
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
