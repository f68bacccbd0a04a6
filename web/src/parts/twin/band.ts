import type uPlot from 'uplot'
import type { Estimate } from '../../api/types/twin'
import { colourOf, faded } from '../../ui/colour'

/** A line with the interval around it. Colours are tokens: `--machine`. */
export interface Course {
  label: string
  values: Estimate[]
  colour: string
  dashed?: boolean
}

/** How values are told on the axis, and whether they are shares (0 to 1), or may be below 0. */
export interface BandLook {
  tell: (value: number) => string
  share: boolean
  signed: boolean
  /** The time of day at each place. */
  names: readonly string[]
  font: number
}

/** Columns for uPlot: places, then for each course the upper side, the lower side and the value. */
export function columns(courses: readonly Course[]): uPlot.AlignedData {
  const places = (courses[0]?.values ?? []).map((_, at) => at)
  return [
    places,
    ...courses.flatMap(({ values }) => [
      values.map((one) => one.high ?? one.value),
      values.map((one) => one.low ?? one.value),
      values.map((one) => one.value),
    ]),
  ]
}

function range(look: BandLook, least: number | null, most: number | null): [number, number] {
  if (look.signed) {
    const reach = Math.max(Math.abs(least ?? 0), Math.abs(most ?? 0), look.share ? 0.02 : 1) * 1.1
    return [-reach, reach]
  }
  if (look.share) return [0, 1]
  return [0, Math.max(1, (most ?? 0) * 1.12)]
}

/** The options of a chart of courses, in the tokens of the page. */
export function bandOptions(
  box: HTMLElement,
  size: { width: number; height: number },
  courses: readonly Course[],
  look: BandLook,
): uPlot.Options {
  const ink = colourOf('--ink-3', box)
  const hair = colourOf('--line', box)
  const font = `${look.font}px ${getComputedStyle(box).fontFamily}`
  return {
    ...size,
    padding: [10, look.font * 2.4, 0, 4],
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false }, y: { range: (_, least, most) => range(look, least, most) } },
    axes: [
      {
        stroke: ink,
        font,
        size: look.font * 2.4,
        gap: 7,
        grid: { show: false },
        ticks: { show: false },
        splits: (plot) => {
          const room = Math.max(1, Math.floor(plot.bbox.width / devicePixelRatio / (look.font * 5)))
          const step = Math.max(1, Math.ceil(look.names.length / room))
          return look.names.map((_, at) => at).filter((at) => at % step === 0)
        },
        values: (_, at) => at.map((place) => look.names[place] ?? ''),
      },
      {
        stroke: ink,
        font,
        size: look.font * 5,
        gap: 6,
        space: look.font * 3,
        values: (_, values) => values.map(look.tell),
        grid: { stroke: hair, width: 1 },
        ticks: { show: false },
      },
    ],
    series: [
      {},
      ...courses.flatMap((course): uPlot.Series[] => {
        const colour = colourOf(course.colour, box)
        const side: uPlot.Series = { stroke: 'transparent', width: 0, points: { show: false } }
        const line: uPlot.Series = {
          label: course.label,
          stroke: colour,
          width: 2,
          points: { show: course.values.length < 3, size: 6, fill: colour },
          ...(course.dashed && { dash: [6, 5] }),
        }
        return [side, { ...side }, line]
      }),
    ],
    bands: courses.map((course, at) => ({
      series: [at * 3 + 1, at * 3 + 2],
      fill: faded(colourOf(course.colour, box), 0.16, box),
    })),
  }
}
