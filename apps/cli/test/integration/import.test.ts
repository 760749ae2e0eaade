import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { docker, engineAddress, part, temporaryDirectory } from '@salvage-kit/testbed'
import type { TemporaryDirectory } from '@salvage-kit/testbed'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { salvageKit } from '../salvage-kit.ts'

const LABEL = 'salvage-test-import'
const IMAGE = 'salvage-test/busybox'
const TOOLS = {
  offen: 'salvage-test-import/offen/docker-volume-backup:v2',
  nautical: 'salvage-test-import/minituff/nautical-backup:2',
  'stack-back': 'salvage-test-import/lawndoc/stack-back:1',
}

async function cli(...args: string[]): Promise<string> {
  return docker(engineAddress(), args)
}

/** Without the times that go on by themselves. */
async function states(): Promise<string> {
  const format = '--format={{.ID}} {{.State}} {{.CreatedAt}} {{.Names}}'
  return cli('ps', '--all', '--no-trunc', `--filter=label=${LABEL}`, format)
}

async function create(image: string, name: string, ...args: string[]): Promise<void> {
  await cli('create', `--name=${LABEL}-${name}`, `--label=${LABEL}`, '--network=none', ...args, image)
}

describe.skipIf(!part('docker').available)('containers of other tools on a real engine', () => {
  let folder: TemporaryDirectory
  beforeAll(async () => {
    for (const image of Object.values(TOOLS)) await cli('tag', IMAGE, image)
  })
  afterAll(async () => {
    await cli('rmi', ...Object.values(TOOLS))
  })
  beforeEach(() => {
    folder = temporaryDirectory()
  })
  afterEach(async () => {
    const names = (await cli('ps', '--all', '--quiet', `--filter=label=${LABEL}`)).trim()
    if (names !== '') await cli('rm', '--force', '--volumes', ...names.split('\n'))
    const volumes = (await cli('volume', 'ls', '--quiet', `--filter=name=${LABEL}-`)).trim()
    if (volumes !== '') await cli('volume', 'rm', ...volumes.split('\n'))
    folder[Symbol.dispose]()
  })

  /** Prints what is imported, lets `config check` judge it, and holds that no container was touched. */
  async function imported(tool: keyof typeof TOOLS): Promise<string> {
    const sk = salvageKit(folder.path, { DOCKER_HOST: engineAddress() })
    const before = await states()
    const { code, out, err } = await sk('import', tool).ended
    expect([code, err]).toEqual([0, ''])
    expect(await states()).toBe(before)
    writeFileSync(join(folder.path, 'salvage-kit.yaml'), out)
    expect(await sk('config', 'check', '--no-docker').ended).toMatchObject({ code: 0, err: '' })
    expect(out).not.toContain('hunter22')
    return out
  }

  test('docker-volume-backup, with schedules in files', async () => {
    const conf = join(folder.path, 'daily.env')
    writeFileSync(conf, 'BACKUP_CRON_EXPRESSION=0 3 * * *\nBACKUP_RETENTION_DAYS=7\nAWS_SECRET_ACCESS_KEY=hunter22\n')
    await create(
      TOOLS.offen,
      'backup',
      `--volume=${LABEL}-data:/backup/data:ro`,
      `--volume=${folder.path}:/etc/dockervolumebackup/conf.d:ro`,
      '--volume=/mnt/nas:/archive',
      '--env=GPG_PASSPHRASE=hunter22',
    )
    await create(
      IMAGE,
      'web',
      `--volume=${LABEL}-data:/data`,
      '--label=docker-volume-backup.stop-during-backup=true',
      '--label=docker-volume-backup.archive-pre=web freeze',
    )
    const yaml = await imported('offen')
    expect(yaml).toContain(`backup:
    cron: 0 3 * * *
    targets:
      - docker:${LABEL}-data
    grouping: smart
    to: local
    keep:
      within: 7d`)
    expect(yaml).toContain(`# ${LABEL}-web: its commands run before it is stopped and after it is up
#   salvage.command.pre: web freeze
#   salvage.action: stop`)
  })

  test('nautical-backup', async () => {
    await create(
      TOOLS.nautical,
      'nautical',
      '--volume=/srv/docker:/app/source',
      '--volume=/mnt/nas:/app/destination',
      '--env=HTTP_REST_API_PASSWORD=hunter22',
      '--env=REQUIRE_LABEL=true',
    )
    const args = ['--volume=/srv/docker/photos:/data', '--label=nautical-backup.override-source-dir=photos']
    await cli(
      'run',
      '--detach',
      `--name=${LABEL}-photos`,
      `--label=${LABEL}`,
      '--label=nautical-backup.enable=true',
      '--network=none',
      ...args,
      IMAGE,
    )
    const yaml = await imported('nautical')
    expect(yaml).toMatch(/nautical:\n {4}cron: 0 4 \* \* \*\n.*- dir:\/srv\/docker\/photos\n.*to: destination/s)
    expect(yaml).toContain('destination: archive:/mnt/nas/salvage-kit')
  })

  test('stack-back', async () => {
    const project = `--label=com.docker.compose.project=${LABEL}`
    await create(
      TOOLS['stack-back'],
      'backup',
      project,
      '--volume=/srv/repository:/restic_data',
      '--env=RESTIC_REPOSITORY=/restic_data',
      '--env=RESTIC_PASSWORD=hunter22',
    )
    await cli(
      'run',
      '--detach',
      `--name=${LABEL}-wiki`,
      `--label=${LABEL}`,
      project,
      '--label=stack-back.volumes=true',
      '--network=none',
      `--volume=${LABEL}-wiki:/wiki`,
      IMAGE,
    )
    const yaml = await imported('stack-back')
    expect(yaml).toContain('address: /srv/repository\n    passwordFile: /etc/salvage-kit/restic-password')
    expect(yaml).toMatch(new RegExp(`targets:\\n {6}- docker:${LABEL}-wiki\\n {4}grouping: project`))
    expect(yaml).toMatch(new RegExp(`# ${LABEL}-wiki: it was not stopped.*\\n# {3}salvage.action: ignore`))
  })
})

test('what cannot be imported is one clear error', async () => {
  using folder = temporaryDirectory()
  const sk = salvageKit(folder.path, { DOCKER_HOST: `unix://${folder.path}/none.sock` })
  expect(await sk('import', 'duplicati').ended).toMatchObject({ code: 2, err: expect.stringContaining('offen') })
  expect(await sk('import', 'offen').ended).toMatchObject({ code: 5, err: expect.stringContaining('--compose FILE') })
  expect(await sk('import', 'offen', '--compose', 'x').ended).toMatchObject({ code: 2 })
  writeFileSync(join(folder.path, 'a.env'), 'BACKUP_RETENTION_DAYS=3\nGPG_PASSPHRASE=hunter22\n')
  const { code, out } = await sk('import', 'offen', '--env-file', 'a.env', '--json').ended
  expect([code, JSON.parse(out)]).toMatchObject([0, { tool: 'offen', yaml: expect.stringContaining('within: 3d') }])
})
