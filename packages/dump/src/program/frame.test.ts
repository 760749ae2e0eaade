import { execFileSync, spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { ENGINES } from '../engines.ts'
import { afterFrame, askFrame, dumpFrame, proofFrame, readyFrame, restoreFrame } from './frame.ts'

const SHELLS = [['dash'], ['bash', '--posix'], ['busybox', 'sh']] as const

interface Told {
  readonly code: number | null
  readonly out: string
  readonly said: string
}

function run(shell: readonly string[], program: string, args: readonly string[], input = ''): Told {
  const [file = '', ...words] = shell
  const { status, stdout, stderr } = spawnSync(file, [...words, '-c', program, 'salvage-go', ...args], {
    input,
    encoding: 'utf8',
  })
  return { code: status, out: stdout, said: stderr }
}

test.each(SHELLS.flatMap((shell) => ENGINES.map((engine) => ({ shell, engine, name: engine.name }))))(
  'every program of $name is one for $shell.0',
  ({ shell: [file, ...words], engine }) => {
    const settings = { database: "it's `id`" }
    const programs = [
      askFrame(engine.survey(settings)),
      dumpFrame(engine.dump(settings)),
      restoreFrame(engine.restore(settings), 'abc'),
      proofFrame(engine.prove?.(settings) ?? ''),
      readyFrame(engine.ready?.(settings) ?? ''),
      afterFrame(engine.after?.(settings) ?? '', 'd_after'),
    ]
    for (const program of programs)
      expect(() => execFileSync(file, [...words, '-n'], { input: program, stdio: 'pipe' })).not.toThrow()
  },
)

const KILLED = "sh -c 'kill -KILL $$'"
const COUNT = `d_witness() { [ "$(wc -c)" -eq 300000 ]; }`
const MUCH = 'head -c 300000 /dev/zero'

test.each(SHELLS.map((shell) => ({ shell })))('what a dump says of its ends, in $shell.0', ({ shell }) => {
  const whole = run(shell, dumpFrame(`d_dump() { ${MUCH}; }\n${COUNT}`), ['x'])
  expect(whole).toMatchObject({ code: 0, said: '\nsalvage:bytes=300000\n' })
  expect(whole.out).toBe('\0'.repeat(300_000))
  const plain = run(shell, dumpFrame('d_dump() { printf %s "$1"; }'), ["it's 😀\n"])
  expect(plain).toEqual({ code: 0, out: "it's 😀\n", said: '\nsalvage:bytes=10\n' })
  const unended = run(shell, dumpFrame('d_dump() { printf x; printf half >&2; }'), ['x'])
  expect(unended.said).toBe('half\nsalvage:bytes=1\n')
})

test.each(
  SHELLS.flatMap((shell) =>
    [
      { text: `d_dump() { ${MUCH}; return 3; }`, reason: 'FAILED' },
      { text: `d_dump() { ${MUCH}; return 3; }\n${COUNT}`, reason: 'FAILED' },
      { text: `d_dump() { ${MUCH}; ${KILLED}; }\n${COUNT}`, reason: 'FAILED' },
      { text: `d_dump() { head -c 299999 /dev/zero; }\n${COUNT}`, reason: 'NOT_WHOLE' },
      { text: `d_dump() { ${MUCH}; }\nd_witness() { cat; ${KILLED}; }`, reason: 'NOT_WHOLE' },
      { text: `d_dump() { ${MUCH}; d_fail FULL 99; }`, reason: 'FULL' },
      { text: `d_dump() { ${MUCH}; exit 0; }`, reason: 'FAILED' },
      { text: 'd_need no-such-tool', reason: 'NO_TOOL' },
    ].map((each) => ({ ...each, shell })),
  ),
)('a dump that fails ($text) says $reason in $shell.0', ({ shell, text, reason }) => {
  const { code, said } = run(shell, dumpFrame(text), ['x'])
  expect(code).not.toBe(0)
  expect(said).toContain(`salvage:fail=${reason}\n`)
  expect(said).not.toContain('salvage:bytes=')
})

test.each(SHELLS.map((shell) => ({ shell })))('a restore knows if all of its input came, in $shell.0', ({ shell }) => {
  const program = restoreFrame('d_restore() { d_input | cat; d_input </dev/null; }', 'abc')
  const text = restoreFrame('d_restore() { d_input; }', 'abc')
  expect(run(shell, text, ['x', '5'], 'a\nb\nc')).toMatchObject({ code: 0, out: 'a\nb\nc' })
  expect(run(shell, text, ['x', '6'], 'a\nb\nc')).toMatchObject({ code: 1, out: 'a\nb\ncfail=RESTORE_FAILED\n' })
  expect(run(shell, program, ['x', '5'], 'a\nb\nc').code).toBe(1)
})
