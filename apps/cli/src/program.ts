import { Argument, Command, InvalidArgumentError, Option } from 'commander'
import type { Execute } from './invocation.ts'
import { addNsCommands } from './ns-program.ts'
import { addRancherCommands } from './rancher-program.ts'
import { addVolumeCommands } from './volume-program.ts'
import type { Terminal } from './terminal.ts'

/** Loads the file of a command. */
export type Load = () => Promise<{ readonly execute: Execute<never> }>
/** Runs a command that was found on the command line. */
export type RunCommand = (load: Load, command: Command) => Promise<void>

const GROUPINGS = ['individual', 'smart', 'project']
const SHELLS = ['bash', 'zsh', 'fish']
const IMPORTED = ['offen', 'nautical', 'stack-back', 'rancher-backup']
const PERIODS = ['last', 'hourly', 'daily', 'weekly', 'monthly', 'yearly']
const STORE_HELP =
  'archive:DIR, restic:ADDRESS, duplicity:URL, btrfs:[HOST:]DIR, csi:[CLASS], crane:NAME, or a configured name'
const TARGETS_HELP =
  'targets: dir:PATH, docker:VOLUME, dump:CONTAINER, btrfs:VOLUME, k8s:NAMESPACE/CLAIM, rancher:STACK/SERVICE'

