/**
 * fast-check as every property of the project runs it: from the printed seed, and over the whole range that an arbitrary
 * names. By itself it would stop near ten entries wherever only a `maxLength` is given.
 */
import fc from 'fast-check';
import { announceSeed } from './seed';

fc.configureGlobal({ seed: announceSeed(), defaultSizeToMaxWhenMaxSpecified: true });

export { fc };
