import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { part, temporaryDirectory } from '@salvage-kit/testbed'
import { describe, expect, test } from 'vitest'
import { recordedTerminal } from '../../test/recorded-terminal.ts'
import { createProgram } from '../program.ts'
import { bashCompletion } from './bash.ts'
import { fishCompletion } from './fish.ts'
import { completionTree } from './tree.ts'
import { zshCompletion } from './zsh.ts'

const tree = completionTree(createProgram(recordedTerminal(), '0.0.0', async () => undefined))

/** What a real bash offers for a command line; the last word is the one that is completed. */
function complete(words: readonly string[], directory: string): readonly string[] {
  const script = `${bashCompletion(tree)}
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_TYPE=9
_salvage_kit
printf '%s\\n' "\${COMPREPLY[@]}"`
  const out = execFileSync('bash', ['--norc', '-c', script, 'bash', 'salvage-kit', ...words], { cwd: directory })
  return out.toString().split('\n').filter(Boolean).toSorted()
}

describe('bash completes', () => {
  test.each([
    ['commands', ['re'], ['recover', 'report', 'restore']],
    ['commands after an option with a value', ['--state', 'run', 'hi'], ['history']],
    ['commands of commands', ['config', ''], ['check', 'schema', 'show']],
    ['verbs of volumes', ['volume', 'sched'], ['schedule', 'scheduled']],
    ['what is scheduled', ['volume', 'scheduled', ''], ['list', 'pause', 'resume']],
    ['options of a command', ['run', '--in'], ['--init']],
    ['options of the program after the command', ['list', '--js'], ['--json']],
    ['no options of other commands', ['list', '--dry'], []],
    ['choices of an option', ['plan', '--grouping', 's'], ['smart']],
    ['choices of an argument', ['completion', ''], ['bash', 'fish', 'zsh']],
  ])('%s', (_name, words, offered) => expect(complete(words, '/')).toEqual(offered))

  test('files where a file is meant, and behind dir:', () => {
    using files = temporaryDirectory()
    mkdirSync(join(files.path, 'apple'))
    writeFileSync(join(files.path, 'apricot'), '')
    expect(complete(['run', '--plan', 'ap'], files.path)).toEqual(['apple', 'apricot'])
    // Bash takes the word apart at the colon.
    expect(complete(['run', 'dir', ':', 'app'], files.path)).toEqual(['apple'])
  })
})

test('every command and every option stands in each script', () => {
  const words = ['prune', '--keep-daily', '--in-place', 'schema', '--password-file', 'individual']
  for (const script of [bashCompletion(tree), zshCompletion(tree), fishCompletion(tree)])
    for (const word of words)
      expect(script).toContain(word.replace(/^--(?=.*)/, script.startsWith('# fish') ? '-l ' : '--'))
})

test('bash accepts its script', () => {
  expect(() => execFileSync('bash', ['-n'], { input: bashCompletion(tree), stdio: 'pipe' })).not.toThrow()
})

test.skipIf(!part('zsh').available)('zsh accepts its script, and takes it up', () => {
  using folder = temporaryDirectory()
  const file = join(folder.path, '_salvage-kit')
  writeFileSync(file, zshCompletion(tree))
  expect(execFileSync('zsh', ['-n', file], { stdio: 'pipe' }).toString()).toBe('')
  const load = `autoload -U compinit; compinit -D -u; source ${file}; print -r -- $_comps[salvage-kit]`
  expect(execFileSync('zsh', ['-f', '-c', load], { stdio: 'pipe' }).toString()).toBe('_salvage_kit\n')
})

test.skipIf(!part('fish').available)('fish completes', () => {
  using folder = temporaryDirectory()
  const file = join(folder.path, 'salvage-kit.fish')
  writeFileSync(file, fishCompletion(tree))
  const offered = (line: string): string =>
    execFileSync('fish', ['--no-config', '-c', `source ${file}; complete -C "${line}"`], {
      cwd: folder.path,
    }).toString()
  expect(offered('salvage-kit re')).toMatch(/^recover\t.*\nreport\t.*\nrestore\t.*\n$/)
  expect(offered('salvage-kit config s')).toMatch(/^schema\t.*\nshow\t.*\n$/)
  expect(offered('salvage-kit plan --grouping s')).toMatch(/^smart\b.*\n$/)
  expect(offered('salvage-kit list --dry')).toBe('')
})
