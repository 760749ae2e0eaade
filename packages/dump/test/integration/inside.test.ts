import { part } from '@salvage-kit/testbed'
import { describe, expect, test } from 'vitest'
import { checkInside, dumpInside, restoreInside } from '../../src/index.ts'
import type { InsideRecipe } from '../../src/index.ts'
import { containerPort } from '../spawn-port.ts'
import { databaseContainer } from './container.ts'

const MARIADB = 'mariadb --default-character-set=utf8mb4 -N --socket=/run/mysqld/mysqld.sock app'
const PSQL = 'psql -XAtq -v ON_ERROR_STOP=1 postgres'
const CASES: readonly {
  readonly recipe: InsideRecipe
  readonly image: 'postgres' | 'mariadb'
  readonly client: string
  readonly ready: string
}[] = [
  {
    image: 'postgres',
    recipe: { database: 'postgres', fullPercent: 100 },
    client: PSQL,
    ready: `pg_isready -q -h 127.0.0.1 && ${PSQL} -c ''`,
  },
  {
    image: 'mariadb',
    recipe: { database: 'mariadb', name: 'app', password: `it's "$(id)"`, fullPercent: 100 },
    client: MARIADB,
    ready: `${MARIADB} -e ''`,
  },
]

describe.skipIf(!part('docker').available)('a dump inside, over a port', () => {
  test.each(CASES.filter(({ image }) => part(`${image}-image`).available))(
    'of $image comes back, and its password is in no argv',
    async ({ image, recipe, client, ready }) => {
      await using at = await databaseContainer(`salvage-test/${image}`, ready)
      const sql = (text: string): Promise<string> => at.inside(`${client} <<'SQL'\n${text}\nSQL`)
      await sql("CREATE TABLE t (a varchar(20)); INSERT INTO t VALUES ('é');")
      const asked: string[] = []
      const through = containerPort(at.name)
      const port: typeof through = {
        exec: (request, call) => {
          asked.push(...request.argv)
          return through.exec(request, call)
        },
      }
      const options = { signal: new AbortController().signal, where: 'a container' }
      if (recipe.password !== undefined) {
        const refused = { code: 'DUMP.REFUSED', why: expect.stringContaining('denied') }
        await expect(dumpInside(port, recipe, options)).rejects.toMatchObject(refused)
        await sql(`SET PASSWORD = PASSWORD('${recipe.password.replaceAll("'", "''")}')`)
      }
      await checkInside(port, recipe, options)
      const { sum, bytes } = await dumpInside(port, recipe, options)
      expect(sum).toMatch(/^sha256:/)
      expect(bytes).toBeGreaterThan(100)
      await expect(restoreInside(port, recipe, { ...options, sum: `sha256:${'0'.repeat(64)}` })).rejects.toMatchObject({
        code: 'DUMP.OTHER_DUMP',
      })
      const again =
        recipe.password === undefined
          ? client
          : `MYSQL_PWD='${recipe.password.replaceAll("'", String.raw`'\''`)}' ${client}`
      await at.inside(`${again} <<'SQL'\nDELETE FROM t\nSQL`)
      await restoreInside(port, recipe, { ...options, sum })
      expect(await at.inside(`${again} <<'SQL'\nSELECT a FROM t\nSQL`)).toBe('é')
      expect(asked.join(' ')).not.toContain(`$(id)`)
    },
    90_000,
  )
})
