import { expect, test } from 'vitest'
import { job, refusal } from './job-of.ts'

const AGAIN = [
  `sh -c 'eval dump V'`,
  `sh -c 'sh -c \\"dump V\\"'`,
  `sh -c 'bash -euc \\"dump V\\"'`,
  `timeout 9 su postgres -c 'pg_dump V'`,
  `sudo sh -c 'dump V'`,
  `env -i sh -c 'dump V'`,
  `ssh host 'dump V'`,
  `sh -c 'ls | xargs -I{} dump V'`,
  `sh -c 'ls | sed s/x/V/'`,
  `sh -c 'mysql -e \\"drop V\\"'`,
  `mysql --execute='drop V'`,
  `mongo --eval 'V'`,
  `psql -c 'V'`,
  `sh -c 'echo $((1 + V))'`,
  `dump V | su x -c y`,
  `sh -c -- 'dump V'`,
  `sh -c -e 'dump V'`,
  `bash -c -o pipefail 'dump V'`,
  `bash -c +x 'dump V'`,
  `bash -co pipefail 'dump V'`,
  `sh -c 'dump \\"$1\\"' sh V`,
  `psql -Atc 'select V'`,
  `psql -c'select V'`,
  `mysql -Ne 'drop V'`,
  `sh -c 'mysql -Ne \\"drop V\\"'`,
  `sh -c 'psql -c\\"select V\\"'`,
  `sh -c 'psql -Atc \\"select V\\"'`,
  ...['psql', 'mysql', 'mariadb', 'mongo', 'mongosh', 'sqlite3 x', 'redis-cli', 'cqlsh', 'any-other'].map(
    (client) => `echo 'select V' | ${client}`,
  ),
  `sh -c 'echo \\"select V\\" > f; psql -f f'`,
  `sh -c 'psql x < V'`,
  `sh -c 'x=V; psql -c \\"$x\\"'`,
  `sh -c 'export X=V; dump'`,
  `sh -c 'LD_PRELOAD=V pg_dump'`,
  `sh -c 'cat <<E | dump\\nx V\\nE'`,
  `sh -c 'dump $(cat V)'`,
  `bash -c '[[ V -eq 1 ]] && pg_dump'`,
  `bash -c 'test -v V && pg_dump'`,
  `bash -c 'printf -v V x'`,
  `mysqldump --where 'V' t`,
  `mysqldump --init-command='drop V'`,
  `mysqldump --defaults-file=V`,
  `tar --to-command=V -xf x`,
  `curl -d V http://x`,
]

test.each(AGAIN)('%s takes simple words only, for what reads them again', (text) => {
  const template = `commands: ["${text.replaceAll('V', '{{ env.A }}')}"]`
  expect(refusal(template, { A: '$(touch X)' })).toBe('RANCHER.TEMPLATE_VALUE')
  const [command] = job(template, { A: 'app_db-1' }).commands
  const { argv = [], environment = {} } = command ?? {}
  expect([...argv, ...Object.values(environment)].join(' ')).toContain('app_db-1')
})

test.each([`timeout 9 sh -c 'pg_dump V'`, `nice bash -euc 'pg_dump V'`, `busybox sh -o pipefail -c 'pg_dump V'`])(
  'the script of %s is bound, whoever starts the shell',
  (text) => {
    const [command] = job(`commands: ["${text.replaceAll('V', '{{ env.A }}')}"]`, { A: '$(touch X)' }).commands
    expect(command?.argv.at(-1)).toBe('pg_dump "${SALVAGE_VALUE_1}"')
    expect(command?.environment).toEqual({ SALVAGE_VALUE_1: '$(touch X)' })
  },
)

test.each([
  'V x',
  `sh -c 'V x'`,
  `sh -c 'a; V'`,
  `sh -c 'a && \\"V\\"'`,
  `sh -c 'a $(V)'`,
  'a | V',
  '/opt/V x',
  `sh -c '/opt/V/run x'`,
  `sh -c 'if V; then true; fi'`,
  `sh -c 'V() { true; }'`,
  'timeout 9 V',
  'timeout -k 1 9 V x',
  'env V',
  'env -i V',
  'env A=b V x',
  'env = V x',
  `sh -c 'env = V x'`,
  'nice -n 5 V',
  'gosu postgres V',
  'su V',
  `su postgres -c 'V x'`,
  `su postgres -c 'true; V'`,
  'sh V',
  `sh -c -- 'V x'`,
  `bash -co pipefail 'V x'`,
  `sh -c 'nohup V &'`,
  `sh -c 'ls | xargs V'`,
  `sh -c 'eval V'`,
  `sh -c 'sh -c \\"V x\\"'`,
  'find / -exec V',
  'docker exec db V',
  `sh -c '<x V $(x)'`,
  `sh -c 'A=\\"a b\\" V $(x)'`,
  `sh -c 'timeout -k 1 9 V $(x)'`,
  `sh -c 'env -i V $(x)'`,
  `sh -c 'gosu postgres V $(x)'`,
  `sh -c '\\"$@\\"' sh V`,
  `sh -c '$1 x' sh V`,
  `sh -c 'eval \\"$1\\"' sh V`,
  `sh -c 'X=V; $X y'`,
  `sh -c 'X=V; eval \\"$X\\"'`,
  `sh -c 'set -- V; \\"$1\\"'`,
  `sh -c 'for x in V; do $x; done'`,
  `sh -c 'f=\\"$1\\"; sh -c \\"$f\\"' sh V`,
  `sh -c 'rm() { eval $1; }; rm V'`,
  `sh -c 'true; exec \\"\${2}\\"' sh a V`,
])('%s lets a value name the program, and is refused', (text) => {
  expect(refusal(`commands: ["${text.replaceAll('V', '{{ env.A }}')}"]`, { A: 'reboot' })).toBe(
    'RANCHER.TEMPLATE_VALUE',
  )
})

