import { expect, test } from 'vitest'
import { commandsOf, readmeBlocks } from './readme-blocks.ts'

test('blocks are found with the comment before them', () => {
  const markdown = 'a\n\n<!-- check: run -->\n\n```sh\nls # all\n```\n\ntext\n\n```ts\nb\n```\n'
  expect(readmeBlocks(markdown)).toEqual([
    { language: 'sh', text: 'ls # all\n', comment: 'check: run' },
    { language: 'ts', text: 'b\n', comment: '' },
  ])
})

test('commands are lines without their comments', () => {
  expect(commandsOf('ls   # all\n\n./x y\n')).toEqual(['ls', './x y'])
})
