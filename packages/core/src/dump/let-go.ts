/**
 * Gives memory back at once when nobody will look at it again: call it with pieces of one buffer in their order, after
 * each was used, and the buffer goes with the piece that ends it. Large buffers lie outside of the heap, and the garbage
 * collector would run whenever some ten megabytes of them have piled up.
 */
export function letGo(piece: Uint8Array): void {
  const { buffer, byteOffset, length } = piece
  if (!(buffer instanceof ArrayBuffer) || byteOffset + length !== buffer.byteLength) return
  // Small buffers share a pool; none of them takes all of it.
  if (byteOffset === 0 || buffer.byteLength > Buffer.poolSize) buffer.transfer(0)
}
