import { buildKubernetes } from './go-tools.ts'

await buildKubernetes((text) => process.stderr.write(`${text}\n`))
