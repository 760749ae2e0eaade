import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { expect, test } from 'vitest'
import { prelude } from '../shell/prelude.ts'
import { DUMP as CASSANDRA } from './cassandra/program.ts'
import { DUMP as ELASTIC } from './elasticsearch/program.ts'

const here = `salvage-${hostname().replaceAll(/[^A-Za-z0-9]/g, '_')}`
const dead = `${here}-4194305-1`
const elsewhere = 'salvage-other-4194305-1'

function calls(program: string, folder: string, refused = ''): readonly string[] {
  const env = { PATH: process.env['PATH'], FOLDER: folder, TMPDIR: folder, LOG: join(folder, 'log'), REFUSED: refused }
  execFileSync('sh', ['-c', `${prelude()}${program}\nd_dump >/dev/null 2>&1`, 'salvage-go'], { env })
  return readFileSync(join(folder, 'log'), 'utf8').trim().split('\n')
}

const API = `
d_repository=$FOLDER/repository
d_api() {
  echo "$1 $2" >>"$LOG"
  case "$1 $2" in
    "$REFUSED") return 22 ;;
    'GET _snapshot') for d_file in "$d_repository"/*; do printf '"%s"' "\${d_file##*/}"; done ;;
    PUT*/all*) echo '"state":"SUCCESS" "failed":0' ;;
    PUT*) mkdir "$d_folder" ;;
  esac
}`

test.each([
  ['', []],
  [`DELETE _snapshot/${dead}`, [dead]],
])('a dump of Elasticsearch removes what a dead one of this host left, in order; refused: %j', (refused, kept) => {
  using folder = temporaryDirectory()
  const repository = join(folder.path, 'repository')
  for (const name of [dead, elsewhere]) mkdirSync(join(repository, name), { recursive: true })
  const said = calls(`${ELASTIC}${API}`, folder.path, refused)
  expect(said.slice(0, 3)).toEqual(['GET _snapshot', `DELETE _snapshot/${dead}/all`, `DELETE _snapshot/${dead}`])
  expect(readdirSync(repository).toSorted()).toEqual([...kept, elsewhere].toSorted())
  expect(said.slice(-2)).toEqual([
    expect.stringMatching(new RegExp(`^DELETE _snapshot/${here}-\\d+-\\d+/all$`)),
    expect.stringMatching(new RegExp(`^DELETE _snapshot/${here}-\\d+-\\d+$`)),
  ])
})

test('a dump of Cassandra removes the snapshots that a dead one of this host left, and no others', () => {
  using folder = temporaryDirectory()
  for (const tag of [dead, elsewhere, 'of-hands', `${here}-${process.pid}x-1`])
    mkdirSync(join(folder.path, 'ks/t/snapshots', tag), { recursive: true })
  writeFileSync(join(folder.path, 'ks/t/snapshots', dead, 'x'), '')
  const node = `
d_data=$FOLDER
d_node() {
  echo "$*" >>"$LOG"
  [ "$1" != snapshot ] || { mkdir "$FOLDER/ks/t/snapshots/$3" && : >"$FOLDER/ks/t/snapshots/$3/x"; }
}`
  const said = calls(`${CASSANDRA.replace('KEYSPACES', '')}${node}`, folder.path)
  expect(said[0]).toBe(`clearsnapshot -t ${dead}`)
  expect(said[1]).toMatch(`snapshot -t ${here}-`)
  expect(said[2]).toMatch(`clearsnapshot -t ${here}-`)
  expect(said).toHaveLength(3)
})
