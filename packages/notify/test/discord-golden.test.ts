import { expect, test } from 'vitest'
import { discordBody } from '../src/kind/discord-body.ts'
import type { News } from '../src/news.ts'
import { ended, finding, refused, runReport, targetReport, volume } from './samples.ts'

/** What the original posts, but for the embed itself. */
const COMMON = {
  username: 'Salvage Daemon (host1)',
  avatar_url: 'https://raw.githubusercontent.com/chrisliebaer/salvage/master/logo.png',
}
const FOOTER = { footer: { text: 'host1' } }
const embedOf = (news: News): unknown => {
  const { embeds, ...common } = discordBody(news)
  expect(common).toEqual(COMMON)
  expect(embeds).toHaveLength(1)
  return embeds[0]
}

test('a volume that was backed up has no description', () => {
  expect(embedOf(volume('data'))).toEqual({
    title: 'Volume `data` backed up!',
    color: 1561887,
    fields: [
      { name: 'Duration', value: '1m 1s', inline: true },
      { name: 'Crane', value: 'borg', inline: true },
    ],
    ...FOOTER,
  })
})

test('a volume that failed', () => {
  expect(embedOf(volume('data', finding('exit code 1')))).toEqual({
    title: 'Volume `data` failed!',
    description: '```\nexit code 1\n```',
    color: 13965079,
    fields: [
      { name: 'Duration', value: '1m 1s', inline: true },
      { name: 'Crane', value: 'borg', inline: true },
    ],
    ...FOOTER,
  })
})

test('a tide that completed', () => {
  expect(embedOf(ended('success', runReport([targetReport('a'), targetReport('b')])))).toEqual({
    title: 'Tide `nightly` completed!',
    description: 'The following volumes have been saved: `a`, `b`',
    color: 1561887,
    fields: [{ name: 'Duration', value: '1m 1s', inline: true }],
    ...FOOTER,
  })
})

test('a tide without a volume completed', () => {
  expect(embedOf(ended('success', runReport([])))).toMatchObject({
    description: 'The following volumes have been saved: ',
    fields: [{ name: 'Duration' }],
  })
})

test('a tide that failed for one volume, with the historical spelling and the true duration', () => {
  const report = runReport([targetReport('a'), targetReport('b', finding('exit code 1'))])
  expect(embedOf(ended('failure', report))).toEqual({
    title: 'Tide `nightly` failed!',
    description: "```\nvolume backup 'b' reported: exit code 1\n```",
    color: 13965079,
    fields: [
      { name: 'Successfull volumes', value: '`a`', inline: true },
      { name: 'Failed volumes', value: '`b`', inline: true },
      { name: 'Duration', value: '1m 1s', inline: true },
    ],
    ...FOOTER,
  })
  expect(embedOf(ended('partial', report))).toEqual(embedOf(ended('failure', report)))
})

test('nothing succeeded: None, and every reason is told', () => {
  const report = runReport([targetReport('a', finding('x')), targetReport('b', finding('y', 'z'))], {
    stuck: [{ what: 'workload docker:web', runId: 'r', attempts: 2, failure: finding('no such image') }],
  })
  expect(embedOf(ended('failure', report))).toMatchObject({
    description:
      "```\nnot put back: workload docker:web: no such image\nvolume backup 'a' reported: x\nvolume backup 'b' reported: y (z)\n```",
    fields: [
      { name: 'Successfull volumes', value: 'None' },
      { name: 'Failed volumes', value: '`a`, `b`' },
      { name: 'Duration' },
    ],
  })
})

test('a tide that could not begin says the true reason and lists no volumes', () => {
  expect(embedOf(refused)).toEqual({
    title: 'Tide `nightly` failed!',
    description: '```\nthe engine cannot be reached (connect ENOENT)\n```',
    color: 13965079,
    fields: [{ name: 'Duration', value: 'now', inline: true }],
    ...FOOTER,
  })
})

test('a message is cut to 3000 characters with three dots, and cannot leave its block', () => {
  const embed = discordBody(volume('data', finding(`\`\`\`${'x'.repeat(5000)}`))).embeds[0]
  expect(embed.description).toBe(`\`\`\`\n'''${'x'.repeat(2994)}...\n\`\`\``)
})

test('a machine with a name that Discord refuses is still told of', () => {
  expect(discordBody({ ...volume('data'), machine: 'Discord-clyde' }).username).toBe('Salvage Daemon (Dis-cord-cly-de)')
})
