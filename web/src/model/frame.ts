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
  // What the work itself asks for is done in the same frame: a set is walked with what is added meanwhile.
  try {
    for (const work of waiting) {
      waiting.delete(work)
      work()
    }
  } finally {
    asked = false
  }
}