test.each([
  [`sh -c 'tar V'`, 'RANCHER.TEMPLATE_VALUE'],
  [`sh -c 'mysqldump -u V > x'`, 'taken'],
  [`sh -c 'mysqldump --user \\"V\\" > x'`, 'taken'],
  [`sh -c 'mysqldump --user=V > x'`, 'taken'],
  [`sh -c 'mysqldump -pV > x'`, 'taken'],
  [`sh -c 'mysqldump --quick V > x'`, 'RANCHER.TEMPLATE_VALUE'],
  // Its value may be left out: then the next word is one more option.
  [`sh -c 'mysqldump -p V > x'`, 'RANCHER.TEMPLATE_VALUE'],
  [`sh -c 'mysqldump -q V > x'`, 'RANCHER.TEMPLATE_VALUE'],
  [`sh -c 'pg_dump --clean V > x'`, 'RANCHER.TEMPLATE_VALUE'],
  [`mongodump --gzip V`, 'RANCHER.TEMPLATE_VALUE'],
  [`sh -c 'pg_dump -- V > x'`, 'RANCHER.TEMPLATE_VALUE'],
  [`sh -c 'pg_dump \\"V\\" > x'`, 'RANCHER.TEMPLATE_VALUE'],
  [`sh -c 'rm -f V'`, 'RANCHER.TEMPLATE_VALUE'],
  [`dump -u V`, 'RANCHER.TEMPLATE_VALUE'],
])('a value that begins with "-" in %s: %s', (text, code) => {
  expect(refusal(`commands: ["${text.replaceAll('V', '{{ env.A }}')}"]`, { A: '-x=y' })).toBe(code)
})

test('a value that begins with "-" is good behind an option that takes one', () => {
  expect(job('commands: ["pg_dump -p {{ env.P }} --username={{ env.P }}"]', { P: '-x' }).commands[0]?.argv).toEqual([
    'pg_dump',
    '-p',
    '-x',
    '--username=-x',
  ])
})

const DATA = [
  `mysqldump -u V -pV --single-transaction V`,
  `sh -c 'MYSQL_PWD=V mysqldump -h h --quick V | gzip > f'`,
  `sh -c 'set -e; mkdir -p V && pg_dump -U V V > V/x; rm -rf V/old'`,
  `sh -c 'if pg_isready -h V; then pg_dump -d V; else exit 1; fi'`,
  `elasticdump --input=http://V:9200/ --output=V`,
  `timeout 9 mongodump -u V -p V --archive=V`,
]

test.each(DATA)('%s takes any value as data', (text) => {
  const value = `a'b"; $(touch X) \`id\``
  const template = `commands: ["${text.replaceAll('V', '{{ env.A }}')}"]`
  const [command] = job(template, { A: value }).commands
  const script = command?.argv[2] ?? ''
  if (text.startsWith('sh')) expect(script).not.toContain('touch')
  expect([...(command?.argv ?? []), ...Object.values(command?.environment ?? {})].join(' ')).toContain(value)
})

function withVariable(script: string): string {
  return `{commands: ["sh -c '${script}'"], environments: ["PW:{{ env.A }}"]}`
}

test('a value comes to any program in a variable of the template, unless that reads it as commands', () => {
  expect(job(withVariable('dump -p \\"$PW\\" > x'), { A: '$(touch X)' }).environment).toEqual({ PW: '$(touch X)' })
  for (const script of [
    'eval \\"$PW\\"',
    'sh -c \\"$PW\\"',
    'psql -Atc \\"select ${PW}\\"',
    'mysql -Ne\\"$PW\\"',
    'echo \\"$PW\\" | /usr/bin/psql x',
    '$PW x',
  ])
    expect(refusal(withVariable(script), { A: '$(touch X)' })).toBe('RANCHER.TEMPLATE_VALUE')
})

test.each(['BASH_ENV', 'PATH', 'LD_PRELOAD', 'PS4', 'NODE_OPTIONS'])(
  'a variable %s takes simple words only',
  (name) => {
    const template = `{commands: [pg_dump], environments: ["${name}:{{ env.A }}"]}`
    expect(refusal(template, { A: '$(touch X)' })).toBe('RANCHER.TEMPLATE_VALUE')
    expect(job(template, { A: 'en' }).environment).toEqual({ [name]: 'en' })
  },
)

test('that a template looks into one value lets no other name the program', () => {
  const template = `commands: ["{{ env.P }} {% if env.MODE == 'all' %}--all{% endif %}"]`
  expect(refusal(template, { MODE: 'all', P: 'reboot' })).toBe('RANCHER.TEMPLATE_VALUE')
})

test.each([
  `pg_dump > T/V`,
  `pg_dump -f T/V`,
  `elasticdump --output=T/V/x.json`,
  `sh -c 'pg_dump > T/V && gzip T/x'`,
  `sh -c 'pg_dump > \\"T/x/V\\"'`,
  `sh -c 'rm -rf T/V'`,
])('%s is not led out of the target directory', (text) => {
  const template = `commands: ["${text.replaceAll('V', '{{ env.A }}').replaceAll('T', '{{ target_dir }}')}"]`
  for (const value of ['../../usr/bin/gzip', 'a/../../../b'])
    expect(refusal(template, { A: value })).toBe('RANCHER.TEMPLATE_VALUE')
  for (const value of ['a b', 'a/b', '..a', 'a/../b']) expect(refusal(template, { A: value })).toBe('taken')
})
