/**
 * Gives the memory of bytes back at once that nobody will look at again. Large buffers lie outside of the heap that the
 * garbage collector watches; a stream of gigabytes would let some fifty megabytes of them pile up. Small ones may share
 * their memory with others and are left alone.
 */
export function letGo(bytes: Buffer): void {
  const { buffer } = bytes
  if (buffer instanceof ArrayBuffer && buffer.byteLength > Buffer.poolSize) buffer.transfer(0)
}
