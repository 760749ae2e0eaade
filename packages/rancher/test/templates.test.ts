import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { renderBound, unmarked } from '../src/template/bind.ts'
import { readDocument } from '../src/template/document.ts'
import { jinja } from '../src/template/engine.ts'
import { fact, noFacts } from './facts/facts.ts'

const Oracle = z.array(
  z.object({
    t: z.string(),
    ctx: z.object({
      env: z.record(z.string(), z.string()),
      target_dir: z.string(),
      ip: z.string().nullable().optional(),
    }),
    r: z.string(),
    y: z
      .object({
        image: z.string(),
        commands: z.array(z.string()),
        environments: z.array(z.union([z.string(), z.record(z.string(), z.string().nullable())])).nullish(),
        entrypoint: z.string().optional(),
      })
      .nullable(),
    err: z.string().nullable(),
  }),
)

/** An address that is null never gets to a template; to compare, it is the text that Python prints of it. */
function contextOf({
  ip,
  ...others
}: z.infer<typeof Oracle>[number]['ctx']): Record<string, string | typeof others.env> {
  return ip === undefined ? others : { ...others, ip: ip ?? 'None' }
}

describe.skipIf(noFacts !== undefined)(
  `rancher-backup's own templates${noFacts === undefined ? '' : `: ${noFacts}`}`,
  async () => {
    const engine = await jinja()
    const cases = noFacts === undefined ? Oracle.parse(JSON.parse(fact('rancher-template-oracle.json'))) : []

    test('all 585 renderings are identical, byte for byte', () => {
      expect(cases).toHaveLength(585)
      for (const one of cases)
        expect(engine.render(fact(`templates/${one.t}`), contextOf(one.ctx), { name: one.t })).toBe(one.r)
    })

    test('with marks in place of values they are the same once the values are put in', () => {
      for (const one of cases.filter(({ ctx }) => ctx.ip !== undefined)) {
        const bound = renderBound(engine, fact(`templates/${one.t}`), contextOf(one.ctx), { name: one.t })
        expect(unmarked(bound.text, bound.values)).toBe(one.r)
        for (const value of Object.values(one.ctx.env).filter((text) => text.length > 8))
          expect(bound.text).not.toContain(value)
      }
    })

    test('they say the same to run, where PyYAML could read them', () => {
      let compared = 0
      for (const { t, r, y, ctx } of cases) {
        // Values that YAML read as something else, a map or two words, are what marks are for.
        if (y === null || Object.values(ctx.env).some((value) => /: |\n/.test(value))) continue
        expect(readDocument(r, t)).toEqual({ ...y, environments: y.environments ?? [] })
        compared += 1
      }
      expect(compared).toBeGreaterThan(500)
    })
  },
)
