import type { SshEnd } from '../far/far-end.ts'
import { shellLine } from '../far/quote.ts'
import { sshProgram } from '../far/ssh-command.ts'
import type { Command } from '../far/ssh-command.ts'

/**
 * In the volume, while it is synchronised: files that are not whole yet. On the same subvolume, so that each gets its name
 * by a rename; and where a later sync finds what a killed one left.
 */
export const UNFINISHED = '.salvage-kit-sync'

/** Neither side said anything for so long, in seconds: rsync gives up. */
const SILENCE_S = 300

/**
 * Copies what is newer at the far end into the working directory, with hard links, holes, ACLs, extended attributes and
 * the numbers of owners, which containers go by. Removes nothing: several machines may be sources.
 */
export function rsyncCommand(far: SshEnd, volumePath: string): Command {
  const ssh = sshProgram(far)
  return {
    file: 'rsync',
    args: [
      '-aHAXS',
      '--update',
      '--numeric-ids',
      `--temp-dir=${UNFINISHED}`,
      `--exclude=/${UNFINISHED}/`,
      `--timeout=${String(SILENCE_S)}`,
      // The path goes to the far end as it is, not through its shell.
      '-s',
      ...(far.sudo === true ? ['--rsync-path=sudo -n rsync'] : []),
      '-e',
      shellLine([ssh.file, ...ssh.args]),
      '--',
      `${far.host}:${volumePath}/`,
      './',
    ],
  }
}
