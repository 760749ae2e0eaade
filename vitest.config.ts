import { defineConfig } from 'vitest/config'

const HOUSES = '{packages/*,apps/*,cranes,testbed}'
const ON_BTRFS = 'packages/host/test/crash/btrfs/**/*.test.ts'
const ON_MACHINE = 'packages/{core,dump,local}/test/{integration,crash}/**/*.test.ts'
const ON_CLUSTER = [
  'packages/k8s/test/{exec,integration,crash}/**/*.test.ts',
  '{apps/*,packages/host}/test/{integration,crash}/kubernetes/**/*.test.ts',
  'testbed/test/integration/kubernetes-*.test.ts',
]
/** What comes soon may take long where several suites share two processors. */
const PATIENT = { poll: { timeout: 30_000 } }
/** Real parts that the suites of the shared engine leave to others. */
const ELSEWHERE = ['packages/btrfs/**', ON_BTRFS, ON_MACHINE, ...ON_CLUSTER]

// oxlint-disable-next-line import/no-default-export -- vitest reads the default export
export default defineConfig({
  test: {
    projects: [
      {
        // Anywhere, and all at once: no part is needed.
        test: {
          name: 'unit',
          expect: PATIENT,
          include: [`${HOUSES}/src/**/*.test.ts`, `${HOUSES}/test/**/*.test.ts`, 'scripts/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/test/{integration,images,crash}/**', 'packages/k8s/test/exec/**'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        // Real parts. The files share one engine, so they take turns.
        test: {
          name: 'integration',
          expect: PATIENT,
          include: [`${HOUSES}/test/integration/**/*.test.ts`],
          exclude: ['**/node_modules/**', ...ELSEWHERE],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // Crane images driven by hand. They meet nobody else on the engine, so `./test` runs them beside the others.
        test: {
          name: 'images',
          expect: PATIENT,
          include: ['cranes/test/images/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // File systems, sshds and engines of their own: the same.
        test: {
          name: 'btrfs',
          expect: PATIENT,
          include: ['packages/btrfs/test/{integration,crash}/**/*.test.ts', ON_BTRFS],
          testTimeout: 300_000,
          hookTimeout: 180_000,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
      {
        // Programs, files, processes of this machine, containers that nobody else looks at: the same.
        test: {
          name: 'machine',
          expect: PATIENT,
          include: [ON_MACHINE],
          testTimeout: 600_000,
          hookTimeout: 180_000,
          fileParallelism: false,
          sequence: { groupOrder: 3 },
        },
      },
      {
        // A cluster of their own, or shells in place of one: the same.
        test: {
          name: 'k8s',
          expect: PATIENT,
          include: ON_CLUSTER,
          testTimeout: 600_000,
          hookTimeout: 300_000,
          fileParallelism: false,
          sequence: { groupOrder: 4 },
        },
      },
      {
        // Child processes killed at each step, then recovery.
        test: {
          name: 'crash',
          expect: PATIENT,
          include: [`${HOUSES}/test/crash/**/*.test.ts`],
          exclude: ['**/node_modules/**', ...ELSEWHERE],
          testTimeout: 600_000,
          hookTimeout: 180_000,
          fileParallelism: false,
          sequence: { groupOrder: 5 },
        },
      },
    ],
  },
})
