import type { TargetRef } from '@salvage-kit/core'
import { clip, clipList } from '../clip.ts'
import type { EndNews, News } from '../news.ts'
import { endedTargets, reason, reasonsOf, volumeName } from '../reasons.ts'
import { salvageDuration } from './duration.ts'

/** What Discord takes; the counts are of UTF-16 units here, which is never more lenient. */
export interface DiscordBody {
  readonly username: string
  readonly avatar_url: string
  readonly embeds: readonly [DiscordEmbed]
}

/** The part of an embed that reports use. */
export interface DiscordEmbed {
  readonly title: string
  readonly description?: string
  readonly color: number
  readonly fields: readonly DiscordField[]
  readonly footer: { readonly text: string }
}

/** One field. */
export interface DiscordField {
  readonly name: string
  readonly value: string
  readonly inline: true
}

const AVATAR = 'https://raw.githubusercontent.com/chrisliebaer/salvage/master/logo.png'
const GREEN = 1_561_887
const RED = 13_965_079

// https://discord.com/developers/docs/resources/message#embed-object-embed-limits and …/webhook#execute-webhook: title 256,
// description 4096, field value 1024, 25 fields, footer 2048, user name 80, and 6000 in one message over all of these.
// The longest body here is title 256 + message 3008 + two lists of 1024 + names + footer 256, which is below 6000.
const TITLE = 256
const DESCRIPTION = 4096
const VALUE = 1024
const USERNAME = 80
/** Of ours: it leaves room for the rest. */
const FOOTER = 256
/** Of the original. */
const MESSAGE = 3000

/** The body of the original for these news; what it has no body for looks alike. */
export function discordBody(news: News): DiscordBody {
  return {
    username: username(news.machine),
    avatar_url: AVATAR,
    embeds: [{ ...content(news), footer: { text: clip(news.machine, FOOTER) } }],
  }
}

function content(news: News): Omit<DiscordEmbed, 'footer'> {
  switch (news.event) {
    case 'test':
      return { title: 'Test', description: 'Reports of salvage-kit arrive here.', color: GREEN, fields: [] }
    case 'start':
      return { title: titled('Tide', news.tide, 'has begun'), color: GREEN, fields: [] }
    case 'success':
      return {
        title: titled('Tide', news.tide, 'completed!'),
        description: savedVolumes(news),
        color: GREEN,
        fields: [duration(news.durationMs)],
      }
    case 'partial':
    case 'failure':
      return {
        title: titled('Tide', news.tide, 'failed!'),
        description: codeBlock(reasonsOf(news)),
        color: RED,
        fields: [...volumeLists(news), duration(news.durationMs)],
      }
    case 'volumeSuccess':
    case 'volumeFailure': {
      const good = news.event === 'volumeSuccess'
      const { failure } = news
      return {
        title: titled('Volume', volumeName(news.target), good ? 'backed up!' : 'failed!'),
        ...(good ? {} : { description: codeBlock(failure === undefined ? 'no reason was given' : reason(failure)) }),
        color: good ? GREEN : RED,
        fields: [duration(news.durationMs), field('Crane', news.crane)],
      }
    }
  }
}

function savedVolumes(news: EndNews): string {
  const text = 'The following volumes have been saved: '
  return `${text}${clipList(endedTargets(news).good.map(quoted), DESCRIPTION - text.length, '')}`
}

/** Only once a volume has ended; the first name is spelt as the original spells it. */
function volumeLists(news: EndNews): readonly DiscordField[] {
  const { good, bad } = endedTargets(news)
  if (good.length + bad.length === 0) return []
  return [field('Successfull volumes', volumeList(good)), field('Failed volumes', volumeList(bad))]
}

function volumeList(targets: readonly TargetRef[]): string {
  return clipList(targets.map(quoted), VALUE, 'None')
}

function quoted(target: TargetRef): string {
  return `\`${volumeName(target)}\``
}

function titled(thing: string, name: string, what: string): string {
  return `${thing} \`${clip(name, TITLE - thing.length - what.length - 4)}\` ${what}`
}

function duration(ms: number): DiscordField {
  return field('Duration', salvageDuration(ms))
}

function field(name: string, value: string): DiscordField {
  // Discord refuses an empty value.
  return { name, value: clip(value === '' ? 'None' : value, VALUE), inline: true }
}

/** A message that ends the block itself would be shown as anything. */
function codeBlock(message: string): string {
  return `\`\`\`\n${clip(message.replaceAll('```', "'''"), MESSAGE, '...')}\n\`\`\``
}

/** Discord refuses the whole message for a user name with one of its own names in it. */
function username(machine: string): string {
  const plain = machine.replaceAll(/(dis)(cord)/gi, '$1-$2').replaceAll(/(cly)(de)/gi, '$1-$2')
  return `Salvage Daemon (${clip(plain, USERNAME - 'Salvage Daemon ()'.length)})`
}
