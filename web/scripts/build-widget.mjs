// Builds the customer's chat widget after the desk. The widget has its own
// build because it is two programs (loader and frame) with their own budgets.
import { existsSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const build = fileURLToPath(new URL('../widget/build.mjs', import.meta.url))
if (!existsSync(build)) {
  process.stdout.write('widget: no widget/build.mjs in this tree, nothing to build\n')
  process.exit(0)
}
const { status } = spawnSync(process.execPath, [build], { stdio: 'inherit' })
process.exit(status ?? 1)
