/* One verb on archives in a process of its own: `node crane-task-child.ts HOST CASE`, the case as JSON. */
import { containerCrane, craneStore } from '../../src/crane/container-crane.ts'
import { dockerodeEngine } from '../../src/dockerode-engine.ts'
import { TaskCase } from './crane-case.ts'
import { dyingAt } from './dying-at.ts'

const [host = '', text = ''] = process.argv.slice(2)
const { verb, point, destination, cranes, kill, ref } = TaskCase.parse(JSON.parse(text))
const engine = dyingAt(dockerodeEngine({ host }), kill)
const crane = containerCrane(async () => engine, { cranes })
const store = craneStore('c')
const options = { signal: new AbortController().signal }
const archives = crane.archives
if (archives === undefined) throw new Error('the crane has archives')
switch (verb) {
  case 'lower':
    await archives.lower(point, store, destination, options)
    break
  case 'check':
    await archives.check?.(point, store, options)
    break
  case 'list':
    await Array.fromAsync(archives.list(store, options))
    break
  case 'remove':
    await archives.remove([point], store, options)
    break
  case 'withdraw':
    await archives.withdraw(ref, options)
    break
}
