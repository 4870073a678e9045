/** The messages of the rule, for all its languages. They name variables and kinds of poolers, and nothing that is in a URL. */

export const messages = {
  cacheOn:
    '{{driver}} names its prepared statements by default, and {{pooler}} ({{url}}) gives each transaction another server connection, which does not know them: {{outcome}}. Set `prepare: false`; `max: 1` does not help.',
  cacheMaybe:
    '{{driver}} names its prepared statements by default, and {{pooler}} ({{url}}) may lose them: {{outcome}}. Set `prepare: false`, or say in the settings what the pooler does.',
  cacheSleeps:
    "What {{wrapper}} sends through this client is not named, but `.prepare('…')`, `$client` and tagged templates are, and {{pooler}} ({{url}}) {{loses}} named statements. Set `prepare: false`.",
  deadUrlParam:
    '`{{parameter}}` belongs to {{owner}}, not to {{driver}}, which sends it to the server as a start-up parameter: {{effect}}. Remove it{{instead}}.',
  unknownUrlParam: '{{driver}} does not know one of the parameters and sends it to the server as a start-up parameter, which {{pooler}} ({{url}}) refuses: no connection comes about. Remove it.',
  lookAlikeKnob: '{{written}} {{effect}}. {{instead}}',
  knobsDisagree: 'The URL says `prepare=false` and the options say `prepare: true`; {{driver}} heeds the options: the statement cache is on. Set `prepare: false` there, or remove the parameter from the URL.',
  namedStatement: '{{what}} is a named statement, and {{pooler}} ({{url}}) gives each transaction another server connection: {{outcome}}. {{instead}}',
  namedStatementMaybe: '{{what}} is a named statement, and {{pooler}} ({{url}}) may lose it: {{outcome}}. {{instead}}',
  startupParam: '{{written}} is sent as a start-up parameter, which {{pooler}} ({{url}}) refuses ("unsupported startup parameter"): no connection comes about. {{instead}}',
  startupParamIgnored: '{{written}} is sent as a start-up parameter, which {{pooler}} ({{url}}) silently ignores. {{instead}}',
  prismaNeedsPgbouncer:
    "Prisma's engine names its prepared statements, and {{pooler}} ({{url}}) gives each transaction another server connection: queries fail with \"prepared statement … already exists\". Add `pgbouncer=true` to the URL.",
  prismaPgbouncerObsolete: '`pgbouncer=true` turns prepared statements off, but {{pooler}} ({{url}}) keeps them: without it queries are planned once. Remove it.',
  ignoredByAdapter: '@prisma/adapter-pg ignores `{{parameter}}` in the URL. Write {{instead}}.',
  needsDirect: '{{url}} leads to {{pooler}}, and {{tool}} needs the database itself{{why}}. Give it the direct URL.',
  missingDirectUrl: '{{url}} leads to {{pooler}}, and Prisma Migrate needs the database itself. Add a `directUrl`.',
  pins: '{{what}} pins its connection of {{pooler}} ({{url}}) to this client: nothing is pooled any more. {{instead}}',
  hyperdriveWantsPrepare: 'Hyperdrive keeps named statements and caches by them: `prepare: false` turns that off. Remove it.',
} as const;

export const suggestionMessages = {
  turnCacheOff: 'Set `prepare: false`.',
  removeParameter: 'Remove `{{parameter}}`.',
  removeOption: 'Remove `{{option}}`.',
  removeName: 'Send it unnamed: remove `name`.',
  useDirect: 'Go past the pooler.',
  disableTimeouts: "Set `statementTimeout` and `idleInTransactionSessionTimeout` to `'DISABLE_TIMEOUT'`.",
  useQuery: 'Use `query()`.',
} as const;

export type MessageId = keyof typeof messages;
export type SuggestionId = keyof typeof suggestionMessages;
