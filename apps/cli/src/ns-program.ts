import { InvalidArgumentError, Option } from 'commander'
import type { Command } from 'commander'
import type { AddCommand } from './volume-program.ts'

const NAMESPACE = 'namespace; that of the context without'

/** The verbs of namespaces of Kubernetes, with the words, the flags and the `BAK_…` variables that backup-ns has. */
export function addNsCommands(program: Command, add: AddCommand): void {
  const ns = program
    .command('ns')
    .description('namespaces of Kubernetes: dump, snapshot, restore, retention, set by BAK_… variables')
    .helpCommand(false)
  add(ns, 'create', 'dump, cut, and label the snapshot', () => import('./commands/ns/create.ts'))
  add(ns, 'env', 'print the settings in force', () => import('./commands/ns/env.ts'))
  add(ns, 'list', 'list snapshots', () => import('./commands/ns/list.ts'))
    .option('-A, --all-namespaces', 'of all namespaces')
    .option('-n, --namespace <namespace>', NAMESPACE)
    .option('--daily', 'with a daily place')
    .option('--weekly', 'with a weekly place')
    .option('--monthly', 'with a monthly place')
    .option('--adhoc', 'of type adhoc')
    .option('--cronjob', 'of type cronjob')
    .addOption(output('print objects'))
  add(ns, 'delete', 'remove a snapshot and its storage', () => import('./commands/ns/delete.ts'))
    .argument('<volumesnapshot>', 'name of a VolumeSnapshot')
    .option('-n, --namespace <namespace>', NAMESPACE)
  add(ns, 'restore', 'make a new claim of a snapshot', () => import('./commands/ns/restore.ts'))
    .argument('<snapshot>', 'name of a VolumeSnapshot')
    .requiredOption('-p, --pvc <name>', 'name of the new claim')
    .option('-n, --namespace <namespace>', NAMESPACE)
    .addOption(output('print the new claim and do not make it'))
    .option('--storage-class <name>', 'class of the new claim; that of the old one without')
    .option('--wait', 'wait until it has its volume')
    .option('--timeout <duration>', 'how long to wait', '30s')
  add(
    ns,
    'rebindVsc',
    'bind a content whose snapshot is gone to a new snapshot',
    () => import('./commands/ns/rebind.ts'),
  ).argument('<vsc-name>', 'name of a VolumeSnapshotContent')
  add(ns, 'retain', 'take places away, mark and remove what no rule keeps', () => import('./commands/ns/retain.ts'))
    .option('-n, --namespace <namespace>', 'only this one; may be given again', collect)
    .option('--dry-run', 'say what would become of each snapshot and why, change nothing')
  databaseCommands(ns.command('postgres').description('dumps of PostgreSQL').helpCommand(false), add)
  databaseCommands(ns.command('mysql').description('dumps of MySQL and MariaDB').helpCommand(false), add)
  const controller = ns.command('controller').description('jobs over all namespaces').helpCommand(false)
  add(
    controller,
    'syncMetadataToVsc',
    'write what snapshots say onto their contents',
    () => import('./commands/ns/controller/sync.ts'),
  )
  add(
    controller,
    'applyRetentionPolicy',
    'give and take places',
    () => import('./commands/ns/controller/apply-retention-policy.ts'),
  ).option('--dry-run', 'print the table, change nothing')
  add(
    controller,
    'deleteAfterMark',
    'mark what has lost its last place',
    () => import('./commands/ns/controller/delete-after-mark.ts'),
  ).option('--dry-run', 'print the table, change nothing')
  add(
    controller,
    'deleteAfterSweep',
    'remove what was marked before today',
    () => import('./commands/ns/controller/delete-after-sweep.ts'),
  ).option('--dry-run', 'print the table, change nothing')
}

function databaseCommands(parent: Command, add: AddCommand): void {
  const of = parent.name() === 'postgres' ? 'postgres' : 'mysql'
  add(parent, 'dump', 'write a dump onto the volume', async () => ({
    execute: (await import('./commands/ns/database/dump.ts')).executeOf(of),
  }))
  add(parent, 'info', 'tell about the dump that is there', async () => ({
    execute: (await import('./commands/ns/database/info.ts')).executeOf(of),
  }))
  add(parent, 'restore', 'load the dump that is there into the database', async () => ({
    execute: (await import('./commands/ns/database/restore.ts')).executeOf(of),
  })).option('-f, --force', 'do not ask')
  add(parent, 'downloadDump', 'copy the dump that is there', async () => ({
    execute: (await import('./commands/ns/database/download-dump.ts')).executeOf(of),
  }))
    .option('-o, --output <file>', 'absolute path; a name of its own in this directory without')
    .addOption(new Option('--retries <n>', 'how often a broken connection is tried again').default(3).argParser(count))
  add(parent, 'shell', 'run the client of the database there', async () => ({
    execute: (await import('./commands/ns/database/shell.ts')).executeOf(of),
  }))
}

function output(description: string): Option {
  return new Option('-o, --output <format>', description).choices(['json', 'yaml'])
}

function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text]
}

function count(text: string): number {
  if (!/^\d{1,3}$/.test(text)) throw new InvalidArgumentError('It must be a whole number of 0 or more.')
  return Number(text)
}
