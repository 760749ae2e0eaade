import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { command } from '@salvage-kit/testbed'
import { commandsOf, readmeBlocks } from './readme-blocks.ts'
import { readmeWorld } from './readme-world.ts'
import type { ReadmeWorld } from './readme-world.ts'
import { conclude } from './source-files.ts'

/*
 * Runs what the README shows. Above each block of commands stands a comment: `check: run`, or `check: skip` with the
 * reason. Above each block of code stands `from:` with the file that it must be equal to.
 */

const problems: string[] = []
const blocks = readmeBlocks(readFileSync('README.md', 'utf8'))
for (const { language, text, comment } of blocks.filter((block) => block.language === 'ts')) {
  const file = comment.replace('from: ', '')
  if (comment === '' || readFileSync(file, 'utf8') !== text)
    problems.push(`a block of ${language} is not what ${file} says`)
}
await using world = await readmeWorld()
for (const { text, comment } of blocks.filter((block) => block.language === 'sh')) {
  if (comment.startsWith('check: skip ')) continue
  if (comment !== 'check: run') problems.push(`a block of commands does not say how it is checked: ${text.trim()}`)
  for (const line of commandsOf(text)) await runLine(world, line)
}
for (const { comment } of blocks.filter((block) => block.language === 'ts')) {
  const program = comment.replace('from: ', '')
  process.stdout.write(`$ node ${program}\n`)
  await command(process.execPath, [program, ...world.example]).catch(report(program))
}
if (problems.length === 0) await world.check()
conclude('README.md', problems)

async function runLine(place: ReadmeWorld, line: string): Promise<void> {
  const adapted = place.adapt(line).replace(/^\.\/salvage-kit/, resolve('salvage-kit'))
  const ready = adapted.includes(' POINT ') ? adapted.replace(' POINT ', ` ${await pointOf(place, adapted)} `) : adapted
  process.stdout.write(`$ ${line}\n`)
  await command('sh', ['-c', ready], { cwd: place.folder, env: place.env }).catch(report(line))
}

function report(what: string): (error: unknown) => void {
  return (error) => {
    problems.push(`${what}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** The id of the newest point of the directory, as `list` shows it. */
async function pointOf(place: ReadmeWorld, line: string): Promise<string> {
  const [store = ''] = /--from \S+(?: --password-file \S+)?/.exec(line) ?? []
  const list = ['list', ...store.split(' '), '--json', `dir:${place.folder}/srv/app`]
  const text = await command(resolve('salvage-kit'), list, { env: place.env })
  return [...text.matchAll(/"id": "([^"]+)"/g)].at(-1)?.[1] ?? 'NO-POINT'
}
