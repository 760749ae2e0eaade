import type { ForeignContainer } from '../foreign.ts'
import { within } from '../foreign.ts'
import type { ImportedStore } from '../imported.ts'
import { withoutPassword } from '../secret.ts'

type Env = Readonly<Record<string, string>>

const PASSWORD_FILE = '/etc/salvage-kit/restic-password'
const PASSWORD_NOTE = `Put a password for the repository into ${PASSWORD_FILE}, readable by salvage-kit alone`

/** The places that one configuration of docker-volume-backup copies to, with what it says of each. */
export function offenStores(env: Env, container: ForeignContainer): readonly ImportedStore[] {
  return [...local(env, container), ...s3(env), ...ssh(env), ...azure(env), ...byRclone(env)]
}

function local(env: Env, container: ForeignContainer): readonly ImportedStore[] {
  const path = env['BACKUP_ARCHIVE'] ?? '/archive'
  const mount = container.mounts.find(({ destination }) => within(path, destination))
  if (mount === undefined) return []
  const notes =
    mount.volume === undefined ? [] : [`It stands in the volume ${mount.volume}: a directory is easier kept`]
  const source = mount.source ?? `/var/lib/docker/volumes/${mount.volume ?? ''}/_data`
  const directory = `${source}${path.slice(mount.destination.length)}/salvage-kit`
  if (!isEncrypted(env)) return [{ name: 'local', entry: `archive:${directory}`, notes }]
  return [
    {
      name: 'local',
      entry: { kind: 'restic', address: directory, passwordFile: PASSWORD_FILE },
      notes: [
        'The archives were encrypted with a passphrase or keys; a restic repository is too',
        PASSWORD_NOTE,
        ...notes,
      ],
    },
  ]
}

function isEncrypted(env: Env): boolean {
  const names = ['GPG_PASSPHRASE', 'GPG_PUBLIC_KEY_RING', 'AGE_PASSPHRASE', 'AGE_PUBLIC_KEYS']
  return names.some((name) => (env[name] ?? env[`${name}_FILE`] ?? '') !== '')
}

function s3(env: Env): readonly ImportedStore[] {
  const bucket = env['AWS_S3_BUCKET_NAME'] ?? ''
  if (bucket === '') return []
  const server = `${env['AWS_ENDPOINT_PROTO'] ?? 'https'}://${env['AWS_ENDPOINT'] ?? 's3.amazonaws.com'}`
  return [
    restic('s3', `s3:${server}/${joined(bucket, env['AWS_S3_PATH'])}`, [
      'Put AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY into the environment of salvage-kit: restic reads them there',
    ]),
  ]
}

function ssh(env: Env): readonly ImportedStore[] {
  const host = env['SSH_HOST_NAME'] ?? ''
  if (host === '') return []
  const user = env['SSH_USER'] === undefined ? '' : `${env['SSH_USER']}@`
  const path = joined('', env['SSH_REMOTE_PATH'])
  return [
    restic('ssh', `sftp://${user}${host}:${env['SSH_PORT'] ?? '22'}/${path}`, [
      'ssh must get in without a question: put the key into the home of the user who runs salvage-kit',
    ]),
  ]
}

function azure(env: Env): readonly ImportedStore[] {
  const container = env['AZURE_STORAGE_CONTAINER_NAME'] ?? ''
  if (container === '') return []
  return [
    restic('azure', `azure:${container}:/${joined('', env['AZURE_STORAGE_PATH']).replace(/^\//, '')}`, [
      'Put AZURE_ACCOUNT_NAME and AZURE_ACCOUNT_KEY into the environment of salvage-kit: restic reads them there',
    ]),
  ]
}

/** What restic reaches through rclone alone. */
function byRclone(env: Env): readonly ImportedStore[] {
  const kinds = [
    ['webdav', 'WEBDAV_URL', 'WEBDAV_PATH'],
    ['dropbox', 'DROPBOX_REMOTE_PATH', 'DROPBOX_REMOTE_PATH'],
    ['drive', 'GOOGLE_DRIVE_FOLDER_ID', ''],
  ] as const
  return kinds.flatMap(([kind, sign, path]) =>
    (env[sign] ?? '') === ''
      ? []
      : [
          restic(kind, `rclone:${kind}:${joined('', env[path]).replace(/^\//, '')}`, [
            `Make a remote called ${kind} with rclone config: restic goes through rclone there`,
          ]),
        ],
  )
}

function restic(name: string, address: string, notes: readonly string[]): ImportedStore {
  const entry = { kind: 'restic', address: withoutPassword(address).address, passwordFile: PASSWORD_FILE } as const
  return { name, entry, notes: [PASSWORD_NOTE, ...notes] }
}

/** A place of its own beside the old backups. */
function joined(start: string, path: string | undefined): string {
  const inner = (path ?? '').replaceAll(/^\/+|\/+$/g, '')
  return [start, inner, 'salvage-kit'].filter((part, index) => part !== '' || index === 0).join('/')
}
