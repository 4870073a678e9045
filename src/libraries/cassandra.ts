import type { Library } from './library.js';

export const cassandra: Library = {
  id: 'cassandra',
  name: 'Cassandra driver',
  checked: '4.10.0 (read)',
  packages: ['cassandra-driver', 'cassandra-driver/*'],
  clients: { constructed: ['Client'], types: ['Client'] },
  sessions: [],
  note: 'There is no session or transaction object: the client is a pool and may be shared, and `client.batch()` keeps no state.',
  sources: ['cassandra-driver 4.10.0'],
};
