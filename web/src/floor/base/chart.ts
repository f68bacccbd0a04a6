import type uPlot from 'uplot'
import { number } from '../../i18n/format'
import { colourOf, faded } from '../../ui/colour'

/** One line of a chart. Colours are tokens: `--heart`. */
export interface Line {
  label: string
  values: (number | null)[]
  colour: string
  fill?: boolean
  dashed?: boolean
}

export interface Look {
  /** `share`: values from 0 to 1, shown as percentages. */
  unit: 'count' | 'share'
  /** px */
  font: number
  /** The horizontal line of a target, in the unit of the values. */
  target?: number | null
  /** How a moment is called under the chart. */
  name: (seconds: number) => string
}

/** Moments of the values themselves, as many as fit; of quarters of an hour only whole hours. */
function moments(times: ArrayLike<number>, width: number, font: number): number[] {
  const room = Math.max(1, Math.floor(width / (font * 8)))
  const step = Math.ceil(times.length / room)
  const quarters = (times[1] ?? 0) - (times[0] ?? 0) === 900
  const by = quarters ? Math.ceil(step / 4) * 4 : step
  return Array.from(times).filter((_, i) => i % by === 0)
}

const ticks = (unit: Look['unit']) => (_: uPlot, values: number[]) =>
  values.map((value) => (unit === 'share' ? `${Math.round(value * 100)}%` : number(value)))

/** The options of a chart in the tokens of the page. */
export function optionsOf(
  box: HTMLElement,
  size: { width: number; height: number },
  lines: readonly Line[],
  look: Look,
): uPlot.Options {
  const ink = colourOf('--ink-3', box)
  const hair = colourOf('--line', box)
  const font = `${look.font}px ${getComputedStyle(box).fontFamily}`
  const target = look.target ?? null
  const targetColour = colourOf('--ink-3', box)
  return {
    ...size,
    padding: [10, look.font * 3.4, 0, 4],
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: true },
      y: {
        range: (_, __, most) =>
          look.unit === 'share' ? [0, 1] : [0, Math.max(4, Math.ceil((most || 0) * 1.15))],
      },
    },
    axes: [
      {
        stroke: ink,
        font,
        size: look.font * 2.4,
        gap: 7,
        grid: { show: false },
        ticks: { show: false },
        splits: (plot) => moments(plot.data[0], plot.bbox.width / devicePixelRatio, look.font),
        values: (_, at) => at.map(look.name),
      },
      {
        stroke: ink,
        font,
        size: look.font * 3.4,
        gap: 6,
        space: look.font * 3,
        incrs: look.unit === 'share' ? [0.2, 0.25, 0.5] : [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000],
        values: ticks(look.unit),
        grid: { stroke: hair, width: 1 },
        ticks: { show: false },
      },
    ],
    series: [
      {},
      ...lines.map((line): uPlot.Series => {
        const colour = colourOf(line.colour, box)
        return {
          label: line.label,
          stroke: colour,
          width: 2,
          spanGaps: false,
          points: { show: line.values.length < 15, size: 6, fill: colour },
          ...(line.fill && { fill: faded(colour, 0.16, box) }),
          ...(line.dashed && { dash: [6, 5] }),
        }
      }),
    ],
    hooks: {
      draw: [
        (plot) => {
          if (target === null) return
          const y = Math.round(plot.valToPos(target, 'y', true))
          const { ctx } = plot
          ctx.save()
          ctx.strokeStyle = targetColour
          ctx.setLineDash([2 * devicePixelRatio, 4 * devicePixelRatio])
          ctx.beginPath()
          ctx.moveTo(plot.bbox.left, y)
          ctx.lineTo(plot.bbox.left + plot.bbox.width, y)
          ctx.stroke()
          ctx.restore()
        },
      ],
    },
  }
}
