/** What stands before the slash in the names of the rules and configs, and the key of the settings. */
export const NAMESPACE = 'db-session';
