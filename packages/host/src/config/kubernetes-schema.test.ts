import { expect, test } from 'vitest'
import { parseConfig } from './parse-config.ts'
import { shownConfig } from './shown-config.ts'

const FILE = `
kubernetes: { namespaces: [shop], state: { namespace: backup } }
stores:
  offsite:
    kind: job
    image: crane
    pull: always
    actions: [lift, list]
    deduplicates: true
    namespace: backup
    secrets: { PASS: { secret: restic, key: password } }
    timeout: 1h30m
    startTimeout: 5m
    grace: 10s
  kept: 'csi:'
tides: { t: { targets: ['k8s:shop/data'], snapshots: kept, to: offsite } }
`

test('a store of crane Jobs is shown as the file says it', async () => {
  const { config } = parseConfig(FILE)
  const { yaml } = await shownConfig(config ?? {})
  expect(yaml).toContain('timeout: 1h30m')
  expect(parseConfig(yaml).config).toEqual(config)
})

test('and its variables are masked', async () => {
  const { config } = parseConfig(FILE.replace('image: crane', 'image: crane\n    env: { TOKEN: hunter22 }'))
  const { yaml } = await shownConfig(config ?? {})
  expect(yaml).toContain('TOKEN: "***"')
  expect(yaml).not.toContain('hunter22')
})

test.each([
  ['tides: { t: { snapshots: "archive:/x" } }', '1:26 tides.t.snapshots', /keeps no snapshots/],
  ['tides: { t: { snapshots: "csi:UP" } }', '1:26 tides.t.snapshots', /snapshot class/],
  ['tides: { t: { to: "csi:", snapshots: "csi:a" } }', '1:38 tides.t.snapshots', /both say where/],
  ['kubernetes: { kubeconfig: here }', '1:27 kubernetes.kubeconfig', /absolute path/],
  ['kubernetes: { namespaces: [Shop] }', '1:28 kubernetes.namespaces.0', /name of a namespace/],
  ['kubernetes: { namespace: shop }', '1:15 kubernetes.namespace', /unknown key/],
  ['kubernetes: { state: { name: x } }', '1:22 kubernetes.state.namespace', /namespace is missing/],
  ['kubernetes: { newClaims: { size: big } }', '1:34 kubernetes.newClaims.size', /quantity/],
  ['stores: { s: { kind: job } }', '1:14 stores.s.image', /image is missing/],
])('%s is one clear problem at its place', (text, place, says) => {
  const { problems } = parseConfig(text)
  expect(problems).toHaveLength(1)
  const [problem] = problems
  expect(`${String(problem?.line)}:${String(problem?.column)} ${problem?.path ?? ''}`).toBe(place)
  expect(problem?.message).toMatch(says)
})
