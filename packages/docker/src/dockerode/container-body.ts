import type { ContainerSpec, MountSpec } from '../container.ts'

/** The body of `POST /containers/create`. Members that are absent in the spec are left out: the image's own hold. */
export function containerBody(spec: ContainerSpec): object {
  return {
    Image: spec.image,
    Hostname: spec.hostname,
    Entrypoint: spec.entrypoint,
    Cmd: spec.command,
    User: spec.user,
    WorkingDir: spec.workingDir,
    Env: spec.env,
    Labels: spec.labels,
    StopTimeout: spec.stopTimeoutSeconds,
    HostConfig: {
      AutoRemove: spec.autoRemove,
      Privileged: spec.privileged,
      NetworkMode: spec.networkMode,
      SecurityOpt: spec.securityOpt,
      LogConfig: logBody(spec.keptOutput),
      Mounts: spec.mounts.map(mountBody),
    },
  }
}

/** Not the engine's own driver: it may keep everything for ever, or send it where nobody can read it back. */
function logBody(kept: ContainerSpec['keptOutput']): object | undefined {
  if (kept === undefined) return undefined
  return { Type: 'json-file', Config: { 'max-size': String(kept.fileBytes), 'max-file': String(kept.files) } }
}

function mountBody(mount: MountSpec): object {
  switch (mount.type) {
    case 'volume':
      return {
        Type: 'volume',
        Source: mount.name,
        Target: mount.target,
        ReadOnly: mount.readOnly,
        VolumeOptions: { NoCopy: mount.noCopy, Labels: mount.labels },
      }
    case 'bind':
      return { Type: 'bind', Source: mount.source, Target: mount.target, ReadOnly: mount.readOnly }
  }
}
