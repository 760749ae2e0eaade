import { worldIn } from '../legacy/world.ts'

// node dump-child.ts DIRECTORY VERSION: dumps two databases, each byte of which says the version.
const [directory = '', version = ''] = process.argv.slice(2)
const world = worldIn(directory)
for (const name of ['app/one', 'app/two'])
  world.platform.databases.set(name, {
    files: new Map(['a.dump', 'b.dump'].map((file) => [file, version.repeat(300_000)])),
  })
process.stdout.write('begun\n')
await world.run()
process.stdout.write('done\n')
