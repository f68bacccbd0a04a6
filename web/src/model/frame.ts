type Work = () => void

const waiting = new Set<Work>()
let asked = false

/** Do it once before the next paint, however often it is asked for; soon, when the page is hidden and nothing paints. */
export function beforePaint(work: Work): void {
  waiting.add(work)
  if (asked) return
  asked = true
  if (document.visibilityState === 'hidden') setTimeout(run, 100)
  else requestAnimationFrame(run)
}

function run(): void {
  asked = false
  const now = [...waiting]
  waiting.clear()
  for (const work of now) work()
}
