import { describeEslint } from './eslint.js';

describeEslint('eslint10', /^v10\.\d/);
