const LONGEST = 8 * 1024 * 1024

/** The lines of a stream of UTF-8, without their ends. A line that is longer than 8 MiB is cut into several. */
export async function* linesOf(chunks: AsyncIterable<Buffer | string>): AsyncIterable<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of chunks) {
    const text = typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })
    const parts = text.split('\n')
    const last = parts.pop() ?? ''
    for (const part of parts) {
      yield rest + part
      rest = ''
    }
    rest += last
    if (rest.length > LONGEST) {
      yield rest
      rest = ''
    }
  }
  rest += decoder.decode()
  if (rest !== '') yield rest
}
