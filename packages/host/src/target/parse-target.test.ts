import { expect, test } from 'vitest'
import { parseTarget } from './parse-target.ts'

test.each([
  ['dir:/srv/app', 'dir:/srv/app'],
  ['dir:/srv/app/', 'dir:/srv/app'],
  ['dir:app', 'dir:/home/me/app'],
  ['dir:.', 'dir:/home/me'],
  ['dir:../you', 'dir:/home/you'],
  ['dir:/with:colon', 'dir:/with:colon'],
  ['docker:pg_data-1.x', 'docker:pg_data-1.x'],
  ['btrfs:_pg.data-1', 'btrfs:_pg.data-1'],
  ['k8s:shop/pg.data-0', 'k8s:shop/pg.data-0'],
  ['rancher:app', 'rancher:app'],
  ['rancher:app/db', 'rancher:app/db'],
  ['rancher:My Env:app/web/db', 'rancher:My Env:app/web/db'],
  ['rancher:*', 'rancher:*'],
  ['rancher:prod:*', 'rancher:prod:*'],
  ['rancher:app/*', 'rancher:app/*'],
  ['rancher:*/*', 'rancher:*/*'],
  ['rancher-db:cattle', 'rancher-db:cattle'],
  ['rancher-db:*', 'rancher-db:*'],
  ['dump:shop/db', 'dump:shop/db'],
  ['dump:*', 'dump:*'],
])('%s is %s', (text, target) => expect(parseTarget(text, '/home/me')).toBe(target))

test.each([
  ['', 'REFERENCE.INVALID', /SCHEME:VALUE/],
  ['/srv/app', 'REFERENCE.INVALID', /dir:\/srv\/app/],
  ['pgdata', 'REFERENCE.INVALID', /docker:pgdata/],
  ['dir:', 'REFERENCE.INVALID', /dir:/],
  ['dir:a\nb', 'REFERENCE.INVALID', /control character|rename/],
  ['dir:/srv/../etc', 'REFERENCE.RELATIVE', /\.\./],
  ['docker:/srv/app', 'TARGET.NAME', /dir:\/srv\/app/],
  ['docker:../../etc', 'TARGET.NAME', /volume ls/],
  ['docker:-x', 'TARGET.NAME', /volume ls/],
  ['btrfs:/srv/app', 'TARGET.NAME', /dir:\/srv\/app/],
  ['btrfs:a..b', 'TARGET.NAME', /volume list/],
  ['btrfs:.data', 'TARGET.NAME', /volume list/],
  ['k8s:data', 'TARGET.NAME', /k8s:NAMESPACE\/CLAIM/],
  ['k8s:Shop/data', 'TARGET.NAME', /lower case/],
  ['k8s:shop/data/x', 'TARGET.NAME', /kubectl get pvc/],
  [`k8s:${'s'.repeat(64)}/data`, 'TARGET.NAME', /at most 63/],
  [`k8s:shop/${'d'.repeat(254)}`, 'TARGET.NAME', /and 253/],
  ['csi:fast', 'TARGET.SCHEME', /--to/],
  ['rancher:a/b/c/d', 'TARGET.NAME', /STACK\/SERVICE/],
  ['rancher:a//b', 'TARGET.NAME', /STACK\/SERVICE/],
  ['rancher:a:b:c', 'TARGET.NAME', /STACK\/SERVICE/],
  ['rancher:a*', 'TARGET.NAME', /rancher:\*/],
  ['rancher:*:a', 'TARGET.NAME', /rancher:\*/],
  ['dump:shop/*', 'TARGET.NAME', /salvage\.dump\.tide/],
  ['rancher-db:a/b', 'TARGET.NAME', /rancher-db:cattle/],
  ['archive:/backups', 'TARGET.SCHEME', /--to/],
  ['dokcer:pgdata', 'TARGET.SCHEME', /did you mean docker:/],
  ['ftp:x', 'TARGET.SCHEME', /dir:PATH/],
])('%j is one clear error', (text, code, says) => {
  let thrown: unknown
  try {
    parseTarget(text, '/home/me')
  } catch (error) {
    thrown = error
  }
  expect(thrown).toMatchObject({ code })
  expect(JSON.stringify([thrown, thrown instanceof Error && thrown.message])).toMatch(says)
})
