/** Libraries over several drivers: the outcomes are those of the driver that the file or its package shows. */
import type { DriverFacts, SessionFacts } from '../libraries/library.js';
import { plainSpecifier } from './catalogue.js';
import type { Resolver } from './resolver.js';
import type { SessionKind } from './values.js';

/** @returns the kind itself where its library has one driver, or where the driver is not shown */
export function onDriver<K extends SessionKind>(resolver: Resolver, kind: K): K {
  const choices = kind.facts.byDriver;
  if (!choices) return kind;
  const driver = shownBy(choices, resolver);
  return driver ? { ...kind, facts: factsOn(kind.facts, driver) } : kind;
}

/** What the file imports says more than what the package depends on; two drivers at once say nothing. */
function shownBy(choices: readonly DriverFacts[], { file, imported, declared }: Resolver): DriverFacts | undefined {
  const specifiers = [...file.specifiers].map(plainSpecifier);
  const looks = [
    (choice: DriverFacts) => choice.modules.some((module) => specifiers.some((specifier) => isModule(module, specifier))),
    (choice: DriverFacts) => [...imported].some(({ id }) => choice.drivers.includes(id)),
    (choice: DriverFacts) => declared.some(({ id }) => choice.drivers.includes(id)),
  ];
  for (const look of looks) {
    const [shown, ...others] = choices.filter(look);
    if (shown) return others.length === 0 ? shown : undefined;
  }
  return undefined;
}

function isModule(module: string, specifier: string): boolean {
  return specifier === module || specifier.startsWith(`${module}/`);
}

/** One object for each driver, so that equal kinds stay the same object. */
const merged = new WeakMap<DriverFacts, SessionFacts>();

function factsOn(facts: SessionFacts, driver: DriverFacts): SessionFacts {
  let own = merged.get(driver);
  if (!own) {
    own = { ...facts, ...driver };
    merged.set(driver, own);
  }
  return own;
}
