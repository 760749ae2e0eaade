import { expect, test } from 'vitest'
import { stateDirectory } from './state-directory.ts'

const none = { environment: { HOME: '/home/me' }, directory: '/here', isRoot: false }

test.each([
  [
    '--state first',
    { ...none, option: 'state', configured: '/c', environment: { SALVAGE_STATE: '/e' } },
    '/here/state',
  ],
  ['then SALVAGE_STATE', { ...none, configured: '/c', environment: { SALVAGE_STATE: '/e' } }, '/e'],
  ['then the configuration', { ...none, configured: '/c' }, '/c'],
  ['an empty variable says nothing', { ...none, configured: '/c', environment: { SALVAGE_STATE: '' } }, '/c'],
  ['root', { ...none, isRoot: true }, '/var/lib/salvage-kit'],
  ['XDG', { ...none, environment: { HOME: '/home/me', XDG_STATE_HOME: '/xdg' } }, '/xdg/salvage-kit'],
  [
    'a relative XDG says nothing',
    { ...none, environment: { HOME: '/h', XDG_STATE_HOME: 'x' } },
    '/h/.local/state/salvage-kit',
  ],
  ['home', none, '/home/me/.local/state/salvage-kit'],
])('%s', (_name, search, directory) => expect(stateDirectory(search)).toBe(directory))
