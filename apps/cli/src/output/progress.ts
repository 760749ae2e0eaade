import { formatBytes } from '@salvage-kit/core'
import type { Progress, RunEvent } from '@salvage-kit/core'
import type { LiveLine } from './live-line.ts'

/** How often the live line changes at most, and how often a line is printed where there is none; milliseconds. */
const LIVE_MS = 100
const LINE_MS = 10_000

/** How progress is shown: one live line, a line every ten seconds, or not at all. */
export type ProgressStyle = 'live' | 'lines' | 'none'

/** Shows how far the lifts and lowers under way are. Takes every event; `now` is in milliseconds. */
export function progressView(line: LiveLine, style: ProgressStyle, now: () => number): (event: RunEvent) => void {
  const running = new Map<string, Progress | undefined>()
  let last = now()
  const draw = (force: boolean): void => {
    const time = now()
    if (style === 'none' || (!force && time - last < (style === 'live' ? LIVE_MS : LINE_MS))) return
    if (style === 'lines') for (const entry of running) line.print(progressText(entry))
    else line.show([...running].map(progressText).join(' | '))
    last = time
  }
  return (event) => {
    if (event.type === 'lift.started' || event.type === 'lower.started') {
      running.set(event.target, undefined)
      draw(style === 'live')
    } else if (event.type === 'lift.progress' || event.type === 'lower.progress') {
      running.set(event.target, event.progress)
      draw(false)
    } else if (isEnd(event)) {
      running.delete(event.target)
      draw(style === 'live')
    }
  }
}

type EndEvent = Extract<RunEvent, { type: 'lift.finished' | 'lift.warmed' | 'lower.finished' | 'target.failed' }>

function isEnd(event: RunEvent): event is EndEvent {
  return ['lift.finished', 'lift.warmed', 'lower.finished', 'target.failed'].includes(event.type)
}

function progressText([target, progress]: readonly [string, Progress | undefined]): string {
  if (progress === undefined) return `${target} …`
  const { bytes, totalBytes, files } = progress
  const share =
    totalBytes === undefined || totalBytes === 0
      ? ''
      : ` ${String(Math.min(100, Math.floor((100 * bytes) / totalBytes)))}%`
  const total = totalBytes === undefined ? '' : ` of ${formatBytes(totalBytes)}`
  return `${target}${share} ${formatBytes(bytes)}${total}${files === undefined ? '' : `, ${String(files)} files`}`
}
