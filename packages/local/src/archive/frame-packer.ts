import { constants, createZstdCompress } from 'node:zlib'

/** Compresses one piece after the other, each into a frame of its own that zstd reads by itself. */
export interface FramePacker {
  /** The frame, in pieces. Frames come out in the order of the calls; the bytes must not change before. */
  pack(bytes: Buffer): Promise<readonly Buffer[]>
  close(): void
}

/**
 * A packer that keeps its working memory from frame to frame: a new compressor for each frame would have the garbage
 * collector run for every few dozen of them. Its work is done on another thread.
 */
export function framePacker(): FramePacker {
  const zstd = createZstdCompress({
    // Ends a frame with each write.
    flush: constants.ZSTD_e_end,
    chunkSize: 1 << 20,
    params: { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_checksumFlag]: 1 },
  })
  let pieces: Buffer[] = []
  zstd.on('data', (piece: Buffer) => pieces.push(piece))
  // The failure of a write comes out of `pack`.
  zstd.on('error', () => undefined)
  return {
    pack: (bytes) =>
      new Promise((resolve, reject) => {
        zstd.write(bytes, (error) => {
          if (error) {
            reject(error)
            return
          }
          // What the stream still holds comes as `data` too.
          while (zstd.read() !== null);
          resolve(pieces)
          pieces = []
        })
      }),
    close() {
      zstd.destroy()
    },
  }
}
