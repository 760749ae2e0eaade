const BLOCK = 512

/** A tar as GNU writes it, of these files. */
export function tarOf(files: Readonly<Record<string, string>>): Buffer {
  const entries = Object.entries(files).flatMap(([path, text]) => [
    ...(path.length > 99 ? entry('././@LongLink', 'L', `${path}\0`) : []),
    ...entry(path.slice(0, 99), '0', text),
  ])
  return Buffer.concat([...entries, Buffer.alloc(2 * BLOCK)])
}

function entry(name: string, type: string, text: string): readonly Buffer[] {
  const content = Buffer.from(text)
  const header = Buffer.alloc(BLOCK)
  header.write(name)
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124)
  header.write('        ', 148)
  header.write(type, 156)
  header.write('ustar  \0', 257)
  const sum = header.reduce((all, byte) => all + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return [header, content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)]
}
