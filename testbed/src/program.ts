import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Where a program is: in `PATH`, or where only root looks; undefined when it is nowhere. */
export function pathOf(program: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin']
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path))
}
