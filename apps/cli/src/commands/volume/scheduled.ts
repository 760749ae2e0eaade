import type { Volumes } from '@salvage-kit/host'
import type { Invocation } from '../../invocation.ts'
import { printResult, withVolumes } from '../../volume-session.ts'

/** Lists what is scheduled as `ACTION TIMER NAME STATUS`, or pauses or resumes all of it. */
export async function execute(invocation: Invocation): Promise<number> {
  const [what = 'list'] = invocation.args
  return withVolumes(
    invocation,
    async ({ volumes, warn }) => {
      if (what === 'list') return list(invocation, volumes, warn)
      const changed = what === 'pause' ? await volumes.pauseAll() : await volumes.resumeAll()
      printResult(invocation, { paused: what === 'pause' && changed, changed }, [])
      return 0
    },
    { reads: what === 'list' },
  )
}

async function list(
  invocation: Invocation,
  volumes: Volumes,
  warn: (findings: Awaited<ReturnType<Volumes['schedule']>>) => void,
): Promise<number> {
  const { options, terminal } = invocation
  const { jobs, findings, isPaused } = await volumes.scheduled()
  warn(findings)
  if (isPaused && options.quiet !== true && options.json !== true) terminal.err('the whole schedule is paused\n')
  printResult(
    invocation,
    {
      paused: isPaused,
      jobs: jobs.map(({ volume, text, minutes, isActive }) => ({ volume, action: text, minutes, active: isActive })),
      findings,
    },
    jobs.map(
      ({ volume, text, minutes, isActive }) => `${text} ${String(minutes)} ${volume}${isActive ? '' : ' (paused)'}`,
    ),
  )
  return 0
}
