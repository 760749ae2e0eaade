import { commandQuiescer } from '../../src/hook/command-quiescer.ts'

/** Quiesces by the token that it is given, in a process that a test can kill. */
await commandQuiescer().quiesce(JSON.parse(process.argv[2] ?? ''), { signal: new AbortController().signal })
