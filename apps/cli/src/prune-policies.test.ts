import { expect, test } from 'vitest'
import { prunePolicies } from './prune-policies.ts'

const settings = { url: 'file:///chains', encryption: 'none', removeAllButNFull: 1 }
const chains = { ref: 'duplicity:file:///chains', crane: 'duplicity', settings } as const
const other = { ref: 'csi:default', crane: 'csi', settings: {} } as const
const noRules = (): Error => new Error('no rules')

test('one store without rules is said before any is pruned', async () => {
  await expect(prunePolicies([chains, other], undefined, noRules)).rejects.toThrow('no rules')
  expect((await prunePolicies([chains], undefined, noRules)).map(({ store }) => store.ref)).toEqual([chains.ref])
  expect(await prunePolicies([chains, other], { last: 1 }, noRules)).toHaveLength(2)
})
