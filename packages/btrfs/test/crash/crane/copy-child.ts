import { copyTree } from '../../../src/crane/tree.ts'

const [, , from = '', to = ''] = process.argv
await copyTree({ kind: 'local' }, from, to, { signal: new AbortController().signal })
