import { expect, test } from 'vitest'
import { isUniqueTemplate, renderName, templateProblem } from './name-template.ts'

const values = { pvc: 'data', moment: new Date('2026-11-20T23:32:09Z'), zone: 'Europe/Vienna', rand: 'qwerty' }

test('1: the name has the day and time of the zone in which the run began', () => {
  expect(renderName('{{ .pvcName }}-{{ .timestamp }}-{{ .rand }}', values)).toBe('data-2026-11-21-003209-qwerty')
  expect(renderName('{{- .pvcName -}}.{{.rand}}', values)).toBe('data.qwerty')
})

test.each(['{{ .pvcName }}_{{ .rand }}', 'A', '{{ .pvcName }}+', '-x', 'a..b', 'x'.repeat(254)])(
  'the API would refuse %j',
  (template) => {
    expect(() => renderName(template, values)).toThrow(expect.objectContaining({ code: 'BAK.NAME' }))
  },
)

test('templates that mean nothing, and names that are taken the second time', () => {
  expect(templateProblem('{{ .pvcName | lower }}')).toContain('is none of')
  expect(templateProblem('{{ }}')).toContain('is none of')
  expect(templateProblem('}} {{')).toContain('bracket')
  expect(templateProblem('fixed')).toBeUndefined()
  expect(isUniqueTemplate('fixed')).toBe(false)
  expect(isUniqueTemplate('x-{{ .rand }}')).toBe(true)
})
