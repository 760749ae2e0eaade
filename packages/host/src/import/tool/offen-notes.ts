/** What the variables of docker-volume-backup say that salvage-kit does otherwise or not at all. No value that is secret. */
export function offenNotes(env: Readonly<Record<string, string>>): readonly string[] {
  const isSet = (name: string): boolean => (env[name] ?? env[`${name}_FILE`] ?? '') !== ''
  const notes: readonly (readonly [boolean, string])[] = [
    [
      isSet('BACKUP_FILENAME') || isSet('BACKUP_LATEST_SYMLINK'),
      'names of archives are not configured: list and restore find them by their target and time',
    ],
    [isSet('BACKUP_EXCLUDE_REGEXP'), 'BACKUP_EXCLUDE_REGEXP has no equal: a target is copied whole'],
    [
      isSet('BACKUP_FROM_SNAPSHOT'),
      'BACKUP_FROM_SNAPSHOT is not needed: what writes to a target is brought to rest instead',
    ],
    [
      isSet('BACKUP_COMPRESSION') && env['BACKUP_COMPRESSION'] !== 'zst',
      'archives are compressed with zstd, whatever BACKUP_COMPRESSION said',
    ],
    [
      isSet('GPG_PUBLIC_KEY_RING') || isSet('AGE_PUBLIC_KEYS'),
      'there is no encryption to a public key: a restic repository has one password',
    ],
    [
      isSet('AWS_ENDPOINT_INSECURE') || isSet('WEBDAV_URL_INSECURE'),
      'certificates are always verified: name a CA with RESTIC_CACERT',
    ],
    [isSet('AWS_STORAGE_CLASS'), 'AWS_STORAGE_CLASS has no equal: restic reads its own data again'],
    [isSet('SSH_PASSWORD'), 'SSH_PASSWORD has no equal: use a key'],
    [
      isSet('BACKUP_STOP_SERVICE_TIMEOUT'),
      'BACKUP_STOP_SERVICE_TIMEOUT: see maxHold, the longest time that anything may be at rest',
    ],
  ]
  return notes.flatMap(([holds, note]) => (holds ? [note] : []))
}
