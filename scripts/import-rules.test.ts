import { expect, test } from 'vitest'
import { importProblems } from './import-rules.ts'

const at = (path: string, text: string): readonly string[] => importProblems({ path, text })

test('a backend may import core and not another backend', () => {
  expect(at('packages/docker/src/docker.ts', "import { SalvageError } from '@salvage-kit/core'")).toEqual([])
  expect(at('packages/docker/src/docker.ts', "import { local } from '@salvage-kit/local'")).toHaveLength(1)
  expect(at('packages/docker/src/docker.ts', "import { local } from '../../local/src/local.ts'")).toHaveLength(1)
})

test('core imports no platform', () => {
  expect(at('packages/core/src/run/run.ts', "import Docker from 'dockerode'")).toHaveLength(1)
  expect(at('packages/core/src/run/run.ts', "import { docker } from '@salvage-kit/docker'")).toHaveLength(1)
  expect(at('packages/core/src/target/schema.ts', "import { z } from 'zod'")).toEqual([])
})

test('inside core imports go down only', () => {
  expect(at('packages/core/src/run/run.ts', "import { makePlan } from '../plan/make-plan.ts'")).toEqual([])
  expect(at('packages/core/src/target/target.ts', "import type { Plan } from '../plan/plan.ts'")).toHaveLength(1)
})

test('plan and retention take only types from where there are effects, and never wait', () => {
  expect(at('packages/core/src/plan/plan.ts', "import type {\n  LiftRef,\n} from '../crane/crane.ts'")).toEqual([])
  expect(at('packages/core/src/plan/plan.ts', "import { liftRef } from '../crane/crane.ts'")).toHaveLength(1)
  expect(at('packages/core/src/plan/plan.ts', "import { readFile } from 'node:fs/promises'")).toHaveLength(1)
  expect(at('packages/core/src/retention/keep.ts', 'const a = await b()')).toHaveLength(1)
  expect(at('packages/core/src/retention/keep.ts', '// those that await a verdict')).toEqual([])
})

test('names say something, and exports are named', () => {
  expect(at('packages/local/src/utils/file.ts', '')).toHaveLength(1)
  expect(at('packages/local/src/types.ts', '')).toHaveLength(1)
  expect(at('packages/local/src/index.ts', "export * from './local.ts'")).toHaveLength(2 - 1)
})
