import { setFlagsFromString } from 'node:v8'

/** Commands that move data: the only ones whose young objects are worth room. */
const MOVING = ['run', 'restore', 'verify', 'backup']

/** See main.ts. What the command needs is loaded: where it moves data the space grows from now on, as far as that needs it. */
export function letYoungSpaceGrow(): void {
  if (process.argv.slice(2).some((arg) => MOVING.includes(arg))) setFlagsFromString('--semi-space-growth-factor=2')
}
