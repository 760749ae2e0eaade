import type { Engine, Settings } from '../../engine.ts'
import { partFile, partOfFile } from '../../part-file.ts'
import { SQLITE, WITNESS } from './program.ts'
import { sqliteWatch } from './watch.ts'

const ENDING = '.sqlite'

/**
 * SQLite: files in a container that has `sqlite3`. No image tells of them, so a label names the engine and `file` the files, by
 * absolute paths, with commas between. A part is of its path.
 *
 * The copy is made within one read transaction: as at one moment, however many write. Readers and, in WAL mode, writers go on
 * meanwhile; in the other modes writers wait. What is copied are the pages, with those of indexes and those that are free.
 */
export const sqlite: Engine = {
  name: 'sqlite',
  aliases: ['sqlite3'],
  recognises: () => false,
  settings: ['file'],
  several: (settings) => filesOf(settings).length > 1,
  fileOf: (of) => partFile(of, ENDING),
  partOf: (file) => partOfFile(file, ENDING),
  survey: (settings) => `d_need sqlite3 mktemp
d_say version "$(sqlite3 --version)"
${filesOf(settings).map(sayFile).join('')}`,
  dump: () => SQLITE,
  watch: sqliteWatch,
  prove: () => WITNESS,
  restore: () => SQLITE,
}

function filesOf(settings: Settings): readonly string[] {
  return (settings['file'] ?? '').split(',').flatMap((file) => (file.trim() === '' ? [] : [file.trim()]))
}

/** The path goes in hex, as all parts do, and comes back as `$1`. */
function sayFile(file: string): string {
  const octal = [...Buffer.from(file)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')
  return `d_file=$(printf '${octal}.') && d_file=\${d_file%.}
case $d_file in /*) ;; *) echo 'the path of a database is to be absolute' >&2; d_fail NO_DATABASE ;; esac
[ -f "$d_file" ] || { echo "there is no file $d_file" >&2; d_fail NO_DATABASE; }
d_say part ${Buffer.from(file).toString('hex')}
`
}
