import { posix } from 'node:path'
import { marksIn } from './bind.ts'

/** A program that takes all of its arguments as data where this says so. */
interface KnownProgram {
  /** Options that take a value: as the next word, behind `=`, or, for those of one letter, in the same word. */
  readonly takes: ReadonlySet<string>
  /** Options whose value stands in the same word only, since it may be left out; or whose value may not begin with `-`. */
  readonly joined: ReadonlySet<string>
  /** Options without a value. */
  readonly flags: ReadonlySet<string>
  /** Whatever begins with no `-` is data, whatever stands before it. */
  readonly files: boolean
}

function known(takes: string, joined = '', flags = '', files = false): KnownProgram {
  return { takes: names(takes), joined: names(joined), flags: names(flags), files }
}

function names(text: string): ReadonlySet<string> {
  return new Set(text.split(/\s+/).filter((name) => name !== ''))
}

const MYSQL = known(
  '-u -h -P -S -r --user --host --port --socket --result-file --ignore-table --default-character-set',
  '-p --password',
  `-A -B -C -E -K -Q -R -e -f -l -n -q -t -d -v --all-databases --databases --tables --single-transaction --quick --routines --triggers
  --events --opt --skip-lock-tables --lock-tables --no-tablespaces --add-drop-database --add-drop-table --compress --force
  --hex-blob --no-data --no-create-info --column-statistics=0 --skip-comments --verbose`,
)
const POSTGRES = known(
  `-h -p -U -d -f -n -N -t -T -F -Z -j -E -l --host --port --username --dbname --file --schema --exclude-schema --table
  --exclude-table --format --compress --jobs --encoding --database --role`,
  '',
  `-a -b -c -C -g -O -r -s -v -w -x --clean --create --data-only --schema-only --blobs --if-exists --no-owner --no-acl
  --no-password --inserts --column-inserts --globals-only --roles-only --verbose`,
)
const MONGO = known(
  '-h -u -p -d -c -o --host --port --username --password --db --collection --out --uri --authenticationDatabase',
  '--archive',
  '--gzip --archive --oplog --ssl --quiet -v',
)
const ELASTIC = known('', '--input --output --type --input-index --output-index --limit --sourceOnly', '')
const FILES = known('', '', '', true)
/** Nothing of their arguments is known to be data. */
const NO_VALUES = known('')

const PROGRAMS: ReadonlyMap<string, KnownProgram> = new Map([
  ...['mysqldump', 'mariadb-dump'].map((name) => [name, MYSQL] as const),
  ...['pg_dump', 'pg_dumpall', 'pg_isready'].map((name) => [name, POSTGRES] as const),
  ...['mongodump', 'mongoexport'].map((name) => [name, MONGO] as const),
  ['elasticdump', ELASTIC] as const,
  ...'bzip2 cat chmod chown cp gunzip gzip ls mkdir mv pigz rm rmdir sha256sum tee touch wc xz zcat'
    .split(' ')
    .map((name) => [name, FILES] as const),
  ...': cd date exit false set sleep true umask'.split(' ').map((name) => [name, NO_VALUES] as const),
])

/** Variables that the known programs take for names and passwords. */
const VARIABLES = /^(?:PG(?:HOST|PORT|USER|PASSWORD|DATABASE)|MYSQL_(?:PWD|HOST|TCP_PORT))=/

const STARTS_ONLY = /^(?:nice|nohup|exec|command|time|busybox)$/
const ASSIGNMENT = /^[A-Za-z_]\w*=/

/** The words from the program on: without variables that are set for it, and programs that only start it. */
export function fromProgram(words: readonly string[]): readonly string[] {
  const first = words.findIndex((word) => !ASSIGNMENT.test(word))
  let rest = first < 0 ? [] : words.slice(first)
  for (;;) {
    const [one = '', two = ''] = rest
    if (STARTS_ONLY.test(posix.basename(one)) && !two.startsWith('-')) rest = rest.slice(1)
    else if (posix.basename(one) === 'timeout' && /^\d+[smhd]?$/.test(two)) rest = rest.slice(2)
    else return rest
  }
}

/** Whether what these words start is known here. */
export function isKnown(words: readonly string[]): boolean {
  const [program] = fromProgram(words)
  return program === undefined || PROGRAMS.has(posix.basename(program))
}

/** Whether the word at `at`, in which there are marks, is nothing but data for the known program of these words. */
export function isData(words: readonly string[], at: number, valueOf: (text: string) => string): boolean {
  const word = words[at] ?? ''
  const begin = words.length - fromProgram(words).length
  const entry = PROGRAMS.get(posix.basename(words[begin] ?? ''))
  if (entry === undefined || at === begin) return false
  const [mark = ''] = marksIn(word)
  const before = word.slice(0, word.indexOf(mark))
  if (at < begin) return VARIABLES.test(before)
  const previous = at === begin + 1 ? '' : (words[at - 1] ?? '')
  if (entry.takes.has(previous)) return true
  // An option is one by its own letters, and then its value is in the same word.
  if (before.startsWith('-')) return hasJoinedValue(entry, before)
  if (entry === NO_VALUES || valueOf(word).startsWith('-')) return false
  return (
    entry.files ||
    !/^[-$]/.test(previous) ||
    entry.flags.has(previous) ||
    entry.joined.has(previous) ||
    hasJoinedValue(entry, previous)
  )
}

/** `--user=…`, `-u…`. */
function hasJoinedValue({ takes, joined }: KnownProgram, text: string): boolean {
  const [, option = ''] = /^(--[^=]+)=/.exec(text) ?? /^(-[^-])/.exec(text) ?? []
  return takes.has(option) || joined.has(option)
}