/** The whole tree of commands, light: what a command does is loaded when it is called. */
export function createProgram(terminal: Terminal, version: string, runCommand: RunCommand): Command {
  const program = new Command('salvage-kit')
    .description('Back up volumes and directories: bring to rest, copy, put back, restore.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print the help of a command')
    .option(
      '--config <file>',
      'configuration file (SALVAGE_CONFIG, ./salvage-kit.yaml, /etc/salvage-kit/salvage-kit.yaml)',
    )
    .option('--state <dir>', 'where journal and catalog stand (SALVAGE_STATE)')
    .option(
      '--password-file <file>',
      'file with the password of a restic repository, or the passphrase of a duplicity store',
    )
    .option('--json', 'print JSON on stdout')
    .option('-q, --quiet', 'say only what went wrong')
    .option('-v, --verbose', 'say more')
    .exitOverride()
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err, outputError: () => undefined })

  const add = (parent: Command, name: string, description: string, load: Load): Command => {
    const command = parent.command(name).description(description)
    return command.action(() => runCommand(load, command))
  }

  selecting(add(program, 'plan', 'show what a run would do; touches nothing', () => import('./commands/plan.ts')))
  selecting(add(program, 'run', 'back up targets', () => import('./commands/run.ts')))
    .option('--plan <file>', 'run this plan, written by plan --json; - is stdin')
    .option('--init', 'make the store when it is not there yet')
  add(program, 'list', 'list restore points', () => import('./commands/list.ts'))
    .argument('[ref...]', `${TARGETS_HELP}; all without`)
    .option('--from <store>', `${STORE_HELP}; without: every store known here`)
  add(
    program,
    'restore',
    'bring a restore point back, by default to a new place',
    () => import('./commands/restore.ts'),
  )
    .argument('<point>', 'id of a restore point, a unique start of one, or a target for its newest')
    .option('--from <store>', STORE_HELP)
    .option(
      '--to <ref>',
      'new directory, volume or claim (dir:PATH, docker:VOLUME, k8s:NAMESPACE/CLAIM), or a database: dump:CONTAINER',
    )
    .option(
      '--in-place',
      'replace the content of the target itself: its writers at rest, or a database by its own tools',
    )
    .option('--yes', 'do not ask')
    .option('--max-hold <duration>', 'longest time that writers may be at rest, such as 30m')
  add(
    program,
    'verify',
    'read a restore point and compare it with what was lifted',
    () => import('./commands/verify.ts'),
  )
    .argument('<point>', 'id of a restore point, a unique start of one, or a target for its newest')
    .option('--from <store>', STORE_HELP)
    .option('--deep', 'of a dump: have the tools of its database read it, too')
  add(program, 'recover', 'take back what a dead run left', () => import('./commands/recover.ts')).option(
    '--forget <run>',
    'try once more, then forget what is stuck of this run: you see to it yourself',
  )
  pruning(add(program, 'prune', 'remove restore points that no rule keeps', () => import('./commands/prune.ts')))
  add(program, 'daemon', 'run tides by their schedule, until it is stopped', () => import('./commands/daemon.ts'))
  add(
    program,
    'status',
    'show tides: when they are due, what runs, how they ended',
    () => import('./commands/status.ts'),
  )
  add(program, 'trigger', 'have the daemon run a tide now', () => import('./commands/trigger.ts'))
    .argument('<tide>', 'name of a tide')
    .option('--detach', 'print the id of the run and do not wait for its end')
  add(program, 'history', 'show past runs', () => import('./commands/history.ts')).addOption(
    new Option('--limit <n>', 'how many, newest first').default(20).argParser(count),
  )
  add(
    program,
    'plugin',
    "serve Docker's volume plugin on BTRFS, until it is stopped",
    () => import('./commands/plugin.ts'),
  )
  addVolumeCommands(program, add)
  addNsCommands(program, add)
  addRancherCommands(program, add)
  const config = program.command('config').description('check or show the configuration').helpCommand(false)
  add(
    config,
    'check',
    'read the configuration and the labels of containers, and say what is wrong',
    () => import('./commands/config-check.ts'),
  ).option('--no-docker', 'leave the labels alone')
  add(config, 'show', 'print the configuration in force', () => import('./commands/config-show.ts'))
  add(config, 'schema', 'print the JSON schema of the configuration file', () => import('./commands/config-schema.ts'))
  const report = program.command('report').description('reports of runs').helpCommand(false)
  add(
    report,
    'test',
    'send a message to a configured report and say whether it was taken',
    () => import('./commands/report-test.ts'),
  ).argument('<name>', 'a name under reports: of the configuration')
  add(program, 'doctor', 'look at this machine: what is there, what is missing', () => import('./commands/doctor.ts'))
  add(
    program,
    'explain',
    'say what a label of a container or an annotation of Kubernetes is for',
    () => import('./commands/explain.ts'),
  ).argument('[label]', 'such as salvage.command.pre; all without')
  add(
    program,
    'import',
    'print the configuration that does what another backup tool does; changes nothing',
    () => import('./commands/import.ts'),
  )
    .addArgument(new Argument('<tool>', 'the tool').choices(IMPORTED))
    .option('--compose <file>', 'read this compose file, not the engine')
    .option('--env-file <file>', 'read these variables, not the engine; may be given again', collect)
    .option('--settings <file>', 'read this file of settings of the tool, such as rancher-backup.yml')
  add(program, 'completion', 'print a completion script', () => import('./commands/completion.ts')).addArgument(
    new Argument('<shell>').choices(SHELLS),
  )
  return program
}

function selecting(command: Command): Command {
  return command
    .argument('[ref...]', TARGETS_HELP)
    .option('--to <store>', STORE_HELP)
    .option('--tide <name>', 'what this tide of labels and configuration says; with targets named, only those')
    .addOption(new Option('--grouping <how>', 'which targets come to rest together').choices(GROUPINGS))
    .option('--max-hold <duration>', 'longest time that workloads may be at rest, such as 30m')
    .addOption(new Option('--max-concurrent <n>', 'lifts of one group at once').argParser(count))
}

function pruning(command: Command): Command {
  command
    .argument('[ref...]', 'targets; all of the store without')
    .option('--from <store>', STORE_HELP)
    .option('--tide <name>', 'store, targets and rules of this tide')
    .option('--dry-run', 'say what would go, remove nothing')
  for (const period of PERIODS)
    command.addOption(new Option(`--keep-${period} <n>`, `keep so many (${period})`).argParser(count))
  return command.option('--keep-within <duration>', 'keep everything younger, such as 30d')
}

function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text]
}

function count(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It must be a whole number of 1 or more.')
  return Number(text)
}
