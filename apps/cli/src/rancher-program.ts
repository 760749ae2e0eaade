import { Option } from 'commander'
import type { Command } from 'commander'
import type { AddCommand } from './volume-program.ts'

/** What rancher-backup did, by its own settings. */
export function addRancherCommands(program: Command, add: AddCommand): void {
  const rancher = program
    .command('rancher')
    .description('Rancher 1.6 by the settings of rancher-backup: BACKUP_… and CATTLE_… variables, or its file')
    .helpCommand(false)
  settings(add(rancher, 'backup', 'dump everything, and copy it offsite', () => import('./commands/rancher/backup.ts')))
  settings(
    add(rancher, 'check', 'check settings, templates and the API', () => import('./commands/rancher/check.ts')),
  ).option('--checkParameters', 'the same')
  settings(
    add(rancher, 'list', 'show what would be dumped, and what not and why', () => import('./commands/rancher/list.ts')),
  )
  settings(
    add(
      rancher,
      'daemon',
      'dump and copy by its schedule, until it is stopped',
      () => import('./commands/rancher/daemon.ts'),
    ),
  )
}

function settings(command: Command): Command {
  return command
    .option('--config-file <file>', 'its settings; variables go before; default: /opt/backup/config/rancher-backup.yml')
    .option('--config-dir <dir>', 'of its folders index and templates; default: /opt/backup/config')
    .addOption(
      new Option('--pull <when>', 'images of dumps; default: always with templates, else missing').choices([
        'always',
        'missing',
        'never',
      ]),
    )
}
