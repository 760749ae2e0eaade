import type { RunEvent } from '@salvage-kit/core'
import { expect, test } from 'vitest'
import { recordedTerminal } from '../../test/recorded-terminal.ts'
import { liveLine } from './live-line.ts'
import { progressView } from './progress.ts'
import type { ProgressStyle } from './progress.ts'

const point = { kind: 'archive', id: 'p', target: 'dir:/a', store: 'archive:/b', takenAt: '', state: 'good' } as const
const started: RunEvent = { type: 'lift.started', target: 'dir:/a', store: 'archive:/b' }
const finished: RunEvent = { type: 'lift.finished', target: 'dir:/a', point, liftMs: 1 }
const at = (bytes: number): RunEvent => ({
  type: 'lift.progress',
  target: 'dir:/a',
  progress: { bytes, totalBytes: 4096, files: 2 },
})

function watch(style: ProgressStyle, live: boolean, events: readonly (readonly [number, RunEvent])[]): string {
  const terminal = recordedTerminal({ live })
  let time = 0
  const view = progressView(liveLine(terminal), style, () => time)
  for (const [when, event] of events) {
    time = when
    view(event)
  }
  return terminal.written.err
}

test('on a terminal one line is drawn again, ten times a second at most, and taken away', () => {
  expect(
    watch('live', true, [
      [0, started],
      [10, at(1024)],
      [150, at(2048)],
      [200, at(3072)],
      [260, finished],
    ]),
  ).toBe('dir:/a …\r\u001b[2Kdir:/a 50% 2.0 KiB of 4.0 KiB, 2 files\r\u001b[2K')
})

test('with -v and no terminal there is a line every ten seconds', () => {
  expect(
    watch('lines', false, [
      [0, started],
      [5000, at(1024)],
      [10_000, at(2048)],
      [15_000, at(3072)],
      [16_000, finished],
    ]),
  ).toBe('dir:/a 50% 2.0 KiB of 4.0 KiB, 2 files\n')
})

test('piped there is none', () => {
  expect(
    watch('none', false, [
      [0, started],
      [20_000, at(2048)],
      [30_000, finished],
    ]),
  ).toBe('')
})

test('a line that stays goes above the live one, which is cut to the width', () => {
  const terminal = recordedTerminal({ live: true, columns: () => 6 })
  {
    using line = liveLine(terminal)
    line.show('progress')
    line.print('news')
  }
  expect(terminal.written.err).toBe('progr\r\u001b[2Knews\nprogr\r\u001b[2K')
})
